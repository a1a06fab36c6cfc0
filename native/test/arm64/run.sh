#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Runs the capture library and the agent's GStreamer source on 64-bit ARM without a Jetson: cross-built
# here, run by qemu in an arm64 Debian with GStreamer and OpenJDK 17. What that shows: the binary's
# ABI, its behaviour on the processor's instruction set, and Java beside it. What it does not show: NVIDIA's elements
# (the test double stands in for them), speed, cameras.
#
# Needs root, and from apt: cmake gcc-aarch64-linux-gnu libc6-dev-arm64-cross qemu-user-static mmdebstrap pkg-config.
#   native/test/arm64/run.sh [--log FILE] [--sysroot DIR]
# Takes the agent's classes from jetson-agent/target (mvn -pl jetson-agent test-compile). Where the agent's jar and a
# relay are built too (mvn package), the jar pushes frames to that relay on this machine, else that step is left out.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
project=$(cd "$here/../../.." && pwd)
agent=$project/jetson-agent/target
sysroot=${JETSONRELAY_ARM64_SYSROOT:-${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/jetson-relay/arm64}
log=''
while [[ $# -gt 0 ]]; do
  case $1 in
    --log) log=${2:?--log needs a file} && shift ;;
    --sysroot) sysroot=${2:?--sysroot needs a folder} && shift ;;
    *) sed -n '3,12s/^# \{0,1\}//p' "$0" >&2 && exit 2 ;;
  esac
  shift
done
if [[ -n $log ]]; then
  mkdir -p "$(dirname "$log")"
  exec > >(tee "$log") 2>&1
fi

die() { echo "arm64: $*" >&2 && exit 1; }
[[ $(id -u) == 0 ]] || die "needs root, for chroot"
for tool in aarch64-linux-gnu-gcc qemu-aarch64-static mmdebstrap cmake unshare; do
  command -v "$tool" >/dev/null || die "$tool is not installed"
done
[[ -d $agent/classes && -d $agent/test-classes ]] ||
  die "the agent is not compiled: mvn -pl jetson-agent test-compile"

work=$(mktemp -d)
trap 'rm -rf --one-file-system "$work"' EXIT
started=$SECONDS
step() { printf '\n== %s (%d s)\n' "$*" "$((SECONDS - started))"; }

step "cross-building against an arm64 root"
"$project/native/build-native.sh" --cross --make-sysroot --sysroot "$sysroot" \
  --build "$work/build" --output "$work/out"
"$project/native/check-abi.sh" "$work/out/linux-aarch64/libjetsonrelay_capture.so"
file -b "$work/out/linux-aarch64/libjetsonrelay_capture.so" 2>/dev/null || true

# The root itself stays as it is: what is run lies in a folder that is bound into a private mount
# namespace, beside /proc (the JVM reads it), a /dev of two devices and nothing else of this machine.
stage=$work/stage
mkdir -p "$stage/agent"
cp -a "$agent/classes" "$agent/test-classes" "$stage/agent/"
cp "$work/out/linux-aarch64/libjetsonrelay_capture.so" "$work/build/aarch64/capture_test" "$stage/"
cp -a "$work/build/aarch64/plugins" "$stage/"
cp "$(command -v qemu-aarch64-static)" "$stage/qemu"
mkdir -p "$sysroot"/{stage,proc,tmp,dev}

# in_root COMMAND...: an arm64 program in the root. Each names its program's full path.
in_root() { (become "$@"); }

# The same in this shell's place, so that a signal to its process reaches the program itself.
become() {
  # shellcheck disable=SC2016 # the inner shell expands it
  exec unshare --mount --propagation private bash -c '
    set -e
    root=$1 stage=$2
    shift 2
    mount -t tmpfs none "$root/tmp"
    mount --bind "$stage" "$root/stage"
    mount -t proc none "$root/proc"
    mount -t tmpfs none "$root/dev"
    mknod -m 666 "$root/dev/null" c 1 3
    mknod -m 666 "$root/dev/urandom" c 1 9
    ln -s urandom "$root/dev/random"
    exec chroot "$root" /stage/qemu "$@"' in_root "$sysroot" "$stage" "$@"
}

# GStreamer would start its scanner, an arm64 program, by itself.
export GST_REGISTRY_FORK=no GST_REGISTRY=/stage/registry.bin GST_PLUGIN_PATH=/stage/plugins HOME=/tmp
unset LD_PRELOAD

step "the C tests"
cases=(delivers_frames times_out keeps_a_frame_that_is_too_big ends_after_the_last_frame
  says_why_it_does_not_open cuts_a_long_message_between_characters reports_a_failure_while_playing
  changes_quality_while_playing stamps_frames_with_the_wall_clock probes_elements
  double_sinks_nvmm double_runs_the_csi_pipeline double_has_two_sensors)
for name in "${cases[@]}"; do
  in_root /stage/capture_test "$name"
