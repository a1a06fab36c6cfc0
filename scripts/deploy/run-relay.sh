#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Starts the relay of the release this file is in.
set -euo pipefail

release=$(dirname "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")")
# shellcheck source=scripts/deploy/find-java.sh
. "$release/deploy/find-java.sh"
java=$(find_java 25) || {
  echo "no Java 25 or newer found (JAVA_HOME, /usr/lib/jvm, /opt); https://adoptium.net has one" >&2
  exit 1
}
mapfile -t flags < <(grep -v '^#' "$release/conf/jvm")
# Classes already loaded and linked: see train_relay in unit.sh. One that does not fit (another Java by now)
# is ignored, and that is not worth a warning.
if [ -n "${AOT_OUTPUT:-}" ]; then
  flags+=("-XX:AOTCacheOutput=$AOT_OUTPUT" '-Xlog:aot*=error')
elif [ -s "$release/relay.aot" ]; then
  flags+=("-XX:AOTCache=$release/relay.aot" '-Xlog:aot*=off')
fi
cache=${CACHE_DIRECTORY:-${TMPDIR:-/tmp}}
# As scripts/relay.sh: glibc's arenas are resident memory for nothing.
export MALLOC_ARENA_MAX=${MALLOC_ARENA_MAX:-2}
exec "$java" "${flags[@]}" -Djava.io.tmpdir="$cache" -cp "$release/lib/*" org.jetsonrelay.server.Main "$@"
