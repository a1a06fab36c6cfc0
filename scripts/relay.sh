#!/usr/bin/env bash
# Starts the relay. Arguments and environment go through: try --help.
#   PORT=9000 LOG_LEVEL=debug scripts/relay.sh
#   scripts/relay.sh token create robot-1 --role publish --file tokens
# JAVA_OPTS adds JVM flags.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

main() {
  build relay-server
  local extra
  relay_command
  read -r -a extra <<<"${JAVA_OPTS:-}"
  # glibc gives every thread an arena of its own unless told otherwise: resident memory for nothing.
  export MALLOC_ARENA_MAX=${MALLOC_ARENA_MAX:-2}
  exec "${RELAY[@]}" "${extra[@]}" -cp "$(class_path relay-server)" \
    org.jetsonrelay.server.Main "$@"
}

main "$@"
