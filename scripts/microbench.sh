#!/usr/bin/env bash
# Measures the relay's parts with JMH; arguments go to JMH (-h shows them), the first may be a
# pattern of benchmark names.
#   scripts/microbench.sh                       everything, about 15 minutes
#   scripts/microbench.sh Mailbox -prof gc      the mailbox, with what it allocates
#   scripts/microbench.sh --quick               does it work: seconds, figures mean nothing
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

main() {
  local target=$ROOT/relay-server/target options=(-f 2 -wi 5 -w 1 -i 5 -r 1)
  if [ "${1:-}" = --quick ]; then
    options=(-f 1 -wi 1 -w 100ms -i 1 -r 100ms)
    shift
  fi
  say "building the benchmarks ..."
  maven -q -Pbench process-test-classes -pl relay-server -Dspotless.check.skip=true ||
    die "the benchmarks could not be built"
  exec "$(need_jvm "$SERVER_JDK")/bin/java" -Xmx128m \
    -cp "$target/jmh-classes:$target/classes:$target/jmh-libs/*" org.openjdk.jmh.Main \
    -foe true -jvmArgs "-XX:+UseSerialGC -Xmx256m" "${options[@]}" "$@"
}

main "$@"
