#!/usr/bin/env bash
# Races the lock-free hand-overs with jcstress: mailbox and claim. Fails when a forbidden outcome
# was seen. Arguments go to jcstress.
#   scripts/stress.sh            every compiler mode, about ten minutes
#   scripts/stress.sh --short    about one minute
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

main() {
  local target=$ROOT/relay-server/target options=(-f 2 -fsm 1 -iters 5 -time 1000)
  if [ "${1:-}" = --short ]; then
    options=(-sc false -f 1 -fsm 1 -iters 2 -time 500)
    shift
  fi
  say "building the stress tests ..."
  maven -q -Pjcstress process-test-classes -pl relay-server -Dspotless.check.skip=true ||
    die "the stress tests could not be built"
  mkdir -p "$target/jcstress"
  cd "$target/jcstress" # it leaves its results where it runs
  exec "$(need_jvm "$SERVER_JDK")/bin/java" -Xmx256m \
    -cp "$target/jcstress-classes:$target/classes:$target/jcstress-libs/*" \
    org.openjdk.jcstress.Main -r "$target/jcstress/report" -hs 192 \
    -jvmArgs "-XX:+UseSerialGC --enable-native-access=ALL-UNNAMED" "${options[@]}" "$@"
}

main "$@"
