#!/usr/bin/env bash
# The whole thing on one machine: a relay and a camera with a moving test picture.
# Builds what is missing, prints the address of the page, runs until Ctrl-C.
#   PORT=9000 scripts/demo.sh           another port
#   CAMERAS="front rear" scripts/demo.sh   several cameras
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

PORT=${PORT:-8080}
CAMERAS=${CAMERAS:-demo}
pids=()

stop() {
  trap - EXIT INT TERM HUP
  local pid
  for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
  for pid in "${pids[@]}"; do wait "$pid" 2>/dev/null || true; done
  say "stopped"
}

# Whether GET /health answers 200.
is_healthy() {
  local status=''
  exec 3<>"/dev/tcp/127.0.0.1/$PORT" || return 1
  printf 'GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n' >&3
  read -r -t 2 status <&3 || true
  exec 3>&- 3<&-
  [[ $status == *' 200 '* ]]
} 2>/dev/null

wait_for_relay() {
  local tries=0
  until is_healthy; do
    kill -0 "$1" 2>/dev/null || {
      wait "$1" || die "the relay stopped with exit code $? (its message is above); is port $PORT in use? Try PORT=9000 scripts/demo.sh"
      exit 0
    }
    [ $((tries += 1)) -lt 150 ] || die "the relay did not answer on port $PORT within 30 seconds"
    sleep 0.2
  done
}

main() {
  [[ ${1:-} != -h && ${1:-} != --help ]] || {
    sed -n '2,5s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"
    exit 0
  }
  [[ $PORT =~ ^[0-9]+$ ]] || die "PORT='$PORT' is not a port number"
  build relay-server jetson-agent
  relay_command # prepares its fast start, so that waiting for it below is short
  trap stop EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM HUP
  PORT=$PORT "$ROOT/scripts/relay.sh" &
  pids+=($!)
  wait_for_relay $!
  local camera relay=${pids[0]}
  for camera in $CAMERAS; do
    env -u PORT "$ROOT/scripts/agent.sh" --relay "ws://127.0.0.1:$PORT/ws" --name "$camera" --source test &
    pids+=($!)
  done
  say ""
  say "  live picture:  http://localhost:$PORT/      (Ctrl-C stops relay and camera)"
  say ""
  wait "$relay" || exit $?
}

main "$@"
