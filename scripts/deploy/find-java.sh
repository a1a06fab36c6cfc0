# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# find_java MINIMUM: prints the oldest java of at least that version. Looked for anew at each start, so
# that an upgrade of the system's Java does not break a unit. Also sent ahead by the preflight.

# Major version of the Java at home $1; from a file where there is one, since a JVM takes its time to say it.
java_version() {
  if [ -r "$1/release" ]; then
    sed -n 's/^JAVA_VERSION="\(1\.\)\{0,1\}\([0-9]*\).*/\2/p' "$1/release"
  else
    "$1/bin/java" -version 2>&1 | sed -n 's/.*version "\(1\.\)\{0,1\}\([0-9]*\).*/\2/p' | head -n 1
  fi
}

find_java() {
  local java home version best='' best_version=999 seen=' '
  for java in ${JAVA_HOME:+"$JAVA_HOME/bin/java"} "$(command -v java || true)" /usr/lib/jvm/*/bin/java /opt/*/bin/java; do
    [ -x "$java" ] || continue
    home=$(dirname "$(dirname "$(readlink -f "$java")")")
    # /usr/bin/java and its like are other names of what is in /usr/lib/jvm.
    [[ $seen != *" $home "* ]] || continue
    seen+="$home "
    version=$(java_version "$home")
    if [ "${version:-0}" -ge "$1" ] && [ "$version" -lt "$best_version" ]; then
      best=$home/bin/java best_version=$version
    fi
  done
  [ -n "$best" ] && printf '%s\n' "$best"
}
