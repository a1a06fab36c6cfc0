#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Installs or upgrades the camera agent on a robot over ssh. What happens and what it prints: docs/deploy.md.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
# shellcheck source=scripts/deploy/bundle.sh
. "$ROOT/scripts/deploy/bundle.sh"
# shellcheck source=scripts/deploy/ssh.sh
. "$ROOT/scripts/deploy/ssh.sh"

usage() {
  cat <<'TEXT'
usage: scripts/deploy-to-jetson.sh [USER@]HOST [options]

  --relay URL          the relay, as ws://192.168.1.10:8080/ws (needed the first time); or auto, the one that
                       announces itself on the robot's network; or auto:NAME, one of several
  --name NAME          the camera's name (first time; default: the robot's host name)
  --source SOURCE      what the agent captures (first time; default: test)
  --token-file FILE    file with the relay's token ("-" reads it from standard input)
  --restart-nvargus    let the robot restart nvargus-daemon when the camera keeps failing (first time)

  --host HOST          instead of the first argument
  --port N             ssh port (default 22)
  --key FILE           ssh key
  --dry-run            look, say what would be done, change nothing
  --install-deps       install missing packages on the robot with apt
  --build-on-device    build the capture library on the robot
  --offline            accept that the relay is not there: no proof of pictures

  --status             what runs there, and whether it gives pictures
  --logs [ARGUMENTS]   the agent's log (journalctl arguments, such as -f; last option)
  --rollback           back to the release before
  --uninstall          remove everything but the configuration

Exit codes: 0 done or nothing to do, 1 failed before anything changed, 2 wrong option, 3 no ssh connection,
4 preflight says no, 5 the new release did not work and the robot is back on the one before.
TEXT
}

TARGET='' PORT=22 KEY='' RELAY_URL='' NAME='' SOURCE='' TOKEN_FILE='' NVARGUS='' OFFLINE=''
ACTION=deploy DRY_RUN='' INSTALL_DEPS='' BUILD_ON_DEVICE='' LOG_ARGUMENTS=()
ARCHITECTURES=${DEPLOY_ARCHITECTURES:-aarch64}
WORK=''

die_with() {
  say "error: $2"
  exit "$1"
}

parse() {
  while [ $# -gt 0 ]; do
    case $1 in
    --relay | --name | --source | --token-file | --host | --port | --key)
      [ $# -ge 2 ] || die_with 2 "$1 needs a value"
      case $1 in
      --relay) RELAY_URL=$2 ;;
      --name) NAME=$2 ;;
      --source) SOURCE=$2 ;;
      --token-file) TOKEN_FILE=$2 ;;
      --host) TARGET=$2 ;;
      --port) PORT=$2 ;;
      --key) KEY=$2 ;;
      esac
      shift
      ;;
    --restart-nvargus) NVARGUS=yes ;;
    --dry-run) DRY_RUN=yes ;;
    --install-deps) INSTALL_DEPS=yes ;;
    --build-on-device) BUILD_ON_DEVICE=yes ;;
    --offline) OFFLINE=offline ;;
    --status | --rollback | --uninstall) ACTION=${1#--} ;;
    --logs)
      ACTION=logs
      shift
      LOG_ARGUMENTS=("$@")
      return
      ;;
    -h | --help)
      usage
      exit 0
      ;;
    -*) die_with 2 "'$1' is not an option; --help lists them" ;;
    *) TARGET=$1 ;;
    esac
    shift
  done
}

