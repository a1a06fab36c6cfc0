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
  local mark
  robot_root 'systemctl reboot' 2>/dev/null
  sleep 2
  mark=$(now)
  await_ssh
  await_picture "$mark" 30 || wrong "the stream did not return"
  note "reboot: the stream is back by itself"
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
  said '/health answers 200'
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

case_uninstall() {
  deploy 0 --uninstall
  robot '! systemctl is-active -q jetson-agent && ! [ -e /opt/jetson-relay/agent ] && ! [ -e /etc/systemd/system/jetson-agent.service ]' || wrong "not gone"
  robot_root 'test -s /etc/jetson-relay/agent.env && test -s /etc/jetson-relay/agent.token' || wrong "the configuration is gone"
  deploy 0
  said 'agent.env kept'
}
