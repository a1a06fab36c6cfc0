#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# What happens on the machine that is deployed to: releases side by side, one symlink that says which
# one runs, a switch that is checked and undone by this machine itself. Runs as root, from a release's
# deploy folder or (while there is none) from a copy. KIND is agent or relay.
#   target.sh KIND COMMAND [ARGUMENT...]     commands: the functions called cmd_...
# Nothing here needs the one who deploys to stay connected once `activate` has written its request.
set -euo pipefail

KIND=$1
BASE=/opt/jetson-relay/$KIND
ETC=/etc/jetson-relay
UNIT=jetson-$KIND.service
ACTIVATE=jetson-$KIND-activate.service
UNITS=/etc/systemd/system
RUN_AS=jetson-relay
CACHE=/var/cache/jetson-$KIND
KEEP=3
HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

say() { printf '%s\n' "$*"; }
die() {
  printf 'error: %s\n' "$*" >&2
  exit 1
}

# shellcheck source=scripts/deploy/health.sh
. "$HERE/health.sh"
# shellcheck source=scripts/deploy/unit.sh
. "$HERE/unit.sh"
# Relay only; an agent's copy does not have it.
# shellcheck source=scripts/deploy/train.sh
[[ $KIND != relay ]] || . "$HERE/train.sh"

# The release that symlink $1 (current, previous, pending) names, or nothing.
release_of() { [ ! -L "$BASE/$1" ] || basename "$(readlink "$BASE/$1")"; }

# point NAME RELEASE: rename(2) replaces a symlink at once; a reader sees the old or the new one.
point() {
  ln -sfn "releases/$2" "$BASE/$1.new"
  mv -T "$BASE/$1.new" "$BASE/$1"
  sync -f "$BASE"
}

need_id() { [[ ${1:-} =~ ^[A-Za-z0-9._-]{1,80}$ ]] || die "'${1:-}' is not a release"; }

# A copy that was broken off leaves whole files and at most one half one; whole ones are kept.
keep_whole_files() {
  local sum path
  while read -r sum path; do
    [ -f "$path" ] || continue
    printf '%s  %s\n' "$sum" "$path" | sha256sum --check --status 2>/dev/null || rm -f "$path"
  done <SHA256SUMS
}

