#!/usr/bin/env bash
# Measures how old frames are when they have come over a slow link, from the camera's first byte to the viewer's
# last, and prints one table. The link is emulated between two network name spaces; relay and TCP are the real ones.
#   scripts/bench-age.sh                                 six links, CUBIC and BBR, four relays, 3 rounds: an hour
#   scripts/bench-age.sh --quick                         does it work: one link, one short round, a minute
#   scripts/bench-age.sh --link L2,L3 --congestion bbr
#   scripts/bench-age.sh --drawn 12 --congestion bbr --rounds 1 --seconds 10
#   scripts/bench-age.sh --rate 8M:10,2M:10 --delay 20 --queue-ms 1000 --viewer never
#   scripts/bench-age.sh --help
# What the figures mean: docs/performance.md. Needs root, /dev/net/tun and iproute2 (exit code 3 without), and a quiet
# machine. Nothing of this machine's network is changed, and nothing is left behind.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

IMPOSSIBLE=3

cannot() {
  say "error: no emulated link on this machine: $*"
  exit "$IMPOSSIBLE"
}

# Before anything is built.
check_machine() {
  [ "$(uname -s)" = Linux ] || cannot "needs Linux, not $(uname -s)"
  [ "$(id -u)" -eq 0 ] || cannot "needs root to make network name spaces; run: sudo $0"
  [ -c /dev/net/tun ] || cannot "there is no /dev/net/tun; run: modprobe tun (in a container, add --device /dev/net/tun --cap-add SYS_ADMIN --cap-add NET_ADMIN)"
  command -v ip >/dev/null || apt_install iproute2 || cannot "there is no ip; run: apt-get install iproute2"
}

machine() {
  local model
  model=$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)
  printf '%s, %s core(s), Linux %s, load average %s\n\n' "${model:-$(uname -m)}" "$(nproc)" "$(uname -r)" \
    "$(cut -d ' ' -f 1 /proc/loadavg)"
}

main() {
  local argument help=no
  for argument in "$@"; do
    case $argument in
    -h | --help | -V | --version) help=yes ;;
    esac
  done
  [ "$help" = yes ] || check_machine
  build relay-server
  build_tests
  if [ "$help" = no ]; then
    relay_command # its cache is prepared now, not in the first run
    machine
  fi
  test_program age.AgeCommand --own-relay "$ROOT/scripts/relay.sh" --logs "$ROOT/relay-server/target/bench/age" "$@"
}

main "$@"
