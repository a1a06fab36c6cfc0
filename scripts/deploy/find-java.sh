# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# find_java MINIMUM: prints the oldest java of at least that version. Looked for anew at each start, so
# that an upgrade of the system's Java does not break a unit. Also sent ahead by the preflight.

find_java() {
  local java version best='' best_version=999
  for java in ${JAVA_HOME:+"$JAVA_HOME/bin/java"} "$(command -v java || true)" /usr/lib/jvm/*/bin/java /opt/*/bin/java; do
    [ -x "$java" ] || continue
    version=$("$java" -version 2>&1 | sed -n 's/.*version "\(1\.\)\{0,1\}\([0-9]*\).*/\2/p' | head -n 1)
    if [ "${version:-0}" -ge "$1" ] && [ "$version" -lt "$best_version" ]; then
      best=$java best_version=$version
    fi
  done
  [ -n "$best" ] && printf '%s\n' "$best"
}
