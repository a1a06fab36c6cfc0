#!/usr/bin/env bash
# Measures the relay under load beside a plain Node.js relay, and prints one table.
#   scripts/bench.sh                    all scenarios, 3 rounds, about 20 minutes
#   scripts/bench.sh --quick            does it work: one short round, under two minutes
#   scripts/bench.sh --scenario A,B --rounds 5 --relay 'C=./relay_c $PORT copy'
# Runs relays on core RELAY_CORE (0) and the load on LOAD_CORE (1) where there are several cores and
# taskset. What the figures mean: docs/performance.md. Needs a quiet machine.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

BENCH=$ROOT/relay-server/target/bench
CLASSES=$ROOT/relay-server/target/bench-classes
NODE=$ROOT/relay-server/src/bench/node

build_load() {
  build relay-server
  if [ -e "$CLASSES/.built" ] &&
    [ -z "$(find "$ROOT/relay-server/src/bench/java" -newer "$CLASSES/.built" -print -quit)" ]; then
    return
  fi
  say "building the load test ..."
  maven -q -Pload test-compile -pl relay-server -Dspotless.check.skip=true -Dmdep.analyze.skip=true ||
    die "the load test could not be built"
  touch "$CLASSES/.built"
}

# Installs "ws" outside of the sources. Fails where there is no Node.js.
prepare_node() {
  command -v node >/dev/null && command -v npm >/dev/null || return 1
  mkdir -p "$BENCH/node"
  cp "$NODE/package.json" "$NODE/package-lock.json" "$NODE/relay.js" "$BENCH/node/"
  [ -d "$BENCH/node/node_modules/ws" ] ||
    (cd "$BENCH/node" && npm ci --silent --no-audit --no-fund >&2)
}

machine() {
  local model cores
  model=$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)
  cores=$(nproc)
  printf '%s, %s core(s), Linux %s, Java %s, Node.js %s, load average %s\n\n' \
    "${model:-$(uname -m)}" "$cores" "$(uname -r)" "$("$1" --version | sed -n '1s/^[^ ]* //p')" \
    "$(node --version 2>/dev/null || echo none)" "$(cut -d ' ' -f 1 /proc/loadavg)"
}

main() {
  local java arguments=() load=()
  [ -r /proc/self/stat ] || die "needs Linux: CPU and memory are read from /proc"
  build_load
  java=$(need_jvm "$SERVER_JDK")/bin/java
  mkdir -p "$BENCH/logs"
  relay_command # its cache is prepared now, not in the first run

  if command -v taskset >/dev/null && [ "$(nproc)" -gt 1 ]; then
    arguments+=(--pin "taskset -c ${RELAY_CORE:-0}")
    load=(taskset -c "${LOAD_CORE:-1}")
  else
    say "not pinned to cores (one core, or no taskset): relay and load disturb each other"
  fi
  arguments+=(--relay "Jetson Relay=$ROOT/scripts/relay.sh")
  if prepare_node; then
    arguments+=(--relay "Node.js ws=node $BENCH/node/relay.js")
  else
    say "no Node.js: measured without the plain relay"
  fi
  # Thousands of viewers need as many descriptors, here and in the relays.
  ulimit -n 65536 2>/dev/null || ulimit -n "$(ulimit -H -n)" 2>/dev/null || true

  machine "$java"
  timeout --foreground "${BENCH_TIMEOUT:-3600}" "${load[@]}" "$java" -XX:+UseSerialGC \
    -Xmx384m -XX:MaxDirectMemorySize=256m --enable-native-access=ALL-UNNAMED \
    --add-opens=java.base/sun.nio.ch=ALL-UNNAMED -cp "$CLASSES:$ROOT/relay-server/target/libs/*" \
    org.jetsonrelay.bench.BenchCommand --logs "$BENCH/logs" "${arguments[@]}" "$@"
}

main "$@"
