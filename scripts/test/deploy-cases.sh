# shellcheck shell=bash
# shellcheck disable=SC2016 # what is quoted expands on the robot
# SPDX-License-Identifier: MIT
# The cases of the deployment test, in the order in which they build on each other. A case is a subshell
# under set -e turned off by its caller, so each line that must hold says so: "|| wrong ...".

TOKEN=s3cret-of-the-robot-4711

wrong() {
  echo "WRONG: $*" >>"$OUT"
  exit 1
}

# deploy EXPECTED-EXIT-CODE OPTION...
deploy() {
  local expected=$1 status=0
  shift
  {
    echo "\$ scripts/deploy-to-jetson.sh robot@127.0.0.1 $*"
    DEPLOY_ARCHITECTURES=${ALLOWED-aarch64 $(uname -m)} \
      "$CHECKOUT/scripts/deploy-to-jetson.sh" robot@127.0.0.1 --port "$SSH_PORT" --key "${USE_KEY:-$WORK/key}" "$@" \
      </dev/null || status=$?
  } >"$WORK/said" 2>&1
  cat "$WORK/said" >>"$OUT"
  [ -z "${DEPLOY_TEST_TRANSCRIPT:-}" ] || cat "$WORK/said" >>"$DEPLOY_TEST_TRANSCRIPT"
  [ "$status" -eq "$expected" ] || wrong "exit code $status, not $expected"
}

note() {
  echo "     $*"
  [ -z "${DEPLOY_TEST_TRANSCRIPT:-}" ] || echo "# $*" >>"$DEPLOY_TEST_TRANSCRIPT"
}

said() { grep -qE -- "$1" "$WORK/said" || wrong "it did not say '$1'"; }
untouched() { robot '! [ -e /opt/jetson-relay ] && ! [ -e /etc/jetson-relay ]' || wrong "something was changed"; }
current() { robot 'basename "$(readlink /opt/jetson-relay/agent/current)"'; }
first() { deploy "$1" --relay "ws://127.0.0.1:$RELAY_PORT/ws" --name front "${@:2}"; }

# mark_build WORD: another build of the agent, which differs in a file that says WORD.
mark_build() {
  echo "$1" >"$WORK/build-mark"
  "$(need_jvm "$SERVER_JDK" jdk)/bin/jar" -uf "$CHECKOUT"/jetson-agent/target/jetson-agent-*.jar -C "$WORK" build-mark
}

# within GAP LIMIT, in tenths of a second: what is promised. On a machine that is busy with something else up to
# three times that, and then the transcript says so, too.
within() {
  [ "$1" -ge "$2" ] || return 0
  awk -v cores="$(nproc)" '{ exit !($1 > 2 * cores) }' /proc/loadavg && [ "$1" -lt $((3 * $2)) ] || return 1
  note "NOT within the $(seconds "$2") that are promised; forgiven, since the load is $(cut -d' ' -f1 /proc/loadavg) on $(nproc) cores"
}

case_wrong_option() {
  deploy 2 --relay 'http://x/'
  said 'is not ws://'
  deploy 2 --name 'a b'
  deploy 2 --colour
  said 'is not an option'
}

case_dry_run() {
  first 0 --dry-run
  said 'dry run: would install'
  untouched
}

case_wrong_key() {
  USE_KEY=$WORK/stranger first 3
  said 'does not accept this key'
}

case_wrong_architecture() {
  ALLOWED=aarch64 first 4
  said 'FAIL +architecture +x86_64'
  untouched
}

case_missing_java() {
  robot_root 'apt-get purge -y --auto-remove "openjdk-17-jre*"' >>"$OUT" 2>&1 || wrong "purge"
  first 4
  said 'FAIL +Java'
  untouched
  # From the robot's own package cache: there is no network here.
  deploy 4 --relay ws://127.0.0.1:9/ws --name front --install-deps
  said 'ok +Java +17'
  said 'FAIL +relay'
  untouched
}

case_full_disk() {
  robot_root 'mkdir -p /opt/jetson-relay && mount -t tmpfs -o size=12m tmpfs /opt/jetson-relay' || wrong "mount"
  first 4
  said 'FAIL +disk'
  # It fills up while the copy is under way.
  DEPLOY_NEED_MIB=0 first 1
  said 'is the disk full'
  robot '! [ -e /opt/jetson-relay/agent/current ] && ! systemctl is-active -q jetson-agent' || wrong "switched to half a release"
  robot_root 'umount /opt/jetson-relay && rmdir /opt/jetson-relay && rm -r /etc/jetson-relay' || wrong "umount"
}

case_relay_unreachable() {
  deploy 4 --relay ws://127.0.0.1:9/ws --name front
  said 'FAIL +relay'
  untouched
}

