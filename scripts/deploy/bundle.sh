# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# Makes a release: a folder that holds all a machine needs but Java. Sourced behind lib.sh.

# The place of everything in a release:
#   bin/run   lib/*.jar (and libjetsonrelay_capture.so when built on the device)   conf/
#   deploy/   what runs as root on the machine   SHA256SUMS   (all but itself)

# bundle KIND FOLDER JAR LIBS: fills FOLDER and sets RELEASE, named by content: the same files are the
# same release, so a second run knows that there is nothing to do.
bundle() {
  local kind=$1 folder=$2 version
  mkdir -p "$folder"/{bin,lib,deploy,conf}
  install -m 0755 "$ROOT/scripts/deploy/run-$kind.sh" "$folder/bin/run"
  cp -L "$3" "$4"/*.jar "$folder/lib/"
  cp "$ROOT"/scripts/deploy/{target,health,unit,find-java}.sh "$ROOT/scripts/deploy/jetson-$kind.service" \
    "$ROOT/scripts/deploy/activate.service" "$folder/deploy/"
  if [[ $kind == relay ]]; then
    cp "$ROOT/scripts/relay.jvm" "$folder/conf/jvm"
    cp "$ROOT"/scripts/deploy/{container-health,train}.sh "$folder/deploy/"
  else
    cp "$ROOT/scripts/deploy/restart-nvargus.sh" "$folder/deploy/"
  fi
  (cd "$folder" && find bin lib deploy conf -type f -print0 | sort -z | xargs -0 sha256sum >SHA256SUMS)
  version=$(basename "$3" .jar)
  # shellcheck disable=SC2034 # for the caller
  RELEASE=${version#*-*-}-$(sha256sum <"$folder/SHA256SUMS" | head -c 10)
}

# The one jar of module $1.
module_jar() {
  local jars=("$ROOT/$1/target/$1"-*.jar)
  [ -e "${jars[0]}" ] || die "$1 is not built"
  [ ${#jars[@]} -eq 1 ] || die "several jars in $1/target; remove the folder and try again"
  echo "${jars[0]}"
}

# agent_libs MACHINE JETPACK: the folder of the jars for that machine, built if it is not there.
agent_libs() {
  local profile folder
  if [[ $1 == "$(uname -m)" && $1 != aarch64 ]]; then
    echo "$ROOT/jetson-agent/target/libs"
    return
  fi
  # JetPack 7's glibc takes the natives of 6; no JetPack at all is some other arm64 board, and new.
  case $2 in 4 | 5) profile=jetpack$2 ;; *) profile=jetpack6 ;; esac
  folder=$ROOT/jetson-agent/target/libs-$profile
  if ! [ -e "$folder/.built" ] || [ "$ROOT/jetson-agent/pom.xml" -nt "$folder/.built" ]; then
    say "fetching the libraries for ${profile/jetpack/JetPack } ..."
    maven -q package -pl jetson-agent -am "-P$profile" -Dmaven.test.skip=true -Dspotless.check.skip=true \
      -Dmdep.analyze.skip=true >&2 || die "the libraries for $profile could not be fetched"
    touch "$folder/.built"
  fi
  echo "$folder"
}
