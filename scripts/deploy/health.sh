# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# Is it working? Seen from where it counts: the process stays, it is connected, and a viewer who asks
# the relay for the camera gets pictures. Sourced by target.sh, which sets KIND, UNIT, ETC.

STABLE_SECONDS=15  # this long the process has to live
CONNECT_SECONDS=11 # by then it has to be connected
FRAME_SECONDS=14   # by then pictures have to arrive: with the restart below the 20 s a robot may be dark
REASON=''

# Where there is nothing to go back to, a slow machine may take its time.
be_patient() { CONNECT_SECONDS=60 FRAME_SECONDS=75; }

# setting KEY: from the environment files, read as text and never executed; the last one wins.
setting() {
  local line
  line=$(cat "$ETC/$KIND.env" "$ETC/$KIND.token" 2>/dev/null | grep -E "^$1=" | tail -n 1) || true
  line=${line#*=}
  line=${line#[\"\']}
  printf '%s\n' "${line%[\"\']}"
}

# Where "auto" was found; looked up once, since it takes seconds.
FOUND_RELAY=''

# Splits RELAY_URL into SCHEME, RELAY_HOST, RELAY_PORT, RELAY_PATH. For "auto" a release of the agent is
# asked: RELEASE_TO_ASK, or the one that runs.
split_relay() {
  local url
  url=$(setting RELAY_URL)
  if [[ $url == auto* ]]; then
    FOUND_RELAY=${FOUND_RELAY:-$(as_service "${RELEASE_TO_ASK:-$(release_of current)}" list-relays --relay "$url")}
    url=${FOUND_RELAY:-none}
  fi
  [[ ${url:-ws://127.0.0.1:8080/ws} =~ ^(wss?)://(\[[0-9a-fA-F:]+\]|[^:/]+)(:([0-9]+))?(/[^?#]*)? ]] || return 1
  SCHEME=${BASH_REMATCH[1]} RELAY_HOST=${BASH_REMATCH[2]} RELAY_PATH=${BASH_REMATCH[5]:-/ws}
  RELAY_PORT=${BASH_REMATCH[4]:-$([ "$SCHEME" = wss ] && echo 443 || echo 80)}
  RELAY_HOST=${RELAY_HOST#[} RELAY_HOST=${RELAY_HOST%]}
}

# shellcheck disable=SC2016 # $0 and $1 are the inner shell's
reachable() { timeout 4 bash -c 'exec 3<>"/dev/tcp/$0/$1"' "$RELAY_HOST" "$RELAY_PORT" 2>/dev/null; }

# text MESSAGE: a masked WebSocket text message; with a mask of zeros its bytes are as they were.
text() {
  local length=${#1}
  if ((length < 126)); then
    printf "\\x81\\x$(printf %02x $((128 + length)))\\0\\0\\0\\0%s" "$1"
  else
    printf "\\x81\\xfe\\x$(printf %02x $((length >> 8)))\\x$(printf %02x $((length & 255)))\\0\\0\\0\\0%s" "$1"
  fi
}

# What a viewer of camera $1 says. The token travels in a message: no command line shows it.
viewer() {
  local token
  token=$(setting VIEW_TOKEN)
  printf 'GET %s HTTP/1.1\r\nHost: %s:%s\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' \
    "$RELAY_PATH" "$RELAY_HOST" "$RELAY_PORT"
  printf 'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: %s\r\n\r\n' "$(head -c 16 /dev/urandom | base64)"
  # The upgrade first: what is sent ahead of its answer is not a WebSocket message yet.
  sleep 0.4
  text "{\"type\":\"client_type\",\"clientType\":\"flutter\"${token:+,\"token\":\"$token\"}}"
  text "{\"type\":\"request_stream\",\"cameras\":[\"$1\"]}"
}

# watch CAMERA SECONDS: whether pictures of it arrive; 0 yes, 1 no, 2 not allowed to look. Two of them,
# since the first may be the last one of the agent that was there before.
watch() {
  local seen
  if [ "$SCHEME" = wss ]; then
    command -v openssl >/dev/null || return 2
    local check=()
    [ -z "$(setting VIEW_TOKEN)" ] || check=(-verify_return_error -verify_hostname "$RELAY_HOST")
    seen=$({
      viewer "$1"
      sleep "$2"
    } | timeout "$2" openssl s_client -quiet "${check[@]}" -connect "$RELAY_HOST:$RELAY_PORT" \
      -servername "$RELAY_HOST" 2>/dev/null | grep -aom 2 -e '"image_frame"' -e ' 40[13] ' -e '"unauthorized"')
  else
    seen=$(
      exec 3<>"/dev/tcp/$RELAY_HOST/$RELAY_PORT" || exit 0
      viewer "$1" >&3
      timeout "$2" grep -aom 2 -e '"image_frame"' -e ' 40[13] ' -e '"unauthorized"' <&3
    ) 2>/dev/null
  fi
  case $seen in
  *40[13]* | *unauthorized*) return 2 ;;
  *image_frame*image_frame*) return 0 ;;
  *) return 1 ;;
  esac
}

# The cameras that this agent publishes, by its configuration.
cameras() {
  local list
  list=$(setting CAMERAS)
  if [ -n "$list" ]; then
    grep -oE '(^|[;,])name=[A-Za-z0-9._-]+' <<<"$list" | sed 's/.*name=//'
  else
    setting CAMERA_NAME
  fi
}

# Which cameras give pictures now: the new release has to do as well.
working_cameras() {
  [[ $KIND == agent && -z ${1:-} ]] && systemctl is-active --quiet "$UNIT" && split_relay || return 0
  local camera found=()
  for camera in $(cameras); do
    ! watch "$camera" 4 || found+=("$camera")
  done
  echo "${found[*]}"
}

main_pid() { systemctl show -p MainPID "$UNIT" | cut -d= -f2; }

# connected PID: an established connection of the process to the relay's port.
connected() {
  if command -v ss >/dev/null; then
    ss -Htnp state established "dport = :$RELAY_PORT" 2>/dev/null | grep -q "pid=$1,"
  else
    journalctl _PID="$1" -o cat --no-pager 2>/dev/null | grep -q 'registered at'
  fi
}

# alive PID: the same process as at the start; one that came back has died in between.
alive() {
  if [ "$1" = 0 ] || [ "$(main_pid)" != "$1" ]; then
    REASON="it ended by itself (exit code $(systemctl show -p ExecMainStatus "$UNIT" | cut -d= -f2))"
    return 1
  fi
}

# stays PID SINCE: for the rest of the probation.
stays() {
  while ((SECONDS - $2 < STABLE_SECONDS)); do
    alive "$1" || return 1
    sleep 0.5
  done
}

healthy() {
  local pid since=$SECONDS
  # No failing command here: at that moment the process may be gone, which alive reports.
  pid=$(main_pid)
  if [[ $KIND == relay ]]; then relay_serves "$pid" "$since"; else agent_streams "$pid" "$since"; fi &&
    stays "$pid" "$since" && say "  active for $STABLE_SECONDS s"
}

agent_streams() {
  local pid=$1 since=$2 offline before camera status
  offline=$(sed -n 's/^offline=//p' "$BASE/activation")
  before=$(sed -n 's/^before=//p' "$BASE/activation")
  [ -z "$offline" ] || {
    say "  connection and pictures not checked (--offline)"
    return 0
  }
  FOUND_RELAY=$(sed -n 's/^relay=//p' "$BASE/activation")
  split_relay || {
    REASON="RELAY_URL in $ETC/agent.env is not ws://HOST:PORT/PATH, or leads to no relay"
    return 1
  }
  until connected "$pid"; do
    alive "$pid" || return 1
    ((SECONDS - since < CONNECT_SECONDS)) || {
      REASON="not connected to $RELAY_HOST:$RELAY_PORT within $CONNECT_SECONDS s"
      return 1
    }
    sleep 0.5
  done
  say "  connected to $RELAY_HOST:$RELAY_PORT after $((SECONDS - since)) s"
  # All that gave pictures before; where none did, any one will do.
  for camera in ${before:-$(cameras)}; do
    status=1
    while ((status == 1)); do
      alive "$pid" || return 1
      status=0
      watch "$camera" 3 || status=$?
      ((status != 1 || SECONDS - since < FRAME_SECONDS)) || break
    done
    case $status in
    0)
      say "  $camera: pictures after $((SECONDS - since)) s"
      [ -n "$before" ] || return 0
      ;;
    2)
      say "  $camera: the relay does not let this machine look (VIEW_TOKEN in $ETC/agent.token): connection checked only"
      ;;
    *)
      REASON="$camera: asked to stream, no pictures within $FRAME_SECONDS s"
      [ -z "$before" ] || return 1
      ;;
    esac
  done
  [ -n "$before" ] || [ -z "$REASON" ]
}

# relay_answers PATH: the status of GET PATH at the relay on this machine.
relay_answers() {
  local port status=''
  port=$(setting PORT)
  (
    exec 3<>"/dev/tcp/127.0.0.1/${port:-8080}" || exit 1
    printf 'GET %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n' "$1" >&3
    read -r -t 3 _ status _ <&3
    echo "$status"
  ) 2>/dev/null || true
}

relay_serves() {
  until [ "$(relay_answers /health)" = 200 ]; do
    alive "$1" || return 1
    ((SECONDS - $2 < CONNECT_SECONDS)) || {
      REASON="/health does not answer 200 within $CONNECT_SECONDS s"
      return 1
    }
    sleep 0.5
  done
  say "  /health answers 200 after $((SECONDS - $2)) s"
}

report() {
  local pid
  pid=$(main_pid)
  printf '  %-10s %s\n' release "$(release_of current || true)" previous "$(release_of previous || true)"
  printf '  %-10s %s\n' service "$(systemctl is-active "$UNIT" || true), since $(systemctl show -p ActiveEnterTimestamp "$UNIT" | cut -d= -f2)"
  [ ! -s "$BASE/result" ] || printf '  %-10s %s\n' 'last try' "$(cat "$BASE/result")"
  [[ $pid != 0 ]] || return 0
  printf '  %-10s %s MiB\n' memory "$(($(awk '/^VmRSS/{print $2}' "/proc/$pid/status") / 1024))"
  if [[ $KIND == relay ]]; then
    printf '  %-10s %s\n' health "$(relay_answers /health)"
    return
  fi
  split_relay || return 0
  printf '  %-10s %s\n' relay "$RELAY_HOST:$RELAY_PORT, $(connected "$pid" && echo connected || echo 'NOT connected')"
  local camera
  for camera in $(cameras); do
    printf '  %-10s %s\n' "$camera" "$(watch "$camera" 5 && echo 'gives pictures' || echo 'gives no pictures')"
  done
}