check_values() {
  [ -n "$TARGET" ] || {
    usage >&2
    exit 2
  }
  # A host that begins with a dash would be an option of ssh.
  [[ $TARGET =~ ^[A-Za-z0-9_][A-Za-z0-9_.@:-]*$ ]] || die_with 2 "'$TARGET' is not USER@HOST"
  [[ $PORT =~ ^[0-9]{1,5}$ ]] || die_with 2 "--port '$PORT' is not a port"
  [[ -z $RELAY_URL || $RELAY_URL =~ ^wss?://[^/[:space:]\"\'\\]+(/[^[:space:]\"\'\\]*)?$ ]] ||
    [[ $RELAY_URL =~ ^auto(:[A-Za-z0-9._\ \(\)-]{1,63})?$ ]] ||
    die_with 2 "--relay '$RELAY_URL' is not ws://HOST:PORT/ws, auto or auto:NAME"
  [[ -z $NAME || $NAME =~ ^[A-Za-z0-9._-]{1,64}$ ]] || die_with 2 "--name '$NAME': letters, digits, . _ - only, 64 at most"
  [[ ! $SOURCE =~ [[:cntrl:]\"\'\\] ]] || die_with 2 "--source must not contain quotes, backslashes or control characters"
  [ -z "$TOKEN_FILE" ] || [ "$TOKEN_FILE" = - ] || [ -r "$TOKEN_FILE" ] || die_with 2 "cannot read $TOKEN_FILE"
}

STEP=0
step() {
  STEP=$((STEP + 1))
  say "[$STEP/6] $*"
}

# preflight: the table; sets MACHINE and JETPACK; false when something is in the way.
preflight() {
  local kind=camera verdict what value todo bad=0
  case ${SOURCE:-test} in test | folder:* | file:*) kind=other ;; esac
  {
    cat "$ROOT/scripts/deploy/find-java.sh"
    printf 'NEED_MIB=%q RELAY=%q SOURCE_KIND=%q ARCHITECTURES=%q OFFLINE=%q\n' \
      "${DEPLOY_NEED_MIB:-150}" "$RELAY_URL" "$kind" "$ARCHITECTURES" "$OFFLINE"
    cat "$ROOT/scripts/deploy/preflight.sh"
  } | remote 'bash -s' >"$WORK/rows"
  if find_sudo; then
    printf 'ok|root|%s|\n' "$SUDO" >>"$WORK/rows"
  else
    echo "fail|root|no sudo without a password|run it at a terminal, or allow sudo for this user" >>"$WORK/rows"
  fi
  MACHINE=$(sed -n 's/^fact|machine|\([^|]*\)|.*/\1/p' "$WORK/rows")
  JETPACK=$(sed -n 's/^fact|jetpack|\([^|]*\)|.*/\1/p' "$WORK/rows")
  while IFS='|' read -r verdict what value todo; do
    [ "$verdict" != fact ] || continue
    [ "$verdict" != fail ] || bad=1
    printf '  %-4s  %-13s %s%s\n' "${verdict/fail/FAIL}" "$what" "$value" "${todo:+  -> $todo}" >&2
  done <"$WORK/rows"
  return "$bad"
}

# What apt can supply; the five libraries are what JavaCV's FFmpeg links to.
install_deps() {
  local packages=(openjdk-17-jre-headless gstreamer1.0-tools gstreamer1.0-plugins-base gstreamer1.0-plugins-good)
  [ "$MACHINE" != aarch64 ] || packages+=(libva2 libva-drm2 libdrm2 libxcb-shm0 libpulse0)
  [ -z "$BUILD_ON_DEVICE" ] ||
    packages+=(openjdk-17-jdk-headless cmake gcc make pkg-config libgstreamer1.0-dev libgstreamer-plugins-base1.0-dev)
  [[ $SUDO ]] || die_with 4 "cannot become root there"
  say "  installing with apt: ${packages[*]}"
  # shellcheck disable=SC2016 # expands there
  as_root env DEBIAN_FRONTEND=noninteractive bash -c \
    'apt-get install -y --no-install-recommends "$@" || { apt-get update && apt-get install -y --no-install-recommends "$@"; }' \
    install "${packages[@]}" </dev/null >"$WORK/apt.log" 2>&1 || {
    tail -n 15 "$WORK/apt.log" >&2
    die_with 4 "apt could not install them"
  }
}

# The capture library, built there from this checkout and put beside the jars.
build_on_device() {
  [ -x "$ROOT/native/build-native.sh" ] || die "this checkout has no native/ to build the capture library from"
  say "  building the capture library on the robot ..."
  tar -c -C "$ROOT" --exclude=build native | remote "mkdir -p '$REMOTE/src' && tar -x -C '$REMOTE/src' &&
    '$REMOTE/src/native/build-native.sh' --build '$REMOTE/build' --output '$REMOTE/out'" >"$WORK/native.log" 2>&1 || {
    tail -n 15 "$WORK/native.log" >&2
    die "the library could not be built there (--install-deps installs the compiler)"
  }
  as_root bash -c "install -m 0644 '$REMOTE'/out/*/libjetsonrelay_capture.so /opt/jetson-relay/agent/releases/$RELEASE/lib/" </dev/null
}

make_release() {
  build jetson-agent
  bundle agent "$WORK/release" "$(module_jar jetson-agent)" "$(agent_libs "$MACHINE" "$JETPACK")"
}

copy_release() {
  target missing "$RELEASE" <"$WORK/release/SHA256SUMS" >"$WORK/missing"
  local files bytes
  files=$(wc -l <"$WORK/missing")
  bytes=$(cd "$WORK/release" && xargs -r -d '\n' stat -c %s <"$WORK/missing" | awk '{n+=$1} END{print int(n/1048576)}')
  say "  $files files, $bytes MiB to send"
  [ "$files" -eq 0 ] || tar -c -C "$WORK/release" --no-recursion -T "$WORK/missing" | target receive "$RELEASE" ||
    die "the copy broke off (is the disk full?); run it again, it goes on where it was"
  target finish "$RELEASE" </dev/null
}

smoke() {
  local status=0
  target smoke "$RELEASE" </dev/null 2>&1 | sed 's/^/  /' >&2 || status=$?
  [ "$status" -eq 3 ] && [ -z "$BUILD_ON_DEVICE" ] && [ -x "$ROOT/native/build-native.sh" ] || return "$status"
  say "  trying with a library built on the robot"
  build_on_device
  target smoke "$RELEASE" </dev/null 2>&1 | sed 's/^/  /' >&2
}

# Configuration is written once. What is there and says otherwise wins a question, not a silent change.
configure() {
  local said line
  # What was asked for by name must be so; the defaults are for the first time only.
  for line in ${RELAY_URL:+"RELAY_URL=\"$RELAY_URL\""} ${NAME:+"CAMERA_NAME=\"$NAME\""} ${SOURCE:+"SOURCE=\"$SOURCE\""} ${NVARGUS:+"RESTART_NVARGUS=\"yes\""}; do
    printf '%s\n' "$line"
  done >"$WORK/asked"
  if ! as_root test -e /etc/jetson-relay/agent.env </dev/null; then
    [ -n "$RELAY_URL" ] || die_with 2 "the first time needs --relay ws://HOST:PORT/ws"
    [ -n "$NAME" ] || printf 'CAMERA_NAME="%s"\n' "$(remote hostname </dev/null | tr -cd 'A-Za-z0-9._-' | head -c 64)" >>"$WORK/asked"
    [ -n "$SOURCE" ] || printf 'SOURCE="test"\n' >>"$WORK/asked"
  fi
  said=$(target configure agent.env <"$WORK/asked")
  [[ $said != differs* ]] ||
    die "/etc/jetson-relay/agent.env on the robot has another ${said#differs }, and is never overwritten.
Change it there (sudoedit /etc/jetson-relay/agent.env; sudo systemctl restart jetson-agent), or leave the option out"
  say "  agent.env $said"
  [ -z "$TOKEN_FILE" ] || configure_token
}

configure_token() {
  local token said
  token=$(head -n 1 <(if [ "$TOKEN_FILE" = - ]; then cat; else cat "$TOKEN_FILE"; fi))
  [[ -n $token && ! $token =~ [[:cntrl:]\"\'\\] ]] || die "the token is empty or has quotes or control characters in it"
  said=$(printf 'TOKEN="%s"\n' "$token" | target configure agent.token)
  [[ $said != differs* ]] || die "/etc/jetson-relay/agent.token on the robot holds another token, and is never overwritten; change it there"
  say "  agent.token $said"
}

activate() {
  local status=0
  target "$@" </dev/null >&2 || status=$?
  [ "$status" -ne 255 ] || die "the connection broke; the robot finishes by itself and goes back if it must. See --status"
  [ "$status" -ne 1 ] || exit 1
  [ "$status" -eq 0 ] || die_with 5 "the new release did not work; what the robot did about it is above"
}

deploy() {
  step "looking at $TARGET"
  if ! preflight; then
    if [ -z "$INSTALL_DEPS" ] || [ -n "$DRY_RUN" ]; then die_with 4 "the robot is not ready; nothing was changed"; fi
    install_deps
    preflight || die_with 4 "the robot is still not ready"
  elif [ -n "$INSTALL_DEPS" ] && [ -z "$DRY_RUN" ]; then
    install_deps
  fi
  step "building the release"
  make_release
  say "  $RELEASE"
  if [ -n "$DRY_RUN" ]; then
    say "dry run: would install release $RELEASE, of $(wc -l <"$WORK/release/SHA256SUMS") files; nothing was changed"
    return
  fi
  send_tools
  step "configuration"
  configure
  step "copying"
  copy_release
  step "trying it on the robot"
  [ -z "$BUILD_ON_DEVICE" ] || build_on_device
  smoke || die "the new release does not work on this robot; the one in service was not touched"
  if [ "$(target current </dev/null)" = "$RELEASE" ] && remote 'systemctl is-active --quiet jetson-agent' </dev/null; then
    say "release $RELEASE is in service already; nothing to do"
    return
  fi
  step "switching"
  activate activate "$RELEASE" "$OFFLINE"
  say "done: $TARGET runs $RELEASE"
}

main() {
  parse "$@"
  check_values
  WORK=$(mktemp -d)
  trap 'disconnect; rm -rf "$WORK"' EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM HUP
  connect
  if [ "$ACTION" = deploy ]; then
    deploy
    return
  fi
  find_sudo || die_with 4 "cannot become root on the robot"
  send_tools
  case $ACTION in
  rollback) activate rollback "$OFFLINE" ;;
  *) target "$ACTION" "${LOG_ARGUMENTS[@]}" </dev/null ;;
  esac
}

main "$@"
