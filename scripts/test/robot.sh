# shellcheck shell=bash
# shellcheck disable=SC2153 # ROOT is lib.sh's
# SPDX-License-Identifier: MIT
# The robot of the deployment test: making, booting, cutting its power, and taking it away again.
# Sourced by deploy-test.sh behind lib.sh; WORK and OUT are set before anything here is called.

SSH_PORT=2222
RELAY_PORT=18080
RELAY_ADDRESS=10.77.0.1
ROOT_ARCHIVE=${XDG_CACHE_HOME:-$HOME/.cache}/jetson-relay/deploy-test-root-2.tar

# Process ids are kept in files, since the cases are subshells: $WORK/{power,nspawn,relay,viewer}.pid

# With apt's packages and lists still in it: the robot can then install Java without a network.
make_root_archive() {
  [ ! -e "$ROOT_ARCHIVE" ] || return 0
  say "making the robot's root, once, at $ROOT_ARCHIVE ..."
  mkdir -p "$(dirname "$ROOT_ARCHIVE")"
  mmdebstrap --quiet --variant=minbase --skip=cleanup/apt/cache,cleanup/apt/lists \
    --include=systemd,systemd-sysv,dbus,openssh-server,sudo,iproute2,procps,openjdk-17-jre-headless,gstreamer1.0-tools,gstreamer1.0-plugins-base,gstreamer1.0-plugins-good \
    bookworm "$ROOT_ARCHIVE.partial.tar"
  mv "$ROOT_ARCHIVE.partial.tar" "$ROOT_ARCHIVE"
}

# What of the robot shall not be found until a case says so is bound under /mnt.
set_up_network() {
  ip link set lo up
  # A network for the relay to announce itself on: two ends of a cable that leads nowhere else.
  ip link add wire0 type veth peer name wire1
  ip address add "$RELAY_ADDRESS/24" dev wire0
  ip link set wire0 up
  ip link set wire1 up
  # nspawn's own places, out of sight of the machine's.
  mkdir -p /run/systemd/nspawn
  mount -t tmpfs -o mode=0755 tmpfs /run/systemd/nspawn
}

unpack_robot() {
  local root=$WORK/robot
  mkdir "$root"
  tar -x --numeric-owner -C "$root" -f "$ROOT_ARCHIVE"
  ssh-keygen -q -t ed25519 -N '' -f "$WORK/key"
  ssh-keygen -q -t ed25519 -N '' -f "$WORK/stranger"
  chroot "$root" useradd --create-home --shell /bin/bash robot
  echo 'robot ALL=(ALL) NOPASSWD: ALL' >"$root/etc/sudoers.d/robot"
  echo "127.0.0.1 localhost $(hostname)" >"$root/etc/hosts"
  printf 'Port %s\nListenAddress 127.0.0.1\n' "$SSH_PORT" >"$root/etc/ssh/sshd_config.d/test.conf"
  install -d -m 0700 -o 1000 -g 1000 "$root/home/robot/.ssh"
  install -m 0600 -o 1000 -g 1000 "$WORK/key.pub" "$root/home/robot/.ssh/authorized_keys"
  echo '# R36 (release), REVISION: 4.0, GCID: 0, BOARD: made up for a test' >"$root/etc/nv_tegra_release"
  echo "[127.0.0.1]:$SSH_PORT $(cut -d' ' -f1,2 "$root/etc/ssh/ssh_host_ed25519_key.pub")" >"$WORK/known_hosts"
  SSH=(ssh -i "$WORK/key" -p "$SSH_PORT" -o BatchMode=yes -o UserKnownHostsFile="$WORK/known_hosts"
    -o HostKeyAlgorithms=ssh-ed25519 -o LogLevel=ERROR -o ConnectTimeout=5 robot@127.0.0.1)
  export DEPLOY_SSH_OPTIONS="-o UserKnownHostsFile=$WORK/known_hosts -o HostKeyAlgorithms=ssh-ed25519"
}