case_interrupted_copy() {
  # A slow link, and somebody who kills the deployment in the middle.
  tc qdisc add dev lo root tbf rate 80mbit burst 1mb latency 400ms || wrong "tc"
  in_background --relay "ws://127.0.0.1:$RELAY_PORT/ws" --name front
  for _ in {1..200}; do
    robot 'test "$(du -sm /opt/jetson-relay 2>/dev/null | cut -f1)" -ge 4' 2>/dev/null && break
    sleep 0.1
  done
  vanish 2>/dev/null
  tc qdisc del dev lo root
  robot 'ls /opt/jetson-relay/agent/releases' | grep -q '[.]partial$' || wrong "the copy was not caught half way"
  robot '! [ -e /opt/jetson-relay/agent/current ]' || wrong "half a release is in service"
}

# in_background OPTION...: a deployment that can be killed, as DEPLOYER, with all it started.
in_background() {
  setsid env TMPDIR="$WORK" DEPLOY_ARCHITECTURES="aarch64 $(uname -m)" "$CHECKOUT/scripts/deploy-to-jetson.sh" robot@127.0.0.1 \
    --port "$SSH_PORT" --key "$WORK/key" "$@" </dev/null >>"$OUT" 2>&1 &
  DEPLOYER=$!
}

# Its process group (the script, tar, ssh), and the ssh master, which has left the group.
vanish() {
  local socket
  kill -KILL -- "-$DEPLOYER" 2>/dev/null
  for socket in "$WORK"/tmp*/ssh; do [ ! -S "$socket" ] || ssh -o ControlPath="$socket" -O exit robot 2>/dev/null; done
}

case_first_install() {
  local mark
  mark=$(now)
  echo "$TOKEN" >"$WORK/token"
  # Every command line of this machine, the robot's included, for as long as it takes.
  python3 "$ROOT/scripts/test/command-lines.py" "$WORK/token" "$WORK/seen" "$WORK/enough" >/dev/null 2>&1 &
  sh -c 'sleep 8; :' seen-by-the-watch &
  first 0 --token-file "$WORK/token"
  : >"$WORK/enough"
  grep -q seen-by-the-watch "$WORK/seen" || wrong "the watch of command lines sees nothing"
  ! grep -q token "$WORK/seen" || wrong "the token was seen in a process list"
  said 'done: robot@127.0.0.1 runs'
  said 'front: pictures after'
  await_picture "$mark" 5 || wrong "no picture at the relay"
  [ "$(robot_root 'stat -c "%a %U" /etc/jetson-relay/agent.env /etc/jetson-relay/agent.token' | sort -u)" = '600 root' ] || wrong "modes"
  # Compared with the file on the robot: sudo logs command lines, so the word must not be in ours either.
  robot_root 'sed "s/^TOKEN=//; s/\"//g" /etc/jetson-relay/agent.token >/root/word; journalctl --no-pager >/root/journal
    test -s /root/word && test -s /root/journal && ! grep -rqFf /root/word /root/journal /opt/jetson-relay' || wrong "the token is in a log"
  ! grep -qF "$TOKEN" "$WORK/said" || wrong "the token was printed"
  # render does not exist here: the unit must not name it.
  [ "$(robot 'systemctl show -p SupplementaryGroups --value jetson-agent')" = video ] || wrong "groups"
  robot_root 'test -z "$(systemd-analyze verify /etc/systemd/system/jetson-agent.service 2>&1)"' || wrong "verify"
}

case_nothing_to_do() {
  local before
  before=$(robot 'systemctl show -p MainPID jetson-agent')
  deploy 0
  said 'nothing to do'
  said '0 files, 0 MiB'
  [ "$(robot 'systemctl show -p MainPID jetson-agent')" = "$before" ] || wrong "it was restarted"
  deploy 0 --status
  said 'front +gives pictures'
}

case_other_configuration() {
  local before
  before=$(robot_root 'md5sum /etc/jetson-relay/*')
  deploy 1 --relay ws://10.9.8.7:1/ws --offline
  said 'has another RELAY_URL, and is never overwritten'
  [ "$(robot_root 'md5sum /etc/jetson-relay/*')" = "$before" ] || wrong "the configuration was changed"
}

case_killed_agent() {
  local mark gap
  mark=$(now)
  robot_root 'kill -KILL $(systemctl show -p MainPID --value jetson-agent)' || wrong kill
  sleep 1
  await_picture "$(now)" 10 || wrong "it did not come back"
  gap=$(longest_gap "$mark")
  note "kill -9: no picture for $(seconds "$gap")"
  within "$gap" 50 || wrong "back after $(seconds "$gap") only"
}

