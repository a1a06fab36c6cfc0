# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# Looks at the robot and changes nothing. Sent behind find-java.sh and a line of settings to a shell there;
# prints rows "verdict|what|value|what to do". Verdicts: ok, warn, fail, and fact (for the sender only).
# NEED_MIB, RELAY, SOURCE_KIND and ARCHITECTURES are set by the sender.

row() { printf '%s|%s|%s|%s\n' "$1" "$2" "$3" "${4:-}"; }
have() { command -v "$1" >/dev/null 2>&1; }
at_least() { [ "$(printf '%s\n' "$2" "$1" | sort -V | head -n 1)" = "$2" ]; }

check_machine() {
  local machine l4t jetpack glibc
  machine=$(uname -m)
  if [[ " $ARCHITECTURES " != *" $machine "* ]]; then
    row fail architecture "$machine" "a Jetson is aarch64; is this the right machine?"
  elif [ "$machine" != aarch64 ]; then
    row warn architecture "$machine (not a Jetson; allowed by DEPLOY_ARCHITECTURES)"
  else
    row ok architecture aarch64
  fi
  l4t=$(sed -n 's/^# R\([0-9]*\) (release), REVISION: \([0-9.]*\).*/\1.\2/p' /etc/nv_tegra_release 2>/dev/null)
  case $l4t in
  32.*) jetpack=4 ;;
  35.*) jetpack=5 ;;
  36.*) jetpack=6 ;;
  38.* | 39.*) jetpack=7 ;;
  *) jetpack='' ;;
  esac
  if [ -n "$jetpack" ]; then
    row ok JetPack "$jetpack (L4T $l4t)"
  else
    row warn JetPack "none (L4T ${l4t:-not found})" "no hardware encoder is expected here"
  fi
  row fact jetpack "$jetpack"
  row fact machine "$machine"
  glibc=$(getconf GNU_LIBC_VERSION 2>/dev/null | cut -d' ' -f2)
  if at_least "${glibc:-0}" 2.27; then row ok glibc "$glibc"; else row fail glibc "${glibc:-none}" "2.27 or newer is needed"; fi
}

check_video() {
  local version verdict=warn
  # A camera is read through GStreamer; pictures from files or the test pattern are not.
  [ "$SOURCE_KIND" != camera ] || verdict=fail
  version=$(gst-launch-1.0 --version 2>/dev/null | sed -n 's/^GStreamer //p')
  if [ -z "$version" ]; then
    row "$verdict" GStreamer missing "--install-deps"
  elif at_least "$version" 1.14; then
    row ok GStreamer "$version"
  else
    row "$verdict" GStreamer "$version" "1.14 or newer is needed"
  fi
  if have gst-inspect-1.0 && gst-inspect-1.0 nvjpegenc >/dev/null 2>&1; then
    row ok nvjpegenc "yes"
  else
    row warn nvjpegenc no "JPEG will be encoded by the CPU"
  fi
}

check_java() {
  local java
  if java=$(find_java 17); then
    row ok Java "$("$java" -version 2>&1 | sed -n '1s/.*version "\([^"]*\)".*/\1/p') ($java)"
  else
    row fail Java "no Java 17 or newer" "--install-deps, or: sudo apt-get install openjdk-17-jre-headless"
  fi
}

check_system() {
  local version tool missing=() group groups=() absent=() folder=/opt/jetson-relay/agent free
  version=$(systemctl --version 2>/dev/null | sed -n '1s/systemd \([0-9]*\).*/\1/p')
  if [ "${version:-0}" -ge 237 ] && [ -d /run/systemd/system ]; then
    row ok systemd "$version"
  else
    row fail systemd "${version:-not running}" "237 or newer is needed"
  fi
  for tool in tar sha256sum flock runuser useradd timeout; do
    PATH=$PATH:/usr/sbin:/sbin have "$tool" || missing+=("$tool")
  done
  [ ${#missing[@]} -eq 0 ] || row fail tools "missing: ${missing[*]}" "--install-deps"
  while [ ! -d "$folder" ]; do folder=$(dirname "$folder"); done
  free=$(($(df -Pk "$folder" | awk 'NR==2{print $4}') / 1024))
  if [ "$free" -ge "$NEED_MIB" ]; then
    row ok disk "$free MiB free on $(df -P "$folder" | awk 'NR==2{print $6}'), $NEED_MIB needed"
  else
    row fail disk "$free MiB free on $(df -P "$folder" | awk 'NR==2{print $6}')" "$NEED_MIB MiB are needed; nothing was copied"
  fi
  for group in video render; do
    if getent group "$group" >/dev/null; then groups+=("$group"); else absent+=("$group"); fi
  done
  if [ ${#absent[@]} -eq 0 ]; then
    row ok groups "${groups[*]}"
  else
    row warn groups "${groups[*]:-none} (no ${absent[*]})" "the unit names only those that exist"
  fi
}

check_relay() {
  local url=${RELAY:-} host port
  [ -n "$url" ] || {
    row warn relay "configured on the robot" "checked before the switch"
    return
  }
  [[ $url != auto* ]] || {
    row ok relay "$url: looked for before the switch"
    return
  }
  [[ $url =~ ^(wss?)://(\[[0-9a-fA-F:]+\]|[^:/]+)(:([0-9]+))? ]]
  host=${BASH_REMATCH[2]#[} host=${host%]}
  port=${BASH_REMATCH[4]:-$([ "${BASH_REMATCH[1]}" = wss ] && echo 443 || echo 80)}
  # shellcheck disable=SC2016 # $0 and $1 are the inner shell's
  if timeout 4 bash -c 'exec 3<>"/dev/tcp/$0/$1"' "$host" "$port" 2>/dev/null; then
    row ok relay "$host:$port answers"
  elif [ -n "${OFFLINE:-}" ]; then
    row warn relay "$host:$port does not answer" "--offline: goes on all the same"
  else
    row fail relay "$host:$port does not answer from there" "start it, or --offline to install without proof of pictures"
  fi
}

check_machine
check_video
check_java
check_system
check_relay
