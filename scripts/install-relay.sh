#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Installs or upgrades the relay as a service of this machine: run it as root, in a checkout.
# What happens and what it prints: docs/deploy.md.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
# shellcheck source=scripts/deploy/bundle.sh
. "$ROOT/scripts/deploy/bundle.sh"

usage() {
  cat <<'TEXT'
usage: sudo scripts/install-relay.sh [options]

  --port N       where it listens (first time; default 8080)
  --dry-run      say what would be done, change nothing
  --status       what runs, and whether it is healthy
  --logs [ARGS]  its log (journalctl arguments, such as -f; last option)
  --rollback     back to the release before
  --uninstall    remove everything but the configuration

Settings: /etc/jetson-relay/relay.env, written once and never overwritten; then systemctl restart jetson-relay.
Exit codes: 0 done or nothing to do, 1 failed before anything changed, 2 wrong option,
5 the new release did not work and the one before runs again.
TEXT
}

PORT='' DRY_RUN='' ACTION=install LOG_ARGUMENTS=() WORK=''

fail() {
  say "error: $2"
  exit "$1"
}

parse() {
  while [ $# -gt 0 ]; do
    case $1 in
    --port)
      PORT=${2:-}
      [[ $PORT =~ ^[1-9][0-9]{0,4}$ ]] || fail 2 "--port '$PORT' is not a port"
      [ "$PORT" -lt 65536 ] || fail 2 "--port $PORT is above 65535"
      shift
      ;;
    --dry-run) DRY_RUN=yes ;;
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
    *) fail 2 "'$1' is not an option; --help lists them" ;;
    esac
    shift
  done
}

target() { bash "$ROOT/scripts/deploy/target.sh" relay "$@"; }

check_machine() {
  [ -d /run/systemd/system ] || fail 1 "systemd does not run here; scripts/relay.sh starts the relay without it"
  # shellcheck source=scripts/deploy/find-java.sh
  . "$ROOT/scripts/deploy/find-java.sh"
  # Not the caller's own Java: the service will not have his environment.
  JAVA_HOME='' find_java 25 >/dev/null ||
    fail 1 "no Java 25 in /usr/lib/jvm or /opt: install one for all users, for example from https://adoptium.net"
}

# A port that something else holds would only show up as a failed start.
check_port() {
  local port=${PORT:-8080}
  [ ! -e /etc/jetson-relay/relay.env ] || return 0
  ! (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || fail 1 "something listens on port $port already; choose another with --port"
}

configure() {
  local said
  if [ -n "$PORT" ] || ! [ -e /etc/jetson-relay/relay.env ]; then
    said=$(printf 'PORT="%s"\n' "${PORT:-8080}" | target configure relay.env)
  else
    said=kept
  fi
  [[ $said != differs* ]] ||
    fail 1 "/etc/jetson-relay/relay.env has another PORT, and is never overwritten: change it there, then
systemctl restart jetson-relay, or leave --port out"
  say "  relay.env $said"
}

activate() {
  local status=0
  target "$@" >&2 || status=$?
  [ "$status" -ne 1 ] || exit 1
  [ "$status" -eq 0 ] || fail 5 "it did not work; what was done about it is above"
}

install_release() {
  check_machine
  check_port
  say "[1/4] building the release"
  build relay-server
  bundle relay "$WORK/release" "$(module_jar relay-server)" "$ROOT/relay-server/target/libs"
  say "  $RELEASE"
  [ -z "$DRY_RUN" ] || {
    say "dry run: would install $RELEASE; nothing was changed"
    return
  }
  say "[2/4] configuration"
  configure
  say "[3/4] copying"
  target missing "$RELEASE" <"$WORK/release/SHA256SUMS" >"$WORK/missing"
  [ ! -s "$WORK/missing" ] || tar -c -C "$WORK/release" --no-recursion -T "$WORK/missing" | target receive "$RELEASE" ||
    fail 1 "the copy failed (is the disk full?)"
  target finish "$RELEASE"
  target smoke "$RELEASE" | sed 's/^/  /' || fail 1 "the new release does not start; the one in service was not touched"
  if [ "$(target current)" = "$RELEASE" ] && systemctl is-active --quiet jetson-relay; then
    say "release $RELEASE is in service already; nothing to do"
    return
  fi
  say "[4/4] switching"
  activate activate "$RELEASE"
  say "done: http://$(hostname):$(sed -n 's/^PORT=//p' /etc/jetson-relay/relay.env | tr -d "\"'")/"
}

main() {
  parse "$@"
  [ "$(id -u)" -eq 0 ] || fail 1 "this needs root: sudo scripts/install-relay.sh"
  WORK=$(mktemp -d)
  trap 'rm -rf "$WORK"' EXIT
  case $ACTION in
  install) install_release ;;
  rollback) activate rollback ;;
  *) target "$ACTION" "${LOG_ARGUMENTS[@]}" ;;
  esac
}

main "$@"
