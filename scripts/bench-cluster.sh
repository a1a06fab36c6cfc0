#!/usr/bin/env bash
# Measures three relays with a NATS server between them: added latency, bytes on the bus, outages.
#   scripts/bench-cluster.sh                       about two minutes
#   scripts/bench-cluster.sh --cameras 1 --size 500000
# What the figures mean: docs/scaling.md. Needs a quiet machine, and nats-server (apt-get install nats-server).
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

CLASSES=$ROOT/relay-server/target/bench-classes

main() {
  local java
  command -v nats-server >/dev/null || die "no nats-server: apt-get install nats-server"
  build relay-server
  if ! [ -e "$CLASSES/.built" ] ||
    [ -n "$(find "$ROOT/relay-server/src/bench/java" -newer "$CLASSES/.built" -print -quit)" ]; then
    maven -q -Pload test-compile -pl relay-server -Dspotless.check.skip=true -Dmdep.analyze.skip=true ||
      die "the load test could not be built"
    touch "$CLASSES/.built"
  fi
  java=$(need_jvm "$SERVER_JDK")/bin/java
  relay_command # its cache is prepared now, not in the first run
  timeout --foreground "${BENCH_TIMEOUT:-600}" "$java" -XX:+UseSerialGC -Xmx256m \
    -XX:MaxDirectMemorySize=128m --enable-native-access=ALL-UNNAMED \
    --add-opens=java.base/sun.nio.ch=ALL-UNNAMED -cp "$CLASSES:$ROOT/relay-server/target/libs/*" \
    org.jetsonrelay.bench.ClusterBench --relay "$ROOT/scripts/relay.sh" \
    --logs "$ROOT/relay-server/target/bench/cluster" "$@"
}

main "$@"
