# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# What of a release depends on the machine: the user, the groups, the unit, and whether the program runs at
# all. Sourced by target.sh, which sets KIND, BASE, UNIT, ETC, RUN_AS, CACHE.

# Groups that exist: a unit that names another one does not start at all (216/GROUP).
existing_groups() {
  local group found=()
  for group in video render; do
    ! getent group "$group" >/dev/null || found+=("$group")
  done
  echo "${found[*]}"
}

# render ID: the release's unit as it is for this machine, kept beside it for a rollback.
render() {
  local release=$BASE/releases/$1 groups
  groups=$(existing_groups)
  sed -e "s|@BASE@|$BASE|g" -e "s|@ETC@|$ETC|g" -e "s|@USER@|$RUN_AS|g" -e "s|@CACHE@|$CACHE|g" \
    -e "s|@GROUPS@|$groups|g" -e '/^SupplementaryGroups=$/d' \
    "$release/deploy/jetson-$KIND.service" >"$release/$UNIT.new"
  mv "$release/$UNIT.new" "$release/$UNIT"
  # verify exits 0 on unknown keys and speaks of other people's units too: its words about ours count.
  # It looks at the programs as well, which are not behind "current" yet.
  local scratch complaints
  scratch=$(mktemp -d)
  sed "s|$BASE/current/|$release/|" "$release/$UNIT" >"$scratch/$UNIT"
  complaints=$(systemd-analyze verify "$scratch/$UNIT" 2>&1 | grep -F "jetson-$KIND" || true)
  rm -r "$scratch"
  [ -z "$complaints" ] || die "systemd does not accept the unit: $complaints"
}

make_user() {
  getent passwd "$RUN_AS" >/dev/null ||
    useradd --system --user-group --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin "$RUN_AS"
  install -d -m 0700 -o "$RUN_AS" -g "$RUN_AS" "$CACHE"
}

# What is only tried must not keep anybody waiting for ever: a driver may hang.
TRIAL_SECONDS=${TRIAL_SECONDS:-120}

# as_service ID COMMAND...: the release's program as the service runs it, environment included.
as_service() {
  local release=$BASE/releases/$1 group arguments=()
  shift
  for group in $(existing_groups); do arguments+=(-G "$group"); done
  (cd / && timeout -k 5 "$TRIAL_SECONDS" runuser -u "$RUN_AS" "${arguments[@]}" -- env -i PATH="$PATH" HOME="$CACHE" CACHE_DIRECTORY="$CACHE" \
    GST_REGISTRY="$CACHE/gst-smoke.bin" "$release/bin/run" "$@")
}

# train_relay ID: the release's ahead-of-time cache, once. Without one the relay starts more slowly, that
# is all.
train_relay() {
  local release=$BASE/releases/$1 scratch=$CACHE/training.aot
  [ ! -s "$release/relay.aot" ] || return 0
  rm -f "$scratch"
  # Not runuser, which kills two seconds after SIGTERM: the JVM needs longer to write the cache.
  local as=(setpriv --reuid "$(id -u "$RUN_AS")" --regid "$(id -g "$RUN_AS")" --clear-groups
  env -i "PATH=$PATH" "HOME=$CACHE" "CACHE_DIRECTORY=$CACHE")
  # shellcheck disable=SC2034 # train takes them by name
  local trainee=("${as[@]}" "AOT_OUTPUT=$scratch" "$release/bin/run" --host 127.0.0.1 --port 0)
  # shellcheck disable=SC2034
  local rehearsal=("${as[@]}" "$release/bin/run" rehearse --port)
  (cd / && train "$BASE/training.log" trainee rehearsal)
  if [ -s "$scratch" ]; then
    install -m 0644 "$scratch" "$release/relay.aot.new" && mv "$release/relay.aot.new" "$release/relay.aot"
    say "trained for a fast start"
  else
    say "no ahead-of-time cache: it will start more slowly ($(tail -n 1 "$BASE/training.log"))"
  fi
  rm -f "$scratch"
}

# smoke ID: does it run on this machine at all, before anything is touched?
cmd_smoke() {
  need_id "$1"
  make_user
  local help
  help=$(as_service "$1" --help 2>&1) || {
    say "$help" | tail -n 5
    die "release $1 does not even start on this machine"
  }
  if [[ $KIND == relay ]]; then
    say "starts"
    train_relay "$1"
  elif grep -qE '^ +doctor' <<<"$help"; then
    local status=0
    as_service "$1" doctor --smoke || status=$?
    [ "$status" -ne 0 ] || return 0
    case $status in 124 | 137) die "release $1 hangs when it is tried: no answer in $TRIAL_SECONDS s" ;; esac
    # A test picture or files need none of what the doctor looks for.
    case $(setting CAMERAS)$(setting SOURCE) in
    '' | test | folder:* | file:*) say "no camera could be used here; the configured source needs none" ;;
    *) return 3 ;;
    esac
  else
    say "starts; no capture test: this release has no 'doctor'"
  fi
}