done
DOUBLE_CAMERA_VANISHES_AFTER=5 in_root /stage/capture_test double_camera_vanishes
DOUBLE_ENCODER_FAILS_AFTER=5 in_root /stage/capture_test double_encoder_fails
DOUBLE_ENCODER_EXITS_AFTER=5 in_root /stage/capture_test double_encoder_exits

java=$sysroot/usr/lib/jvm/java-17-openjdk-arm64/bin/java
[[ -x $java ]] || die "the root has no OpenJDK 17"
jvm=(/usr/lib/jvm/java-17-openjdk-arm64/bin/java -Xint -Xmx256m -XX:+UseSerialGC
  -Djetsonrelay.native.path=/stage -cp /stage/agent/classes:/stage/agent/test-classes)
pull=org.jetsonrelay.agent.capture.gstreamer.PullFrames

# expect TEXT CODE COMMAND...: its output must contain the text, its exit code be that one.
expect() {
  local text=$1 code=$2 output result=0
  shift 2
  output=$(in_root "$@" 2>&1) || result=$?
  printf '%s\n' "$output"
  [[ $result == "$code" ]] || die "exit code $result instead of $code"
  [[ $output == *"$text"* ]] || die "the output lacks: $text"
  [[ $output != *"in native method"* ]] || die "the JVM complains about JNI"
}

step "the agent's source on OpenJDK 17, by the CPU"
expect frames=60 0 "${jvm[@]}" -Xcheck:jni $pull test 60 cpu 320 240 30
step "by the JPEG engine's test double, as auto would"
expect 'encoder=NVJPEG' 0 "${jvm[@]}" -Xcheck:jni $pull csi:0 30 auto 320 240 30
step "an error of the camera's"
DOUBLE_CAMERA_VANISHES_AFTER=5 expect 'the camera vanished after 5 frames' 3 \
  "${jvm[@]}" $pull csi:0 100 auto 320 240 30
# The processes that are agent and relay now.
running=()
stop_all() {
  local pid
  for pid in "${running[@]}"; do kill "$pid" 2>/dev/null || true; done
  for pid in "${running[@]}"; do wait "$pid" 2>/dev/null || true; done
}

# stats PORT: the relay's own count, as JSON.
stats() {
  local line body=''
  exec 3<>"/dev/tcp/127.0.0.1/$1" || return 1
  printf 'GET /stats HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n' >&3
  while read -r -t 5 line <&3 || [[ -n $line ]]; do body=$line; done
  exec 3>&- 3<&-
  printf '%s\n' "$body"
} 2>/dev/null

# count JSON KEY: the number there, 0 without one.
count() { grep -o "\"$2\":[0-9]*" <<<"$1" | head -n 1 | grep -o '[0-9]*$' || echo 0; }

jar=("$agent"/jetson-agent-*.jar)
relay_jar=("$project"/relay-server/target/relay-server-*.jar)
if [[ -e ${jar[0]} && -d $agent/libs && -e ${relay_jar[0]} && -d $project/relay-server/target/libs ]]; then
  step "the agent's jar pushes frames to a relay on this machine"
  trap 'stop_all; rm -rf --one-file-system "$work"' EXIT
  mkdir -p "$stage/jars"
  cp "${jar[0]}" "$stage/jars/"
  # JavaCV's natives are for this machine and not needed there.
  find "$agent/libs" -name '*.jar' ! -name '*-linux-*' -exec cp -t "$stage/jars" {} +
  port=$((20000 + $$ % 10000))
  env -u GST_REGISTRY -u GST_PLUGIN_PATH PORT=$port HOST=127.0.0.1 "$project/scripts/relay.sh" &
  running+=($!)
  tries=0
  until stats $port >/dev/null; do
    [[ $((tries += 1)) -lt 150 ]] || die "the relay did not answer on port $port"
    sleep 0.2
  done
  become /usr/lib/jvm/java-17-openjdk-arm64/bin/java -Xmx256m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 \
    -Djetsonrelay.native.path=/stage -cp '/stage/jars/*' org.jetsonrelay.agent.Main \
    --relay "ws://127.0.0.1:$port/ws" --name arm64 --source csi:0 --size 320x240 --fps 10 --always-on &
  agent_pid=$!
  running+=("$agent_pid")
  tries=0
  seen=$(stats $port)
  until [[ $(count "$seen" frames) -ge 30 && $(count "$seen" width) == 320 && $(count "$seen" height) == 240 ]]; do
    [[ $((tries += 1)) -lt 120 ]] || die "the relay has seen too little: $seen"
    kill -0 "$agent_pid" 2>/dev/null || die "the agent ended"
    sleep 1
    seen=$(stats $port)
  done
  printf '%s\n' "$seen"
  kill "$agent_pid"
  result=0
  wait "$agent_pid" || result=$?
  [[ $result == 0 ]] || die "the agent's exit code after SIGTERM is $result"
else
  step "left out: pushing frames to a relay, since agent and relay are not packaged"
fi
step "passed"
