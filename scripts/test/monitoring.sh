#!/usr/bin/env bash
# Checks docs/monitoring against a relay that runs: the exposition, the rules and when they fire (promtool), and
# that every query of rules and dashboard has data (a Prometheus that scrapes the relay).
# Without promtool and Prometheus (apt: prometheus) it says so and is skipped.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"

MONITORING=$ROOT/docs/monitoring
WORK=$(mktemp -d)
STARTED=()

stop() {
  local pid
  for pid in "${STARTED[@]}"; do kill "$pid" 2>/dev/null || true; done
  for pid in "${STARTED[@]}"; do wait "$pid" 2>/dev/null || true; done
  rm -rf "$WORK"
}

# start LOG COMMAND...: in the background, to be stopped at the end.
start() {
  local log=$WORK/$1
  shift
  "$@" >"$log" 2>&1 &
  STARTED+=($!)
}

# await SECONDS WHAT COMMAND...
await() {
  local deadline=$((SECONDS + $1)) what=$2
  shift 2
  until "$@"; do
    [ $SECONDS -lt $deadline ] || {
      tail -n 20 "$WORK"/*.log >&2
      die "never came true: $what"
    }
    sleep 0.2
  done
}

relay_port() { sed -n 's/.* listens on [^ ]*:\([0-9]*\);.*/\1/p' "$WORK/relay.log"; }
listens() { [ -n "$(relay_port)" ]; }
metric() { curl -fsS "http://127.0.0.1:$port/observe/metrics" | grep -q "$1"; }

have_tools() {
  if ! command -v promtool >/dev/null || ! command -v prometheus >/dev/null; then
    apt_install prometheus || true
  fi
  command -v promtool >/dev/null && command -v prometheus >/dev/null && command -v python3 >/dev/null
}

check_files() {
  promtool check rules "$MONITORING/rules.yml"
  (cd "$MONITORING" && promtool test rules rules-test.yml)
  promtool check config --syntax-only "$MONITORING/prometheus.yml"
}

check_running() {
  local port prometheus
  build relay-server jetson-agent
  start relay.log env RELAY_AOT=off PORT=0 HOST=127.0.0.1 PUBLISH_TOKEN=monitoring VIEW_TOKEN=watching \
    WEBHOOK_URL=http://127.0.0.1:9/hook "$ROOT/scripts/relay.sh"
  await 60 "the relay listens" listens
  port=$(relay_port)
  start agent.log "$ROOT/scripts/agent.sh" --relay "ws://127.0.0.1:$port/ws" --name front --source test \
    --token monitoring
  start clients.log python3 "$ROOT/scripts/test/monitoring.py" clients "$port" watching 120
  await 60 "pictures are painted" metric '^relay_hop_seconds_count{hop="to_screen"} [1-9]'

  curl -fsS "http://127.0.0.1:$port/observe/metrics" >"$WORK/exposition.txt"
  promtool check metrics <"$WORK/exposition.txt"
  say "the exposition has $(grep -vc '^#' "$WORK/exposition.txt") series, and promtool likes it"

  prometheus=$(python3 "$ROOT/scripts/test/monitoring.py" free-port)
  sed -e "s/localhost:8080/127.0.0.1:$port/" -e 's/_interval: 5s/_interval: 1s/' \
    -e "s|rules.yml|$MONITORING/rules.yml|" "$MONITORING/prometheus.yml" >"$WORK/prometheus.yml"
  start prometheus.log prometheus --config.file="$WORK/prometheus.yml" --storage.tsdb.path="$WORK/data" \
    --web.listen-address="127.0.0.1:$prometheus"
  await 30 "Prometheus is ready" curl -fs -o /dev/null "http://127.0.0.1:$prometheus/-/ready"
  python3 "$ROOT/scripts/test/monitoring.py" check "http://127.0.0.1:$prometheus" "$MONITORING"
}

main() {
  have_tools || {
    say "skipped: promtool and Prometheus are not here and cannot be installed (apt: prometheus)"
    return 0
  }
  trap stop EXIT
  check_files
  check_running
  say "monitoring: all checks passed"
}

main "$@"
