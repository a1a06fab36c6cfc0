#!/usr/bin/env bash
# Starts a camera agent. Arguments and environment go through: try --help.
#   scripts/agent.sh --relay ws://192.168.1.10:8080/ws --name front --source test
# JAVA_OPTS adds JVM flags.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

main() {
  build jetson-agent
  local java extra
  java=$(need_jvm "$AGENT_JDK")/bin/java
  read -r -a extra <<<"${JAVA_OPTS:-}"
  # Half a megabyte waits in the socket at most: what is in there is old video.
  exec "$java" -Xmx256m -XX:+UseSerialGC -Djdk.httpclient.sendBufferSize=262144 "${extra[@]}" \
    -cp "$(class_path jetson-agent)" org.jetsonrelay.agent.Main "$@"
}

main "$@"
