# shellcheck shell=bash
# What the other scripts share: finding a JDK, building what is missing, plain messages.
# Sourced, never run. Callers set -euo pipefail.

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
SERVER_JDK=25
export AGENT_JDK=17

# shellcheck source=scripts/deploy/train.sh
. "$ROOT/scripts/deploy/train.sh"

say() { printf '%s\n' "$*" >&2; }
die() {
  say "error: $*"
  exit 1
}

# Major version of the JVM at home $1, or 0.
jdk_version() {
  local release=$1/release version
  [ -x "$1/bin/java" ] || {
    echo 0
    return
  }
  if [ -r "$release" ]; then
    version=$(sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$release")
  else
    version=$("$1/bin/java" -version 2>&1 | sed -n '1s/.*version "\([0-9]*\).*/\1/p')
  fi
  echo "${version:-0}"
}

# Homes of all JVMs on this machine, one a line, JAVA_HOME first.
jvm_homes() {
  local java
  [ -z "${JAVA_HOME:-}" ] || echo "$JAVA_HOME"
  if java=$(command -v java); then
    dirname "$(dirname "$(readlink -f "$java")")"
  fi
  find /usr/lib/jvm /usr/local/lib/jvm /opt "$HOME/.sdkman/candidates/java" "$HOME/.jdks" \
    -mindepth 1 -maxdepth 1 -type d 2>/dev/null || true
}

# find_jvm MINIMUM [jdk]: prints the home of the oldest JVM of at least that version (oldest, because
# that is the one the code was released for); with "jdk" only where there is a compiler.
find_jvm() {
  local minimum=$1 kind=${2:-jre} home version best='' best_version=999
  while read -r home; do
    version=$(jdk_version "$home")
    if [ "$kind" = jdk ] && ! [ -x "$home/bin/javac" ]; then continue; fi
    if [ "$version" -ge "$minimum" ] && [ "$version" -lt "$best_version" ]; then
      best=$home best_version=$version
    fi
  done < <(jvm_homes | awk '!seen[$0]++')
  [ -n "$best" ] || return 1
  echo "$best"
}

need_jvm() {
  find_jvm "$@" || die "no Java $1 or newer found (looked at JAVA_HOME, PATH, /usr/lib/jvm, /opt).
Install one, for example Eclipse Temurin $1 from https://adoptium.net, or point JAVA_HOME at it."
}

# apt_install PACKAGE...: installs what is missing; needs root, says what to run where it is not. Fails, naming
# them, when some cannot be installed; the others are installed all the same.
apt_install() {
  local missing=() refused=() package
  for package in "$@"; do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  if [ "$(id -u)" -ne 0 ]; then
    say "missing packages; run: sudo apt-get install -y ${missing[*]}"
    return 1
  fi
  command -v apt-get >/dev/null || {
    say "missing packages and no apt-get: ${missing[*]}"
    return 1
  }
  say "installing ${missing[*]} ..."
  # A fresh machine has no package lists yet, an old one stale lists.
  if apt_get install "${missing[@]}" 2>/dev/null || { apt_get update && apt_get install "${missing[@]}"; }; then
    return
  fi
  if [ ${#missing[@]} -eq 1 ]; then
    refused=("${missing[@]}")
  else
    # apt takes all or none: a package that conflicts with what this machine has would keep all others away.
    say "not all at once; trying one by one ..."
    for package in "${missing[@]}"; do
      apt_get install "$package" || refused+=("$package")
    done
  fi
  [ ${#refused[@]} -eq 0 ] || {
    say "could not be installed: ${refused[*]}"
    return 1
  }
}

# apt_get COMMAND [PACKAGE...]: apt-get without questions; shows the end of what it wrote only when it fails.
apt_get() {
  local log status=0
  log=$(mktemp)
  DEBIAN_FRONTEND=noninteractive apt-get "$1" -y --no-install-recommends "${@:2}" >"$log" 2>&1 </dev/null || status=$?
  [ "$status" -eq 0 ] || tail -n 20 "$log" >&2
  rm -f "$log"
  return "$status"
}

# maven ARGUMENT...: Maven on the build JDK, whatever java is on the PATH.
maven() {
  command -v mvn >/dev/null || apt_install maven || die "Maven is missing: install it (3.8.6 or newer)"
  (cd "$ROOT" && JAVA_HOME=$(need_jvm "$SERVER_JDK" jdk) mvn -B -ntp "$@")
}

# Whether module $1 has been built since its sources last changed.
is_built() {
  local stamp=$ROOT/$1/target/.built
  [ -e "$stamp" ] && [ -d "$ROOT/$1/target/libs" ] &&
    [ -z "$(find "$ROOT/pom.xml" "$ROOT/$1/pom.xml" "$ROOT/$1/src/main" -newer "$stamp" -print -quit)" ]
}

# build MODULE...: builds the modules that need it, showing what Maven is at.
build() {
  local module modules=() log
  for module in "$@"; do
    is_built "$module" || modules+=("$module")
  done
  [ ${#modules[@]} -gt 0 ] || return 0
  log=$(mktemp)
  say "building ${modules[*]} (the first time downloads libraries and takes a few minutes) ..."
  # quick: without the gates; maven.test.skip: not even compiling the tests. Both are scripts/test.sh's job.
  if ! maven package -pl "$(
    IFS=,
    echo "${modules[*]}"
  )" -am -Dquick -Dmaven.test.skip=true -Dspotless.check.skip=true -Dmdep.analyze.skip=true 2>&1 | tee "$log" |
    awk '/^\[INFO\] Building /{sub(/^\[INFO\] /,"  "); print; fflush()}
         /^\[INFO\] --- /{printf "    %s\n", $3; fflush()}' >&2; then
    grep -E '^\[ERROR\]' "$log" | head -n 30 >&2 || true
    die "the build failed; the whole log is in $log"
  fi
  rm -f "$log"
  for module in "${modules[@]}"; do touch "$ROOT/$module/target/.built"; done
}

# class_path MODULE
class_path() {
  local jars=("$ROOT/$1/target/$1"-*.jar)
  echo "${jars[0]}:$ROOT/$1/target/libs/*"
}

AOT_CACHE=$ROOT/relay-server/target/relay.aot

# aot_cache JAVA FLAG...: makes sure that $AOT_CACHE fits this build, JVM and flags. Once after each
# build, a quarter of a minute. Fails where there is none; everything works without it, only starting and the
# first half minute take longer. RELAY_AOT=off leaves it alone.
aot_cache() {
  local java=$1 key=$AOT_CACHE.key want
  shift
  [ "${RELAY_AOT:-on}" = on ] || return 1
  want=$(
    readlink -f "$java"
    cat "$(dirname "$(dirname "$java")")/release" 2>/dev/null
    printf '%s\n' "$@"
    cd "$ROOT/relay-server/target" && ls -l relay-server-*.jar libs/*.jar
  )
  if [ -e "$key" ] && [ "$(cat "$key")" = "$want" ]; then
    [ -s "$AOT_CACHE" ]
    return
  fi
  # One trains at a time; who comes meanwhile starts without.
  exec 8>"$AOT_CACHE.lock"
  if command -v flock >/dev/null && ! flock -n 8; then return 1; fi
  say "preparing a fast start (once after each build) ..."
  rm -f "$AOT_CACHE"
  # No settings from outside: it shall not want tokens, nor join a cluster.
  local clean=(env -i "PATH=$PATH" "HOME=$HOME") main=(-cp "$(class_path relay-server)" org.jetsonrelay.server.Main)
  # shellcheck disable=SC2034 # train takes them by name
  local trainee=("${clean[@]}" "$java" "$@" "-XX:AOTCacheOutput=$AOT_CACHE" '-Xlog:aot*=error' "${main[@]}" --host 127.0.0.1 --port 0)
  # shellcheck disable=SC2034
  local rehearsal=("${clean[@]}" "$java" -XX:+UseSerialGC -Xmx128m "${main[@]}" rehearse --port)
  train "$AOT_CACHE.log" trainee rehearsal
  # Written even when there is no cache: it is not tried again before the next build.
  printf '%s\n' "$want" >"$key"
  exec 8>&-
  [ -s "$AOT_CACHE" ]
}

# relay_command: sets RELAY to the command that starts the relay, its cache prepared. What waits for
# a relay calls this first, so that preparing is not counted as starting.
relay_command() {
  local java flags
  java=$(need_jvm "$SERVER_JDK")/bin/java
  mapfile -t flags < <(grep -v '^#' "$ROOT/scripts/relay.jvm")
  # A cache that does not fit (other flags in JAVA_OPTS) is ignored, and that is not worth a warning.
  if aot_cache "$java" "${flags[@]}"; then flags+=("-XX:AOTCache=$AOT_CACHE" '-Xlog:aot*=off'); fi
  # shellcheck disable=SC2034 # for the caller
  RELAY=("$java" "${flags[@]}")
}

# build_tests: compiles the relay's tests where their sources have changed: the programs that trial
# runs are among them.
build_tests() {
  local classes=$ROOT/relay-server/target/test-classes
  if [ -e "$classes/.built" ] &&
    [ -z "$(find "$ROOT/relay-server/src" -newer "$classes/.built" -name '*.java' -print -quit)" ]; then
    return
  fi
  say "compiling the tests ..."
  maven -q test-compile -pl relay-server -Dquick -Dspotless.check.skip=true -Dmdep.analyze.skip=true ||
    die "the tests could not be compiled"
  touch "$classes/.built"
}

# test_program CLASS ARGUMENT...: becomes a program that lies among the relay's tests.
test_program() {
  local class=$1
  shift
  exec "$(need_jvm "$SERVER_JDK" jdk)/bin/java" -XX:+UseSerialGC -Xmx384m -XX:TieredStopAtLevel=1 \
    --enable-native-access=ALL-UNNAMED \
    -cp "$ROOT/relay-server/target/test-classes:$(class_path relay-server)" \
    "org.jetsonrelay.server.$class" "$@"
}

# trial CLASS ARGUMENT...: becomes a program of package faults that drives real relays and agents.
trial() {
  local class=$1
  shift
  test_program "faults.$class" --relay "$ROOT/scripts/relay.sh" --agent "$ROOT/scripts/agent.sh" "$@"
}
