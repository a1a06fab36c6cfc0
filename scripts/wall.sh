#!/usr/bin/env bash
# Opens the dashboard in a headless browser on a relay of its own with seven moving cameras.
#   scripts/wall.sh --shots docs/images    pictures of the page: the wall, dark, a frozen camera, one camera, a phone
#   scripts/wall.sh --minutes 10           what the page holds in memory before and after; fails when it grows
#   scripts/wall.sh --frames DIR ...       recordings instead of drawn pictures: a folder of JPEGs for each camera
# Needs chromium, Node.js and npm, as scripts/test.sh installs them.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

main() {
  case ${1:---help} in
  -h | --help)
    sed -n '2,6s/^# //p' "${BASH_SOURCE[0]}"
    return 0
    ;;
  esac
  local arguments=() web=$ROOT/relay-server/src/test/web
  while [ $# -gt 0 ]; do
    case $1 in
    --shots | --frames)
      [ $# -ge 2 ] || die "$1 needs a folder"
      arguments+=("$1" "$(realpath -m "$2")")
      shift 2
      ;;
    --minutes)
      [ $# -ge 2 ] || die "--minutes needs a number"
      arguments+=("$1" "$2")
      shift 2
      ;;
    *) die "unknown argument '$1'; see scripts/wall.sh --help" ;;
    esac
  done
  local tool
  for tool in chromium npm; do
    command -v "$tool" >/dev/null || die "$tool is missing; scripts/test.sh installs it"
  done
  build relay-server
  cd "$web"
  [ -d node_modules ] || npm ci --no-audit --no-fund
  RELAY_AOT=off RELAY_COMMAND="exec $ROOT/scripts/relay.sh" exec node wall.mjs "${arguments[@]}"
}

main "$@"
