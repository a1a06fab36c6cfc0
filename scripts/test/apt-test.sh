#!/usr/bin/env bash
# Whether apt_install (scripts/lib.sh) gets all that can be had. apt-get, dpkg-query and id are doubles: nothing is
# installed, and "bad" is the package that conflicts with the machine and so takes a whole transaction down.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"

WORK=$(mktemp -d)
trap 'rm -rf "$WORK"' EXIT
export WORK

double() {
  cat >"$WORK/$1"
  chmod +x "$WORK/$1"
}
double id <<<$'#!/bin/sh\necho 0'
double dpkg-query <<'END'
#!/bin/sh
for package; do :; done
grep -qx "$package" "$WORK/installed" && echo 'install ok installed'
END
double apt-get <<'END'
#!/bin/sh
echo "$*" >>"$WORK/calls"
[ "$1" = install ] || exit 0
shift 3 # install, -y, --no-install-recommends
for package; do [ "$package" != bad ] || { echo "E: held broken packages"; exit 100; }; done
printf '%s\n' "$@" >>"$WORK/installed"
END
PATH=$WORK:$PATH

# check NAME WANTED-STATUS WANTED-INSTALLED WANTED-CALLS PACKAGE...: "here" is installed before.
check() {
  local name=$1 status=0 installed calls
  echo here >"$WORK/installed"
  : >"$WORK/calls"
  apt_install "${@:5}" 2>"$WORK/said" || status=$?
  installed=$(tr '\n' ' ' <"$WORK/installed")
  calls=$(wc -l <"$WORK/calls")
  [ "$status $installed$calls" = "$2 $3 $4" ] || {
    cat "$WORK/said" >&2
    die "$name: status $status, installed $installed, $calls calls of apt-get; wanted $2, $3, $4"
  }
}

check "all there" 0 "here" 0 here
check "all can be had" 0 "here one two" 1 here one two
check "one cannot be had" 1 "here one two" 6 one bad two
grep -qx "could not be installed: bad" "$WORK/said" || die "the refused package is not named"
grep -q 'held broken packages' "$WORK/said" || die "what apt-get said is not shown"
check "the only one cannot be had" 1 "here" 3 bad
grep -qx "could not be installed: bad" "$WORK/said" || die "the only, refused package is not named"
say "apt-test: packages that can be had are installed, the others named"
