#!/usr/bin/env bash
# Starts the relay. Arguments and environment go through: try --help.
#   PORT=9000 LOG_LEVEL=debug scripts/relay.sh
# JAVA_OPTS adds JVM flags.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

main() {
  build relay-server
  local java flags extra
  java=$(need_jvm "$SERVER_JDK")/bin/java
  mapfile -t flags < <(grep -v '^#' "$ROOT/scripts/relay.jvm")
  read -r -a extra <<<"${JAVA_OPTS:-}"
  exec "$java" "${flags[@]}" "${extra[@]}" -cp "$(class_path relay-server)" \
    org.jetsonrelay.server.Main "$@"
}

main "$@"
