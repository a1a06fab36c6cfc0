#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Builds the capture library: for this machine (a Jetson included), or for arm64 from another one.
set -euo pipefail

usage() {
  cat <<'TEXT'
usage: native/build-native.sh [options]
  --cross             build for aarch64 with aarch64-linux-gnu-gcc and an arm64 root
  --sysroot DIR       that root (default: $JETSONRELAY_ARM64_SYSROOT or ~/.cache/jetson-relay/arm64)
  --make-sysroot      make the root first if there is none (mmdebstrap, as root; 1 minute, 800 MB)
  --test              run the tests (they need no JVM)
  --sanitize          build and run the tests with AddressSanitizer and UBSan as well
  --format            check the sources' layout with clang-format
  --build DIR         where to build (default: native/build)
  --output DIR        put the library at DIR/linux-x86_64/ or DIR/linux-aarch64/
  --if-possible       build for this machine and for arm64 wherever the tools for it are here; when
                      they are not, say so in one line and succeed (what the Maven build calls)
  --no-warning        with --if-possible: don't say so
TEXT
}

here=$(cd "$(dirname "$0")" && pwd)
build=$here/build
sysroot=${JETSONRELAY_ARM64_SYSROOT:-${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/jetson-relay/arm64}
output='' cross=no make_sysroot=no test=no sanitize=no format=no if_possible=no warn=yes
while [[ $# -gt 0 ]]; do
  case $1 in
  --cross) cross=yes ;;
  --sysroot) sysroot=${2:?--sysroot needs a folder} && shift ;;
  --make-sysroot) make_sysroot=yes ;;
  --test) test=yes ;;
  --sanitize) sanitize=yes ;;
  --format) format=yes ;;
  --build) build=${2:?--build needs a folder} && shift ;;
  --output) output=${2:?--output needs a folder} && shift ;;
  --if-possible) if_possible=yes ;;
  --no-warning) warn=no ;;
  -h | --help) usage && exit 0 ;;
  *) usage >&2 && exit 2 ;;
  esac
  shift
done

say() { echo "native: $*"; }
die() { echo "native: $*" >&2 && exit 1; }
have() { command -v "$1" >/dev/null 2>&1; }

# The folder of jni.h: of JAVA_HOME, of the java on the path, or of any JDK installed.
jni_include() {
  local candidate
  for candidate in "${JAVA_HOME:-}" "$(readlink -f "$(command -v javac || true)" | sed 's,/bin/javac$,,')" \
    /usr/lib/jvm/*; do
    [[ -n $candidate && -f $candidate/include/jni.h ]] && echo "$candidate/include" && return
  done
  return 1
}

# What is missing for a build of this machine's library, in words; nothing when all is there.
missing_here() {
  local tool
  for tool in cmake cc make pkg-config; do
    have "$tool" || {
      echo "$tool is not installed"
      return
    }
  done
  pkg-config --exists 'gstreamer-1.0 >= 1.14' 'gstreamer-app-1.0 >= 1.14' ||
    {
      echo "libgstreamer1.0-dev and libgstreamer-plugins-base1.0-dev are not installed"
      return
    }
  jni_include >/dev/null || echo "there is no JDK with jni.h (set JAVA_HOME)"
}

missing_for_arm64() {
  local tool
  for tool in cmake aarch64-linux-gnu-gcc make pkg-config; do
    have "$tool" || {
      echo "$tool is not installed"
      return
    }
  done
  [[ -f $sysroot/usr/lib/aarch64-linux-gnu/pkgconfig/gstreamer-app-1.0.pc ]] ||
    {
      echo "there is no arm64 root with GStreamer at $sysroot (--make-sysroot makes one)"
      return
    }
  jni_include >/dev/null || echo "there is no JDK with jni.h (set JAVA_HOME)"
}

# Beside the place and then renamed: a half-made root must not pass for one.
make_sysroot() {
  [[ -d $sysroot ]] && return
  have mmdebstrap || die "mmdebstrap is not installed (apt-get install mmdebstrap)"
  mkdir -p "$(dirname "$sysroot")"
  say "making an arm64 root at $sysroot"
  mmdebstrap --quiet --variant=extract --architectures=arm64 \
    --include=libgstreamer1.0-dev,libgstreamer-plugins-base1.0-dev,gstreamer1.0-plugins-base,gstreamer1.0-plugins-good,openjdk-17-jre-headless \
    bookworm "$sysroot.partial"
  mv "$sysroot.partial" "$sysroot"
}

# compile FOLDER WHAT CMAKE-ARGUMENTS...: silent unless it fails.
compile() {
  local folder=$1 what=$2 log
  shift 2
  mkdir -p "$folder"
  log=$folder/build.log
  if ! { cmake -S "$here" -B "$folder" "-DJNI_INCLUDE=$(jni_include)" "$@" &&
    cmake --build "$folder"; } >"$log" 2>&1; then
    cat "$log" >&2
    die "$what could not be built"
  fi
}

# deliver FOLDER ARCHITECTURE: into the output folder, if one was asked for and it is another one.
deliver() {
  local library=$1/libjetsonrelay_capture.so
  "$here/check-abi.sh" "$library" >/dev/null
  [[ -n $output ]] || return 0
  local target=$output/linux-$2/libjetsonrelay_capture.so
  mkdir -p "$(dirname "$target")"
  cmp -s "$library" "$target" || install -m 0644 "$library" "$target"
}

host_arch=$(uname -m)

build_here() {
  compile "$build/host" "the library for $host_arch"
  deliver "$build/host" "$host_arch"
}

build_arm64() {
  ARM64_SYSROOT=$sysroot compile "$build/aarch64" "the library for aarch64" \
    "-DCMAKE_TOOLCHAIN_FILE=$here/cmake/aarch64.cmake" "-DARM64_SYSROOT=$sysroot"
  deliver "$build/aarch64" aarch64
}

check_format() {
  have clang-format || die "clang-format is not installed"
  clang-format --dry-run -Werror "$here"/src/*.[ch] "$here"/test/*.c
}

[[ $format == no ]] || check_format
if [[ $if_possible == yes ]]; then
  lacking=$(missing_here)
  if [[ -z $lacking ]]; then
    build_here
  elif [[ $warn == yes ]]; then
    echo "[WARNING] the jar gets no capture library for $host_arch: $lacking"
  fi
  if [[ $host_arch != aarch64 && -z $(missing_for_arm64) ]]; then
    build_arm64
  fi
  exit 0
fi

if [[ $cross == yes ]]; then
  [[ $make_sysroot == no ]] || make_sysroot
  lacking=$(missing_for_arm64)
  [[ -z $lacking ]] || die "$lacking"
  build_arm64
else
  lacking=$(missing_here)
  [[ -z $lacking ]] || die "$lacking"
  build_here
fi
if [[ $test == yes && $cross == no ]]; then
  (cd "$build/host" && ctest --output-on-failure)
fi
if [[ $sanitize == yes && $cross == no ]]; then
  compile "$build/sanitize" "the tests with sanitizers" -DSANITIZE=ON -DCMAKE_BUILD_TYPE=Debug
  (cd "$build/sanitize" && ctest --output-on-failure)
fi
