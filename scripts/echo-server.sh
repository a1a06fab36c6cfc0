#!/usr/bin/env bash
# Starts the relay's WebSocket engine as a plain echo server, for a conformance suite of others:
#   scripts/echo-server.sh 9001              on 127.0.0.1; HOST=0.0.0.0 for other addresses
# Any path, no subprotocol, no extension; messages up to 64 MiB in up to 100,000 fragments. Invalid UTF-8 is refused at the
# bad byte, not at the end of the message. Stops on Ctrl-C. JAVA_OPTS adds JVM flags.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

usage() {
  sed -n '2,5s/^# //p' "${BASH_SOURCE[0]}" >&2
}

main() {
  case ${1:-} in
  -h | --help)
    usage
    return 0
    ;;
  esac
  if [ $# -ne 1 ] || ! [[ $1 =~ ^[0-9]{1,5}$ ]] || [ "$1" -gt 65535 ]; then
    usage
    die "the only argument is a port"
  fi
  build relay-server
  build_tests # the echo server is one of the tests' classes
  local java flags extra
  java=$(need_jvm "$SERVER_JDK")/bin/java
  # The relay's flags; but 64 MiB as text and as its echo, for several connections, need more memory.
  mapfile -t flags < <(grep -v -e '^#' -e '^-Xm' -e '^-XX:MaxDirectMemorySize' "$ROOT/scripts/relay.jvm")
  read -r -a extra <<<"${JAVA_OPTS:-}"
  exec "$java" "${flags[@]}" -Xmx2g -XX:MaxDirectMemorySize=2g "${extra[@]}" \
    -cp "$ROOT/relay-server/target/test-classes:$(class_path relay-server)" \
    org.jetsonrelay.server.websocket.EchoServer "${HOST:-127.0.0.1}" "$1"
}

main "$@"
