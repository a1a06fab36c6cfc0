#!/usr/bin/env bash
# Installs what the tests need (with apt, when root) and runs all of them.
#   scripts/test.sh           everything
#   scripts/test.sh --java    only what Maven runs
#   scripts/test.sh --deploy  only what deploys: the images' steps, and a system booted to deploy to; needs
#                             root and some minutes
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

GSTREAMER=(libgstreamer1.0-dev libgstreamer-plugins-base1.0-dev gstreamer1.0-tools
  gstreamer1.0-plugins-base gstreamer1.0-plugins-good)

step() { printf '\n== %s\n' "$*"; }

install_tools() {
  local node=(nodejs npm)
  # Node.js from elsewhere brings its own npm and conflicts with the distribution's.
  if command -v npm >/dev/null; then node=(); fi
  apt_install cmake gcc iproute2 libc6-dev make maven pkg-config "${GSTREAMER[@]}" chromium nats-server "${node[@]}" shellcheck shfmt ||
    say "going on without them: tests that need them say so and are skipped"
}

java_tests() {
  # JAVA_HOME is the build JDK (see maven in lib.sh), so formatting is checked, too.
  # clean: a quick build (see lib.sh) leaves classes behind that no gate has seen.
  maven clean verify
}

script_tests() {
  local scripts=("$ROOT"/scripts/*.sh "$ROOT"/scripts/deploy/*.sh "$ROOT"/scripts/test/*.sh "$ROOT"/.ci/run "$ROOT"/native/*.sh)
  if command -v shellcheck >/dev/null; then
    (cd "$ROOT" && shellcheck -x "${scripts[@]}")
  fi
  if command -v shfmt >/dev/null; then
    shfmt -i 2 -d "${scripts[@]}"
  fi
  "$ROOT/scripts/test/apt-test.sh"
}

native_tests() {
  "$ROOT/native/build-native.sh" --test
}

# The capture library and the agent's jar on 64-bit ARM, emulated: some three minutes, the first time one more.
arm64_tests() {
  if [ "$(id -u)" -ne 0 ]; then
    say "not root, so no arm64 root can be made: skipped"
  elif ! apt_install gcc-aarch64-linux-gnu libc6-dev-arm64-cross qemu-user-static mmdebstrap file; then
    say "no cross compiler or no emulator: skipped"
  else
    "$ROOT/native/test/arm64/run.sh" --log "$ROOT/jetson-agent/target/arm64.log"
  fi
}

web_tests() {
  local web=$ROOT/relay-server/src/test/web
  if ! command -v npm >/dev/null || ! command -v chromium >/dev/null; then
    say "no npm or no chromium: the dashboard's tests are skipped"
    return 0
  fi
  # The tests' relays start many times and shall be there at once.
  build relay-server
  export RELAY_AOT=off
  (
    cd "$web"
    [ -d node_modules ] || npm ci --no-audit --no-fund
    npm run check
    RELAY_COMMAND="exec $ROOT/scripts/relay.sh" npm test
  )
}

# The fast ones, and the one that a change elsewhere had once broken; scripts/faults.sh alone tries all of them.
fault_tests() {
  build relay-server jetson-agent
  "$ROOT/scripts/faults.sh" agent-killed link-cut viewer-stalled relay-killed descriptors clock
  "$ROOT/scripts/soak.sh" --seconds 60
}

main() {
  if [ "${1:-}" = --deploy ]; then
    "$ROOT/scripts/test/image-test.sh"
    exec "$ROOT/scripts/test/deploy-test.sh"
  fi
  step "tools"
  install_tools
  step "Java: format, compile, test"
  java_tests
  [ "${1:-}" != --java ] || return 0
  step "scripts"
  script_tests
  step "native"
  native_tests
  step "TLS, end to end"
  "$ROOT/scripts/test/tls-test.sh"
  step "native and agent on arm64, emulated"
  arm64_tests
  step "faults, and a minute of soaking"
  fault_tests
  step "dashboard in a browser"
  web_tests
  step "monitoring"
  "$ROOT/scripts/test/monitoring.sh"
  step "all tests passed"
}

main "$@"
