#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Runs as root after each end of the agent. Argus sometimes stays broken after a client died uncleanly;
# with RESTART_NVARGUS=yes, three ends in two minutes because of the source (exit code 3) restart its
# daemon, at most every ten minutes.
set -euo pipefail

[[ ${RESTART_NVARGUS:-no} == yes ]] || exit 0
[[ ${EXIT_CODE:-} == exited && ${EXIT_STATUS:-} == 3 ]] || exit 0
systemctl cat nvargus-daemon.service >/dev/null 2>&1 || exit 0

state=/run/jetson-agent-nvargus
now=$(cut -d. -f1 /proc/uptime)
mkdir -p "$state"
last=$(cat "$state/restarted" 2>/dev/null || echo -600)
echo "$now" >>"$state/ends"
recent=$(awk -v now="$now" 'now - $1 < 120' "$state/ends" | tail -n 3)
echo "$recent" >"$state/ends"
if (($(wc -l <<<"$recent") >= 3 && now - last >= 600)); then
  echo "the source failed three times in two minutes: restarting nvargus-daemon"
  echo "$now" >"$state/restarted"
  : >"$state/ends"
  systemctl restart nvargus-daemon.service
fi