# A checkout whose build the test may damage.
copy_checkout() {
  CHECKOUT=$WORK/checkout
  local module
  mkdir "$CHECKOUT"
  cp -a "$ROOT/pom.xml" "$ROOT/scripts" "$CHECKOUT/"
  for module in jetson-agent relay-server; do
    mkdir -p "$CHECKOUT/$module/target" "$CHECKOUT/$module/src"
    cp -a "$ROOT/$module/pom.xml" "$CHECKOUT/$module/"
    cp -a "$ROOT/$module/src/main" "$CHECKOUT/$module/src/"
    cp -a "$ROOT/$module/target"/{"$module"-*.jar,libs,.built} "$CHECKOUT/$module/target/"
  done
}

robot() { "${SSH[@]}" "$@"; }
robot_root() { "${SSH[@]}" "sudo bash -c $(printf %q "$1")"; }

# nspawn ends with 133 when the system inside reboots: somebody has to switch it on again.
power() {
  local status
  while :; do
    status=0
    systemd-nspawn --quiet -D "$WORK/robot" --boot --register=no --keep-unit --machine=deploytest \
      --bind-ro="$CHECKOUT:/checkout" --bind-ro="$(need_jvm "$SERVER_JDK"):/mnt/java-25" \
      --console=pipe </dev/null >>"$WORK/console" 2>&1 &
    echo $! >"$WORK/nspawn.pid"
    wait $! || status=$?
    [ "$status" -eq 133 ] || return 0
  done
}

is_running() { kill -0 "$(cat "$WORK/$1.pid" 2>/dev/null)" 2>/dev/null; }

boot() {
  power &
  echo $! >"$WORK/power.pid"
  await_ssh
}

await_ssh() {
  local tries=0
  until robot true 2>/dev/null; do
    [ $((tries += 1)) -lt 60 ] || {
      tail -n 20 "$WORK/console"
      die "the robot did not come up"
    }
    sleep 0.5
  done
}

# As if somebody pulled the plug: no process inside gets to say anything.
power_off() {
  local leader
  leader=$(pgrep -P "$(cat "$WORK/nspawn.pid")" | head -n 1)
  kill -KILL "$leader"
  while is_running power; do sleep 0.1; done
}

start_relay() {
  PORT=$RELAY_PORT "$ROOT/scripts/relay.sh" >>"$WORK/relay.log" 2>&1 &
  echo $! >"$WORK/relay.pid"
  local tries=0
  until (exec 3<>"/dev/tcp/127.0.0.1/$RELAY_PORT") 2>/dev/null; do
    [ $((tries += 1)) -lt 100 ] || die "the relay did not start"
    sleep 0.2
  done
  python3 "$ROOT/scripts/test/viewer.py" 127.0.0.1 "$RELAY_PORT" front "$WORK/frames" >/dev/null 2>&1 &
  echo $! >"$WORK/viewer.pid"
}

clean_up() {
  local name
  trap '' INT TERM
  # First who would switch it on again, then the system itself.
  for name in viewer relay power; do
    ! is_running "$name" || kill "$(cat "$WORK/$name.pid")" || true
  done
  if is_running nspawn; then
    pgrep -P "$(cat "$WORK/nspawn.pid")" | xargs -r kill -KILL || true
    while is_running nspawn; do sleep 0.1; done
  fi
  umount /run/systemd/nspawn 2>/dev/null || true
  rm -rf --one-file-system "$WORK"
}

# now, and since MARK: the longest time without a picture, in tenths of a second. The time from the last
# picture until now counts, too.
now() { python3 -c 'import time; print(f"{time.monotonic():.3f}")'; }
longest_gap() {
  { echo "$1" && awk -v mark="$1" '$1 > mark' "$WORK/frames" && now; } |
    awk 'NR > 1 && $1 - last > gap { gap = $1 - last } { last = $1 } END { print int(gap * 10 + 0.5) }'
}

seconds() { awk -v tenths="$1" 'BEGIN { printf "%.1f s", tenths / 10 }'; }

# await_picture MARK SECONDS
await_picture() {
  local until=$((SECONDS + $2))
  until awk -v mark="$1" '$1 > mark { found = 1 } END { exit !found }' "$WORK/frames"; do
    ((SECONDS < until)) || return 1
    sleep 0.2
  done
}
