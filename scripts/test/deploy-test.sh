#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Deploys for real: over ssh into a booted systemd, with a relay beside it that a viewer watches all the
# time. The robot is a Debian root in systemd-nspawn; it and the test share a network namespace of their own,
# so ports are free and nothing leaves the machine. It is an x86 root, told so by DEPLOY_ARCHITECTURES;
# /etc/nv_tegra_release is made up, and no NVIDIA element is in it: what that proves is the deployment,
# not the Jetson. Needs root, some 8 minutes, and the first time 2 more and 1 GB for the root.
#   scripts/test/deploy-test.sh [CASE...]      cases: the functions called case_...
# DEPLOY_TEST_TRANSCRIPT=FILE keeps what all commands printed.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
# shellcheck source=scripts/test/robot.sh
. "$ROOT/scripts/test/robot.sh"
# shellcheck source=scripts/test/deploy-cases.sh
. "$ROOT/scripts/test/deploy-cases.sh"
# shellcheck source=scripts/test/deploy-cases-machine.sh
. "$ROOT/scripts/test/deploy-cases-machine.sh"

CASES=(wrong_option dry_run wrong_key wrong_architecture missing_java full_disk relay_unreachable
  interrupted_copy first_install nothing_to_do other_configuration killed_agent upgrade broken_at_start
  hanging_release silent_release deployer_vanishes power_cut rollback three_releases nvargus reboot relay_service uninstall discovery)

prepare() {
  [ "$(id -u)" -eq 0 ] || die "this test boots a system: run it as root"
  apt_install mmdebstrap systemd-container openssh-client iproute2 python3 || die "tools are missing"
  build relay-server jetson-agent
  # What the relay's first start would do, before the clock runs.
  relay_command
  make_root_archive
}

run_case() {
  local started=$SECONDS
  : >"$OUT"
  if ("case_$1"); then
    printf 'ok   %-20s %3d s\n' "$1" $((SECONDS - started))
  else
    printf 'FAIL %-20s %3d s\n' "$1" $((SECONDS - started))
    sed 's/^/  | /' "$OUT"
    robot_root 'journalctl -u "jetson-*" -n 40 --no-pager' 2>/dev/null | sed 's/^/  journal | /' || true
    return 1
  fi
}

inside() {
  local name failed=0
  WORK=$(mktemp -d /tmp/deploy-test.XXXXXX)
  OUT=$WORK/out
  trap clean_up EXIT
  trap 'exit 130' INT TERM
  set_up_network
  unpack_robot
  copy_checkout
  boot
  start_relay
  echo "robot: Debian 12 in systemd-nspawn, $(uname -m) (not a Jetson), systemd $(robot 'systemctl --version' | awk 'NR==1{print $2}')"
  for name in "$@"; do
    run_case "$name" || failed=1
    # The cases build on each other.
    [ "$failed" -eq 0 ] || [ -n "${DEPLOY_TEST_KEEP_GOING:-}" ] || break
  done
  [ "$failed" -eq 0 ] && echo "all deployment tests passed"
}

main() {
  [ $# -gt 0 ] || set -- "${CASES[@]}"
  if [ -z "${DEPLOY_TEST_INSIDE:-}" ]; then
    prepare
    DEPLOY_TEST_INSIDE=yes exec unshare --net --mount --propagation private "$0" "$@"
  fi
  inside "$@"
}

main "$@"
