#!/usr/bin/env bash
# Does to a real relay, real agents and real links what happens to them in the field, and checks what must hold:
# nobody else is disturbed, what was lost comes back within two seconds, everything is freed, every frame is accounted for.
#   scripts/faults.sh                 about a minute; links are cut where it may make network name spaces (root)
#   scripts/faults.sh --long          links stay cut for a minute
#   scripts/faults.sh link-cut clock  only these
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

main() {
  [ -r /proc/self/stat ] || die "needs Linux: what processes hold is read from /proc"
  build relay-server jetson-agent
  build_tests
  apt_install faketime iproute2 || say "going on without: faults that need them are skipped"
  trial Faults --logs "$(mktemp -d "${TMPDIR:-/tmp}/faults.XXXXXX")" "$@"
}

main "$@"
