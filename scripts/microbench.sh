#!/usr/bin/env bash
# Measures parts with JMH: the relay's, or the agent's when the first argument is "agent". Arguments go to
# JMH (-h shows them), the first may be a pattern of benchmark names.
#   scripts/microbench.sh                       everything of the relay, about 15 minutes
#   scripts/microbench.sh Mailbox -prof gc      the mailbox, with what it allocates
#   scripts/microbench.sh agent                 pulling frames through JNI, about 3 minutes
#   scripts/microbench.sh [agent] --quick       does it work: seconds, figures mean nothing
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

main() {
  local module=relay-server jdk=$SERVER_JDK target n usual=() options=(-f 2 -wi 5 -w 1 -i 5 -r 1)
  if [ "${1:-}" = agent ]; then
    # One shot an iteration (see PullBenchmark), so more of them.
    module=jetson-agent jdk=$AGENT_JDK options=(-f 2 -wi 10 -i 15)
    shift
  fi
  target=$ROOT/$module/target
  if [ "${1:-}" = --quick ]; then
    options=(-f 1 -wi 1 -w 100ms -i 1 -r 100ms)
    shift
  fi
  # JMH takes no option twice: what is given wins.
  for ((n = 0; n < ${#options[@]}; n += 2)); do
    [[ " $* " == *" ${options[n]} "* ]] || usual+=("${options[@]:n:2}")
  done
  say "building the benchmarks ..."
  maven -q -Pbench process-test-classes -pl "$module" -Dspotless.check.skip=true ||
    die "the benchmarks could not be built"
  exec "$(need_jvm "$jdk")/bin/java" -Xmx128m \
    -cp "$target/jmh-classes:$target/classes:$target/jmh-libs/*" org.openjdk.jmh.Main \
    -foe true -jvmArgs "-XX:+UseSerialGC -Xmx256m" "${usual[@]}" "$@"
}

main "$@"
