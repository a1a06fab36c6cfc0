#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Starts the agent of the release this file is in.
set -euo pipefail

# The real folder: a running JVM opens jars late, and must not find another release's behind "current".
release=$(dirname "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")")
# shellcheck source=scripts/deploy/find-java.sh
. "$release/deploy/find-java.sh"
java=$(find_java 17) || {
  echo "no Java 17 or newer: sudo apt-get install openjdk-17-jre-headless" >&2
  exit 1
}
cache=${CACHE_DIRECTORY:-${TMPDIR:-/tmp}}
export HOME=$cache GST_REGISTRY=${GST_REGISTRY:-$cache/gst-registry.bin}
# JetPack 5: without these two loaded first, NVIDIA's libraries find no static TLS block.
if grep -qs '^# R35' /etc/nv_tegra_release; then
  for library in /usr/lib/aarch64-linux-gnu/lib{GLdispatch.so.0,gomp.so.1}; do
    [ ! -e "$library" ] || LD_PRELOAD=${LD_PRELOAD:+$LD_PRELOAD:}$library
  done
  [ -z "${LD_PRELOAD:-}" ] || export LD_PRELOAD
fi
# Half a megabyte waits in the socket at most: what is in there is old video.
# C1 only: the pictures are made in native code, and a busy robot is back in a third of the time.
exec "$java" -Xmx256m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Djdk.httpclient.sendBufferSize=262144 \
  -Djava.io.tmpdir="$cache" -Dorg.bytedeco.javacpp.cachedir="$cache/javacpp" \
  -cp "$release/lib/*" org.jetsonrelay.agent.Main "$@"
