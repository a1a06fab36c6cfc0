#!/usr/bin/env bash
# A real relay behind TLS and real agents, as processes: own authority, pins, tokens, and a new
# certificate while they run. Needs openssl and curl.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"

WORK=$(mktemp -d)
PIDS=()
LIMIT=60
export RELAY_AOT=off

cleanup() {
  local pid
  for pid in "${PIDS[@]}"; do
    kill "$pid" 2>/dev/null || true
  done
  wait 2>/dev/null || true
  rm -rf "$WORK"
}
trap cleanup EXIT

fail() {
  say "failed: $*"
  tail -n 20 "$WORK"/*.log >&2
  exit 1
}

# await WHAT COMMAND...: until the command succeeds.
await() {
  local what=$1 until=$((SECONDS + LIMIT))
  shift
  until "$@" >/dev/null 2>&1; do
    [ "$SECONDS" -lt "$until" ] || fail "$what"
    sleep 0.2
  done
  say "ok: $what"
}

# authority NAME
authority() {
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj "/CN=$1" \
    -keyout "$WORK/$1.key" -out "$WORK/$1.pem" 2>/dev/null
}

# issue NAME AUTHORITY
issue() {
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=$1" \
    -keyout "$WORK/$1.key" -out "$WORK/$1.csr" 2>/dev/null
  openssl x509 -req -in "$WORK/$1.csr" -CA "$WORK/$2.pem" -CAkey "$WORK/$2.key" -days 2 \
    -extfile <(echo "subjectAltName=IP:127.0.0.1,DNS:localhost") -out "$WORK/$1.crt" 2>/dev/null
  cat "$WORK/$1.crt" "$WORK/$2.pem" >"$WORK/$1.pem"
}

# start LOG COMMAND...
start() {
  local log=$WORK/$1.log
  shift
  "$@" >"$log" 2>&1 &
  PIDS+=($!)
}

token() { "$ROOT/scripts/relay.sh" token create "$1" --role "$2" --file "$WORK/tokens"; }

# get AUTHORITY PATH: with the token to view.
get() { curl -sf --cacert "$WORK/$1.pem" -H "Authorization: Bearer $VIEW" "https://127.0.0.1:$PORT$2"; }

# agent NAME ARGUMENT...
agent() {
  local name=$1
  shift
  start "agent-$name" "$ROOT/scripts/agent.sh" --relay "wss://127.0.0.1:$PORT/ws" --name "$name" \
    --source test --size 320x240 --fps 10 --always-on "$@"
}

picture() { [ "$(get "$1" "/cameras/$2/snapshot.jpg" | head -c 2 | od -An -tx1 | tr -d ' ')" = ffd8 ]; }
sequence() { get "$1" /cameras | sed -n "s/.*\"name\":\"$2\".*\"sequence\":\([0-9]*\).*/\1/p"; }

moved_on() {
  local before=$1 now
  now=$(sequence second-authority one)
  [ -n "$now" ] && [ "$now" -gt "$before" ]
}

main() {
  build relay-server
  build jetson-agent
  authority first-authority
  authority second-authority
  issue first first-authority
  issue second second-authority
  cp "$WORK/first.pem" "$WORK/relay.pem"
  cp "$WORK/first.key" "$WORK/relay.key"
  TOKEN=$(token robot publish)
  VIEW=$(token wall view)
  export TOKEN

  TOKEN_FILE=$WORK/tokens TLS_CERTIFICATE=$WORK/relay.pem TLS_KEY=$WORK/relay.key \
    HOST=127.0.0.1 PORT=0 start relay "$ROOT/scripts/relay.sh"
  await "the relay listens" grep -q 'dashboard at https://' "$WORK/relay.log"
  PORT=$(sed -n 's/.*listens on 127.0.0.1:\([0-9]*\);.*/\1/p' "$WORK/relay.log")
  local pin wrong
  pin=$(sed -n 's|.*pin \(sha256//[^ ]*\).*|\1|p' "$WORK/relay.log" | head -n 1)
  wrong=sha256//$(head -c 32 /dev/zero | base64)

  agent one --ca "$WORK/first-authority.pem"
  await "an agent with the right authority is taken" grep -q 'registered at' "$WORK/agent-one.log"
  local one=${PIDS[-1]}
  await "its pictures come over HTTPS" picture first-authority one
  agent two --pin "$pin"
  await "an agent with the right pin is taken" grep -q 'registered at' "$WORK/agent-two.log"
  agent three --ca "$WORK/second-authority.pem"
  await "another authority is refused" grep -q 'is not trusted here' "$WORK/agent-three.log"
  agent four --pin "$wrong"
  await "another key is refused" grep -q 'is not the pinned one' "$WORK/agent-four.log"
  if grep -q 'registered at' "$WORK/agent-three.log" "$WORK/agent-four.log"; then
    fail "a relay that is not trusted got a camera"
  fi
  if curl -s "http://127.0.0.1:$PORT/health" | grep -q healthy; then
    fail "answers in plain text"
  fi

  cp "$WORK/second.pem" "$WORK/relay.pem"
  cp "$WORK/second.key" "$WORK/relay.key"
  await "handshakes take the new certificate" get second-authority /cameras
  await "the agent refused before is taken now" grep -q 'registered at' "$WORK/agent-three.log"
  await "the camera that was connected goes on" moved_on "$(sequence second-authority one)"

  "$ROOT/scripts/relay.sh" token revoke robot --file "$WORK/tokens"
  local code=0
  wait "$one" || code=$?
  [ "$code" -eq 4 ] || fail "a revoked token should end the agent with 4, not $code"
  say "ok: a revoked token ends the agent"
  if grep -q -e "$TOKEN" -e "$VIEW" "$WORK"/*.log "$WORK/tokens"; then
    fail "a token was written down"
  fi
  say "TLS, end to end: all well"
}

main "$@"
