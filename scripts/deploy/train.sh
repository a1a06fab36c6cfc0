# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# Ahead-of-time cache of the relay (JEP 514): classes loaded and linked, and profiles, from a short training
# run. Sourced by lib.sh, and by a release's own scripts. Everything works without a cache, only starting
# takes longer.

# train LOG COMMAND...: runs a relay that was told to write a cache when it ends; COMMAND starts it on
# 127.0.0.1 and any free port. Some seconds.
train() {
  local log=$1 pid deadline
  shift
  timeout -k 60 90 "$@" >"$log" 2>&1 8>&- &
  pid=$!
  deadline=$((SECONDS + 60))
  until grep -q ' listens on ' "$log" || ! kill -0 "$pid" 2>/dev/null || [ $SECONDS -ge $deadline ]; do
    sleep 0.1
  done
  (exercise "$(sed -n 's/.* listens on [^ ]*:\([0-9]*\);.*/\1/p' "$log")") >/dev/null 2>&1 || true
  kill "$pid" 2>/dev/null || true # the JVM writes the cache when it ends
  wait "$pid" || true
}

# exercise PORT: what every relay does at least once: pages and a WebSocket handshake.
exercise() {
  local path
  for path in / /health /stats /observe/metrics; do
    exec 9<>"/dev/tcp/127.0.0.1/$1"
    printf 'GET %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n' "$path" >&9
    timeout 5 cat <&9
    exec 9>&-
  done
  exec 9<>"/dev/tcp/127.0.0.1/$1"
  printf 'GET /ws HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n%s\r\n%s\r\n\r\n' \
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==' 'Sec-WebSocket-Version: 13' >&9
  timeout 1 cat <&9
  exec 9>&-
}
