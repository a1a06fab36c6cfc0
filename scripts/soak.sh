#!/usr/bin/env bash
# Soaks a relay: 7 cameras, 100 viewers who come, go, stall and break, agents killed and frozen, and a
# verdict: what is left in memory, and whether every frame is accounted for. Exit code 0 when all is well.
#   scripts/soak.sh --seconds 60
#   scripts/soak.sh --hours 8 --seed 4 --fps 10 --bytes 45000
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

main() {
  [ -r /proc/self/stat ] || die "needs Linux: what processes hold is read from /proc"
  build relay-server jetson-agent
  build_tests
  ulimit -n 65536 2>/dev/null || ulimit -n "$(ulimit -H -n)" 2>/dev/null || true
  trial Soak --logs "$(mktemp -d "${TMPDIR:-/tmp}/soak.XXXXXX")" "$@"
}

main "$@"
