# shellcheck shell=bash
# shellcheck disable=SC2016 # what is quoted expands on the robot
# SPDX-License-Identifier: MIT
# More cases of the deployment test: what the machine does by itself, the relay's service, and the end.
# Sourced behind deploy-cases.sh.

case_nvargus() {
  robot_root 'printf "[Service]\nExecStart=/bin/sleep infinity\n" >/etc/systemd/system/nvargus-daemon.service &&
    systemctl daemon-reload && systemctl start nvargus-daemon &&
    cp -a /etc/jetson-relay/agent.env /root/agent.env && sed -i "s/^SOURCE=.*/SOURCE=folder:\/nowhere/" /etc/jetson-relay/agent.env' || wrong "set-up"
  local before
  before=$(robot 'systemctl show -p MainPID nvargus-daemon')
  robot_root 'systemctl restart jetson-agent; sleep 12'
  [ "$(robot 'systemctl show -p MainPID nvargus-daemon')" = "$before" ] || wrong "restarted without being asked"
  robot_root 'echo RESTART_NVARGUS=yes >>/etc/jetson-relay/agent.env; systemctl restart jetson-agent; sleep 12'
  [ "$(robot 'systemctl show -p MainPID nvargus-daemon')" != "$before" ] || wrong "not restarted"
  robot_root 'mv /root/agent.env /etc/jetson-relay/ && systemctl restart jetson-agent'
  await_picture "$(now)" 10 || wrong "no picture"
}

case_reboot() {
  local mark started
  started=$(now)
  robot_root 'systemctl reboot' 2>/dev/null
  sleep 2
  mark=$(now)
  await_ssh
  await_picture "$mark" 30 || wrong "the stream did not return"
  note "reboot: the stream is back by itself, no picture for $(seconds "$(longest_gap "$started")")"
}

install_relay() {
  local expected=$1 status=0
  shift
  robot "sudo /checkout/scripts/install-relay.sh $*" >"$WORK/said" 2>&1 || status=$?
  { echo "\$ sudo scripts/install-relay.sh $*" && cat "$WORK/said"; } | tee -a "${DEPLOY_TEST_TRANSCRIPT:-/dev/null}" >>"$OUT"
  [ "$status" -eq "$expected" ] || wrong "exit code $status, not $expected"
}

case_relay_service() {
  local flags=$CHECKOUT/scripts/relay.jvm
  robot_root 'ln -s /mnt/java-25 /usr/lib/jvm/java-25' || wrong "Java 25"
  install_relay 1 --port "$RELAY_PORT"
  said 'something listens on port'
  install_relay 0 --port 18090
  said 'trained for a fast start'
  said '/health answers 200'
  robot_root 'grep -q /relay.aot "/proc/$(systemctl show -p MainPID --value jetson-relay)/maps"' || wrong "it does not use its ahead-of-time cache"
  note "the relay's service: listens $(robot_root 'systemctl restart jetson-relay; sleep 6; journalctl -u jetson-relay -o short-monotonic --no-pager | tail -n 40' |
    sed -n 's/^\[ *\([0-9.]*\)\].*Started .*/started \1/p; s/^\[ *\([0-9.]*\)\].* listens on .*/listens \1/p' |
    awk '$1 == "started" { at = $2 } $1 == "listens" { took = $2 - at } END { printf "%.1f", took }') s after its start"
  install_relay 0
  said 'nothing to do'
  install_relay 1 --port 18091
  said 'never overwritten'
  echo '-Dsecond=yes' >>"$flags"
  install_relay 0
  echo '-XX:NoSuchFlag' >>"$flags"
  install_relay 1
  said 'does not start'
  sed -i '$d' "$flags"
  # Starts for --help, and ends by itself as a service.
  cp "$CHECKOUT/scripts/deploy/run-relay.sh" "$WORK/"
  sed -i '/^exec /i [ "${1:-}" = --help ] || exit 7' "$CHECKOUT/scripts/deploy/run-relay.sh"
  install_relay 5
  said 'it ended by itself .exit code 7'
  said 'is in service again'
  cp "$WORK/run-relay.sh" "$CHECKOUT/scripts/deploy/"
  install_relay 0 --rollback
  install_relay 0 --status
  said 'health +200'
  [ -z "$(robot_root 'systemd-analyze verify /etc/systemd/system/jetson-relay.service 2>&1')" ] || wrong "verify"
  install_relay 0 --uninstall
}

# The relay announces itself on the namespace's only network; a robot that is told no address finds it.
case_discovery() {
  local second mark gap
  deploy 2 --relay 'auto:a"b'
  deploy 0 --uninstall
  robot_root 'rm /etc/jetson-relay/agent.env' || wrong "configuration"
  deploy 0 --relay auto --name front
  said "ok +relay +auto: looked for before the switch"
  said "auto: ws://$RELAY_ADDRESS:$RELAY_PORT/ws"
  said "connected to $RELAY_ADDRESS:$RELAY_PORT"
  said 'front: pictures after'
  # Killed, it is back as fast as one that was given the address.
  mark=$(now)
  robot_root 'kill -KILL $(systemctl show -p MainPID --value jetson-agent)' || wrong kill
  sleep 1
  await_picture "$(now)" 10 || wrong "it did not come back"
  gap=$(longest_gap "$mark")
  note "kill -9 of an agent with --relay auto: no picture for $(seconds "$gap")"
  within "$gap" 50 || wrong "back after $(seconds "$gap") only"
  # A second relay: no guess, but a list and how to choose; and on with the first when the second is gone.
  PORT=18081 "$ROOT/scripts/relay.sh" >>"$WORK/relay.log" 2>&1 &
  second=$!
  for _ in {1..60}; do
    [ "$(list_relays | wc -l)" -eq 2 ] && break
    sleep 0.5
  done
  [ "$(list_relays | wc -l)" -eq 2 ] || wrong "not two relays: $(list_relays)"
  robot_root 'systemctl stop jetson-agent; rm /var/cache/jetson-agent/relay; systemctl start jetson-agent; sleep 10'
  robot_root 'journalctl -u jetson-agent -n 20 -o cat --no-pager' >"$WORK/said"
  said '2 relays announce themselves here: .*; choose one, such as auto:.*; looking on'
  mark=$(now)
  kill "$second"
  await_picture "$mark" 30 || wrong "it did not take the one that was left"
  note "two relays: listed, and the one that was left was taken"
}

list_relays() { robot 'sudo -u jetson-relay CACHE_DIRECTORY=/tmp /opt/jetson-relay/agent/current/bin/run list-relays' 2>/dev/null; }

case_uninstall() {
  deploy 0 --uninstall
  robot '! systemctl is-active -q jetson-agent && ! [ -e /opt/jetson-relay/agent ] && ! [ -e /etc/systemd/system/jetson-agent.service ]' || wrong "not gone"
  robot_root 'test -s /etc/jetson-relay/agent.env && test -s /etc/jetson-relay/agent.token' || wrong "the configuration is gone"
  deploy 0
  said 'agent.env kept'
}
