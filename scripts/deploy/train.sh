# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# Ahead-of-time cache of the relay (JEP 514, JEP 515): classes loaded and linked, and what the compiler has to know,
# from a training run under load. Sourced by lib.sh, and by a release's own scripts. Everything works without
# a cache, only starting and the first half minute take more time.

# train LOG TRAINEE REHEARSAL: names of two arrays. TRAINEE is the command of a relay on 127.0.0.1 and any free port that
# was told to write a cache when it ends; REHEARSAL the one that plays camera and viewers to the port which
# becomes its last argument. A quarter of a minute.
train() {
  local log=$1 pid deadline port
  local -n train_trainee=$2 train_rehearsal=$3
  : >"$log"
  timeout -k 60 120 "${train_trainee[@]}" >>"$log" 2>&1 8>&- &
  pid=$!
  deadline=$((SECONDS + 60))
  until grep -q ' listens on ' "$log" || ! kill -0 "$pid" 2>/dev/null || [ $SECONDS -ge $deadline ]; do
    sleep 0.1
  done
  port=$(sed -n 's/.* listens on [^ ]*:\([0-9]*\);.*/\1/p' "$log")
  # What it could not rehearse it learns from its first viewers.
  [ -z "$port" ] || timeout -k 5 60 "${train_rehearsal[@]}" "$port" >>"$log" 2>&1 8>&- || true
  kill "$pid" 2>/dev/null || true # the JVM writes the cache when it ends
  wait "$pid" || true
}
