#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Refuses a capture library that would not load on some JetPack: one that needs a newer glibc than
# 2.17, a symbol that is not in allowed-symbols.txt, or a library beyond GStreamer, GLib and libc; or
# one that exports more than JNI_OnLoad.
#   check-abi.sh LIBRARY...
set -euo pipefail
export LC_ALL=C

here=$(cd "$(dirname "$0")" && pwd)
readonly allowed_libraries='libc.so.6 libglib-2.0.so.0 libgobject-2.0.so.0
libgstapp-1.0.so.0 libgstreamer-1.0.so.0 ld-linux-aarch64.so.1'
# Put in by the linker and resolved to nothing, or part of every C library's start-up.
readonly start_up='_ITM_deregisterTMCloneTable _ITM_registerTMCloneTable __cxa_finalize __gmon_start__'
failed=0

complain() {
  echo "check-abi: $*" >&2
  failed=1
}

check() {
  local library=$1 name version
  while read -r name; do
    grep -qxF "$name" <<<"$(tr ' ' '\n' <<<"$allowed_libraries")" ||
      complain "$library needs $name"
  done < <(readelf -dW "$library" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p')

  while read -r name version; do
    if [[ -n $version && $(printf '%s\n2.17\n' "${version#GLIBC_}" | sort -V | tail -1) != 2.17 ]]; then
      complain "$library needs $name of $version, later than GLIBC_2.17"
    fi
    grep -qxF "$name" <<<"$(tr ' ' '\n' <<<"$start_up")" && continue
    grep -v '^#' "$here/allowed-symbols.txt" | grep -qxF "$name" ||
      complain "$library needs $name, which is not in allowed-symbols.txt"
  done < <(readelf --dyn-syms -W "$library" |
    awk '$7 == "UND" && $8 != "" { split($8, part, "@+"); print part[1], part[2] }')

  local exported
  exported=$(readelf --dyn-syms -W "$library" |
    awk '$7 ~ /^[0-9]+$/ && $5 != "LOCAL" { split($8, part, "@+"); print part[1] }')
  [[ $exported == JNI_OnLoad ]] || complain "$library exports ${exported//$'\n'/ } and not JNI_OnLoad alone"
}

[[ $# -gt 0 ]] || {
  echo "usage: check-abi.sh LIBRARY..." >&2
  exit 2
}
for library in "$@"; do
  [[ -r $library ]] || {
    complain "$library cannot be read"
    continue
  }
  check "$library"
done
[[ $failed == 0 ]] && echo "check-abi: $* may go to every JetPack from 4.6 on"
exit "$failed"
