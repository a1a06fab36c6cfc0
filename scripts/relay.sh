#!/usr/bin/env bash
# Starts the relay. Arguments and environment go through: try --help.
#   PORT=9000 LOG_LEVEL=debug scripts/relay.sh
# JAVA_OPTS adds JVM flags.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

main() {
  build relay-server
  local java flags extra
  java=$(need_jvm "$SERVER_JDK")/bin/java
  mapfile -t flags < <(grep -v '^#' "$ROOT/scripts/relay.jvm")
  read -r -a extra <<<"${JAVA_OPTS:-}"
  # glibc gives every thread an arena of its own unless told otherwise: resident memory for nothing.
  export MALLOC_ARENA_MAX=${MALLOC_ARENA_MAX:-2}
  # A cache that does not fit (other flags in JAVA_OPTS) is ignored, and that is not worth a warning.
  if aot_cache "$java" "${flags[@]}"; then flags+=("-XX:AOTCache=$AOT_CACHE" '-Xlog:aot*=off'); fi
  exec "$java" "${flags[@]}" "${extra[@]}" -cp "$(class_path relay-server)" \
    org.jetsonrelay.server.Main "$@"
}

main "$@"