case_upgrade() {
  local mark gap before
  before=$(current) mark=$(now)
  mark_build two
  deploy 0
  said ' [1-9] files, 0 MiB'
  [ "$(current)" != "$before" ] || wrong "the old one runs"
  gap=$(longest_gap "$mark")
  note "upgrade: no picture for $(seconds "$gap")"
  within "$gap" 80 || wrong "dark for $(seconds "$gap")"
}

# rolled_back MARK BEFORE WORDS
rolled_back() {
  local gap
  said "$3"
  said 'rolling back to'
  said 'is in service again'
  [ "$(current)" = "$2" ] || wrong "$(current) runs"
  gap=$(longest_gap "$1")
  note "$3: rolled back, no picture for $(seconds "$gap")"
  within "$gap" 200 || wrong "dark for $(seconds "$gap")"
}

case_broken_at_start() {
  local mark before library
  before=$(current) mark=$(now)
  library=$(echo "$CHECKOUT"/jetson-agent/target/libs/jackson-core-*.jar)
  mv "$library" "$WORK/"
  deploy 5
  mv "$WORK/$(basename "$library")" "$library"
  rolled_back "$mark" "$before" 'it ended by itself'
}

# Hangs when it is tried, as a driver can make it: nothing must be switched, and nobody wait for ever.
case_hanging_release() {
  local before
  before=$(robot 'systemctl show -p MainPID jetson-agent')
  sed -i '/^exec /i [ "${1:-}" != doctor ] || exec sleep 1000' "$CHECKOUT/scripts/deploy/run-agent.sh"
  sed -i 's/^TRIAL_SECONDS=.*/TRIAL_SECONDS=3/' "$CHECKOUT/scripts/deploy/unit.sh"
  deploy 1
  mended
  said 'hangs when it is tried: no answer in 3 s'
  [ "$(robot 'systemctl show -p MainPID jetson-agent')" = "$before" ] || wrong "it was restarted"
}

# Runs, but never connects: only somebody who watches the camera can tell.
silent() {
  sed -i '/^exec /i [ $# -gt 0 ] || exec sleep 1000' "$CHECKOUT/scripts/deploy/run-agent.sh"
}
mended() { cp "$ROOT"/scripts/deploy/{run-agent,unit}.sh "$CHECKOUT/scripts/deploy/"; }

case_silent_release() {
  local mark before
  before=$(current) mark=$(now)
  silent
  deploy 5
  mended
  rolled_back "$mark" "$before" 'not connected to 127.0.0.1'
}

await_settled() {
  for _ in {1..120}; do
    robot '! [ -e /opt/jetson-relay/agent/pending ]' 2>/dev/null && return
    sleep 0.5
  done
  wrong "the robot did not finish"
}

# catch_switching BEFORE: a deployment in the background, until the robot is in the middle of the switch.
catch_switching() {
  in_background
  for _ in {1..300}; do
    [ "$(current)" = "$1" ] || return 0
    sleep 0.2
  done
  wrong "it never switched"
}

case_deployer_vanishes() {
  local mark before gap
  before=$(current) mark=$(now)
  silent
  echo '# again' >>"$CHECKOUT/scripts/deploy/run-agent.sh"
  catch_switching "$before"
  vanish
  mended
  await_settled
  [ "$(current)" = "$before" ] || wrong "nobody rolled back"
  await_picture "$(now)" 5 || wrong "no picture"
  gap=$(longest_gap "$mark")
  note "deployer gone in the middle: the robot rolled back by itself, no picture for $(seconds "$gap")"
  within "$gap" 200 || wrong "dark for $(seconds "$gap")"
}

case_power_cut() {
  local before
  before=$(current)
  silent
  echo '# and again' >>"$CHECKOUT/scripts/deploy/run-agent.sh"
  catch_switching "$before"
  power_off
  vanish
  mended
  boot
  [ "$(current)" != "$before" ] || wrong "the cut came too early"
  await_settled
  [ "$(current)" = "$before" ] || wrong "nobody rolled back after the boot"
  await_picture "$(now)" 10 || wrong "no picture"
  note "power cut in the middle: rolled back at the next boot"
}

case_rollback() {
  local before mark
  before=$(current) mark=$(now)
  deploy 0 --rollback
  said 'is in service'
  [ "$(current)" != "$before" ] || wrong "still the same"
  note "rollback by hand: no picture for $(seconds "$(longest_gap "$mark")")"
}

case_three_releases() {
  mark_build three
  deploy 0
  mark_build four
  deploy 0
  [ "$(robot 'ls /opt/jetson-relay/agent/releases | wc -l')" = 3 ] || wrong "$(robot 'ls /opt/jetson-relay/agent/releases')"
}
