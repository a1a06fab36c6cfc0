#!/usr/bin/env bash
# Feeds the relay's parsers with damaged input for longer than a build does, and says how much it was.
#   scripts/fuzz.sh --minutes 5
#   scripts/fuzz.sh --minutes 60 --seed 7
# What breaks a parser is left in relay-server/target/fuzz; it belongs into src/test/resources/fuzz.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

TARGETS=7

main() {
  local minutes=5 seed report=$ROOT/relay-server/target/fuzz/executions.txt
  seed=$(date +%s)
  while [ $# -gt 0 ]; do
    case $1 in
    --minutes) minutes=$2 ;;
    --seed) seed=$2 ;;
    *) die "unknown: $1; scripts/fuzz.sh [--minutes N] [--seed N]" ;;
    esac
    shift 2
  done
  build relay-server
  build_tests
  rm -f "$report"
  say "seed $seed, $((minutes * 60 / TARGETS)) s for each of $TARGETS parsers ..."
  maven -q surefire:test -pl relay-server -Dtest='*FuzzTest' -Dfuzz.seconds=$((minutes * 60 / TARGETS)) \
    -Dfuzz.seed="$seed" || die "something broke; look into relay-server/target/fuzz"
  cat "$report"
}

main "$@"