# Files that another release has are linked, not copied: an upgrade sends what changed.
link_known_files() {
  local other line path
  for other in "$BASE"/releases/*/; do
    if [[ $other == *.partial/ ]] || ! [ -f "$other/SHA256SUMS" ]; then continue; fi
    while read -r line; do
      path=${line#*  }
      if [ -e "$path" ] || ! [ -f "$other$path" ]; then continue; fi
      mkdir -p "$(dirname "$path")"
      ln "$other$path" "$path"
    done < <(grep -Fxf SHA256SUMS "$other/SHA256SUMS" || true)
  done
}

# missing ID <SHA256SUMS: what has to be sent, one path a line; nothing when the release is here.
cmd_missing() {
  need_id "$1"
  local path
  if [ -d "$BASE/releases/$1" ]; then
    (cd "$BASE/releases/$1" && sha256sum --check --status SHA256SUMS) && return
    [ "$1" != "$(release_of current)" ] ||
      die "release $1 is running but its files have changed on disk; roll back first (--rollback)"
    mv -T "$BASE/releases/$1" "$BASE/releases/$1.partial"
  fi
  mkdir -p "$BASE/releases/$1.partial"
  find "$BASE/releases" -mindepth 1 -maxdepth 1 -name '*.partial' ! -name "$1.partial" -exec rm -rf --one-file-system {} +
  cd "$BASE/releases/$1.partial"
  cat >SHA256SUMS.new
  grep -qE '^[0-9a-f]{64}  [A-Za-z0-9._/-]+$' SHA256SUMS.new || die "the list of files did not arrive"
  mv SHA256SUMS.new SHA256SUMS
  keep_whole_files
  link_known_files
  while read -r _ path; do [ -e "$path" ] || say "$path"; done <SHA256SUMS
}

# receive ID <tar
cmd_receive() {
  need_id "$1"
  tar -x --no-same-owner -C "$BASE/releases/$1.partial"
}

# finish ID: every byte is checked, then the release gets its name.
cmd_finish() {
  need_id "$1"
  [ ! -d "$BASE/releases/$1" ] || return 0
  cd "$BASE/releases/$1.partial"
  sha256sum --check --quiet --strict SHA256SUMS || die "files of $1 arrived damaged; run it again"
  chown -R root:root .
  chmod -R u=rwX,go=rX .
  sync -f .
  mv -T "$BASE/releases/$1.partial" "$BASE/releases/$1"
}

# configure FILE <TEXT: writes /etc/jetson-relay/FILE if there is none; never changes one. Says
# "written", "kept", or "differs KEY" for the first key that is to have another value.
cmd_configure() {
  local file=$ETC/$1 line
  umask 077
  install -d -m 0755 "$ETC"
  cat >"$file.$$"
  # shellcheck disable=SC2064 # the name as it is now
  trap "rm -f '$file.$$'" EXIT
  # ln fails where the name exists: two at a time cannot both win.
  if ln "$file.$$" "$file" 2>/dev/null; then
    say written
  else
    chmod 0600 "$file"
    while read -r line; do
      # grep reads the line from a file, never from its arguments: it may be a token.
      if ! grep -qxF -f <(printf '%s\n' "$line") "$file"; then
        say "differs ${line%%=*}"
        return
      fi
    done <"$file.$$"
    say kept
  fi
}

use_unit() {
  local release=$BASE/releases/$1
  cmp -s "$release/$UNIT" "$UNITS/$UNIT" || {
    install -m 0644 "$release/$UNIT" "$UNITS/$UNIT.new" && mv "$UNITS/$UNIT.new" "$UNITS/$UNIT"
  } && systemctl daemon-reload
}

# run_release ID: the switch. The old one runs until the restart; from the symlink on it is the new one
# that comes up, whatever happens to this script.
run_release() {
  REASON="the unit could not be installed or restarted"
  use_unit "$1" && { [ "$(release_of current)" = "$1" ] || point current "$1"; } &&
    rm -f "$CACHE"/gst-registry*.bin && systemctl enable --quiet "$UNIT" && systemctl restart "$UNIT" && REASON=''
}

# activate ID [offline]: leaves a request that outlives this connection and a power cut, and follows it.
cmd_activate() {
  need_id "$1"
  [ -d "$BASE/releases/$1" ] || die "there is no release $1 here"
  ! systemctl is-active --quiet "$ACTIVATE" || die "another activation is running; try again in a minute"
  make_user
  if [[ $KIND == agent && -z ${2:-} ]]; then
    RELEASE_TO_ASK=$1
    split_relay || die "RELAY_URL in $ETC/agent.env is not ws://HOST:PORT/PATH, or leads to no relay: nothing was changed"
    [ -z "$FOUND_RELAY" ] || say "  $(setting RELAY_URL): $FOUND_RELAY"
    reachable || die "the relay $RELAY_HOST:$RELAY_PORT does not answer, so nothing could prove that the new release works: nothing was changed (start it, or use --offline)"
  fi
  render "$1"
  local follow
  : >"$BASE/activation.log"
  {
    say "offline=${2:-}"
    say "before=$(working_cameras "${2:-}")"
    say "relay=$FOUND_RELAY"
  } >"$BASE/activation"
  rm -f "$BASE/result"
  sed -e "s|@BASE@|$BASE|g" -e "s|@KIND@|$KIND|g" "$BASE/releases/$1/deploy/activate.service" >"$UNITS/$ACTIVATE.new"
  mv "$UNITS/$ACTIVATE.new" "$UNITS/$ACTIVATE"
  systemctl daemon-reload
  systemctl enable --quiet "$ACTIVATE"
  point pending "$1"
  tail -n +1 -f "$BASE/activation.log" &
  follow=$!
  systemctl start "$ACTIVATE" || true
  sleep 0.3
  kill "$follow" 2>/dev/null || true
  wait "$follow" 2>/dev/null || true
  grep -q '^ok' "$BASE/result" 2>/dev/null || return 5
}

# settle: run by the activation unit, now or at the next boot. Ends with a release that has been seen
# to work, or with the one that ran before.
cmd_settle() {
  exec >>"$BASE/activation.log" 2>&1
  local new old
  new=$(release_of pending)
  [ -n "$new" ] || return 0
  old=$(release_of current)
  # "fallback" lives as long as the switch; "previous" only ever names a release that has worked.
  if [ "$old" = "$new" ]; then
    old=$(release_of fallback)
    [ -n "$old" ] || old=$(release_of previous)
    [ "$old" != "$new" ] || old=''
  elif [ -n "$old" ]; then
    point fallback "$old"
  fi
  [ -n "$old" ] || be_patient
  say "  switching from ${old:-nothing} to $new"
  # Nothing between here and the verdict may end this function early: failures are values.
  if run_release "$new" && healthy; then
    [ -z "$old" ] || point previous "$old"
    say "ok $new" >"$BASE/result"
    say "  $new is in service"
  elif [ -z "$old" ]; then
    say "failed: $REASON" >"$BASE/result"
    say "  FAILED: $REASON"
    excerpt
    systemctl disable --quiet --now "$UNIT" || true
    rm -f "$BASE/current"
    say "  there is no earlier release to go back to: stopped"
  else
    say "rolled back: $REASON" >"$BASE/result"
    say "  FAILED: $REASON"
    excerpt
    say "  rolling back to $old"
    be_patient
    if run_release "$old" && healthy; then
      say "  $old is in service again"
    else
      say "  $old runs again, but: $REASON"
    fi
  fi
  rm -f "$BASE/pending" "$BASE/fallback"
  prune
}

excerpt() { journalctl -u "$UNIT" -n 6 -o cat --no-pager 2>/dev/null | sed 's/^/    | /' || true; }

# Three releases stay: the one that runs, the one before, and the newest other.
prune() {
  local release current previous left=$KEEP
  current=$(release_of current) previous=$(release_of previous)
  for release in "$current" "$previous"; do [ -z "$release" ] || left=$((left - 1)); done
  while read -r release; do
    [[ $release != "$current" && $release != "$previous" && $release != *.partial ]] || continue
    if ((left > 0)); then left=$((left - 1)); else rm -rf --one-file-system "${BASE:?}/releases/$release"; fi
  done < <(ls -1t "$BASE/releases" 2>/dev/null)
}

cmd_rollback() {
  local previous
  previous=$(release_of previous)
  if [ -z "$previous" ] || [ "$previous" = "$(release_of current)" ]; then die "there is no earlier release here"; fi
  cmd_activate "$previous" "${1:-}"
}

cmd_current() { release_of current; }

cmd_status() { report; }

cmd_logs() { exec journalctl -u "$UNIT" --no-pager "$@"; }

cmd_uninstall() {
  systemctl disable --quiet --now "$UNIT" "$ACTIVATE" 2>/dev/null || true
  rm -f "$UNITS/$UNIT" "$UNITS/$ACTIVATE"
  systemctl daemon-reload
  systemctl reset-failed "$UNIT" 2>/dev/null || true
  rm -rf --one-file-system "${BASE:?}" "${CACHE:?}"
  say "removed $BASE, $CACHE and the units; configuration and token stay in $ETC"
}

"cmd_${2:?}" "${@:3}"
