#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Does what the Dockerfile says, without Docker: its RUN lines, word for word, then its entry points and its
# health check as their user, without capabilities, on a read-only root, with compose.yaml's temporary
# folders, until a viewer gets pictures from the agent's image through the relay's. The roots are this
# machine's /usr with folders of their own for the rest, so what the base images bring and the apt line are
# not tried. Needs root.
#   scripts/test/image-test.sh
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"

DOCKERFILE=$ROOT/Dockerfile

get() { python3 "$ROOT/scripts/test/dockerfile.py" "$DOCKERFILE" get "$@"; }

# The first that STAGE says with INSTRUCTION, or the first that contains WORD.
one() {
  local line
  while IFS= read -r -d '' line; do
    [[ $line != *"${3:-}"* ]] || {
      printf '%s\n' "$line"
      return
    }
  done < <(get "$1" "$2")
  die "the Dockerfile's stage $1 has no $2 with '${3:-}'"
}

# ["a", "b"] as lines.
words() { python3 -c 'import json, sys; print("\n".join(json.loads(sys.argv[1])))' "$1"; }

# make_root FOLDER: what every image has.
make_root() {
  local link
  mkdir -p "$1"/{app,build,dev,etc,opt/java/openjdk,out,proc,root,tmp,usr}
  chmod 1777 "$1/tmp"
  for link in bin sbin lib lib64; do [ ! -L "/$link" ] || cp -a "/$link" "$1/"; done
  cp -a /etc/{passwd,group,shadow,gshadow,login.defs,ld.so.cache,ld.so.conf.d,alternatives,fonts,nsswitch.conf} "$1/etc/" 2>/dev/null || true
  [ ! -d /etc/java-17-openjdk ] || cp -a /etc/java-17-openjdk "$1/etc/"
  mount --rbind -o ro /usr "$1/usr"
  mount --rbind "$(need_jvm "$SERVER_JDK")" "$1/opt/java/openjdk"
  mount -t proc proc "$1/proc"
  mknod -m 666 "$1/dev/null" c 1 3
  mknod -m 666 "$1/dev/urandom" c 1 9
  ln -s /proc/self/fd "$1/dev/fd"
}

# in_image FOLDER COMMAND...: as root, as a RUN line does.
in_image() {
  local folder=$1
  shift
  env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin JAVA_HOME=/opt/java/openjdk HOME=/root \
    chroot "$folder" "$@"
}

# in_service FOLDER NAME=VALUE... -- COMMAND...: as a container runs it, with the image's user. Only root may
# chroot: first that, then the user's rights.
in_service() {
  local folder=$1 user environment=()
  user=$(get base USER | tr -d '\0')
  shift
  while [ "$1" != -- ]; do
    environment+=("$1")
    shift
  done
  shift
  exec env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin JAVA_HOME=/opt/java/openjdk "$(one base ENV)" "${environment[@]}" \
    chroot "$folder" setpriv --reuid "${user%:*}" --regid "${user#*:}" --clear-groups \
    --bounding-set -all --no-new-privs "$@"
}

build_stage() {
  local root=$WORK/build run
  make_root "$root"
  cp -a "$ROOT/pom.xml" "$ROOT/scripts" "$root/build/"
  local module
  for module in relay-server jetson-agent; do
    mkdir -p "$root/build/$module/src" "$root/build/$module/target"
    cp -a "$ROOT/$module/pom.xml" "$root/build/$module/"
    cp -a "$ROOT/$module/src/main" "$root/build/$module/src/"
    cp -a "$ROOT/$module/target"/{"$module"-*.jar,libs,.built} "$root/build/$module/target/"
  done
  run=$(one build RUN 'bundle relay')
  in_image "$root" /bin/bash -o pipefail -c "cd /build && ${run#--mount=type=cache,target=/root/.m2 }"
}

# final_stage NAME: its root, as the image has it.
final_stage() {
  local root=$WORK/$1
  make_root "$root"
  in_image "$root" /bin/sh -c "$(one base RUN useradd)"
  cp -a "$WORK/build/out/$1/." "$root/app/"
}

read_only() {
  mount --rbind "$1" "$1"
  mount -t tmpfs -o "nosuid,nodev,size=$2,mode=1777$3" tmpfs "$1/tmp"
  mount -o remount,bind,ro "$1"
}

check() {
  local name=$1
  shift
  if "$@" >>"$WORK/log" 2>&1; then
    printf 'ok   %s\n' "$name"
  else
    printf 'FAIL %s\n' "$name"
    tail -n 30 "$WORK"/log "$WORK"/*.log
    exit 1
  fi
}

healthy() {
  local command=()
  mapfile -t command < <(words "$(one relay HEALTHCHECK | sed 's/.*CMD //')")
  (in_service "$WORK/relay" "$(one relay ENV)" -- "${command[@]}")
}

becomes_healthy() {
  local tries=0
  until healthy; do
    [ $((tries += 1)) -lt 60 ] || return 1
    kill -0 "$RELAY_PID" || return 1
    sleep 0.5
  done
}

gives_pictures() {
  timeout 90 python3 "$ROOT/scripts/test/viewer.py" 127.0.0.1 8080 demo "$WORK/frames" >/dev/null 2>&1 &
  local viewer=$! tries=0
  until [ "$(wc -l <"$WORK/frames" 2>/dev/null || echo 0)" -ge 10 ]; do
    [ $((tries += 1)) -lt 160 ] || break
    sleep 0.5
  done
  kill "$viewer" 2>/dev/null
  [ "$(wc -l <"$WORK/frames")" -ge 10 ]
}

is_nobody() { grep -qP '^Uid:\t10001\t10001\t10001' "/proc/$1/status" && grep -q '^CapEff:.*0000000000000000' "/proc/$1/status"; }
writes_nothing() { ! (in_service "$1" -- /bin/bash -c 'touch /app/x /x /usr/x' 2>/dev/null); }
uses_the_cache() { grep -q '/app/relay.aot' "/proc/$1/maps"; }
ends_with() { local status=0 && kill "$2" && { wait "$2" || status=$?; } && [ "$status" -eq "$1" ]; }

inside() {
  local entry=()
  WORK=$(mktemp -d /tmp/image-test.XXXXXX)
  trap 'jobs -p | xargs -r kill 2>/dev/null; { umount -R -l "$WORK" && rmdir "$WORK"; } 2>/dev/null || true' EXIT
  # Everything is mounted below this, and gone with it.
  mount -t tmpfs -o mode=0755 tmpfs "$WORK"
  ip link set lo up
  check "Dockerfile: hadolint's rules" python3 "$ROOT/scripts/test/dockerfile.py" "$DOCKERFILE" lint
  check "build stage makes both releases" build_stage
  final_stage relay
  final_stage agent
  check "relay stage trains its cache" in_image "$WORK/relay" /bin/bash -c "$(one relay RUN train)"
  read_only "$WORK/relay" 64m ,noexec
  read_only "$WORK/agent" 256m ''
  mapfile -t entry < <(words "$(one relay ENTRYPOINT)")
  (in_service "$WORK/relay" "$(one relay ENV)" -- "${entry[@]}") >"$WORK/relay.log" 2>&1 &
  RELAY_PID=$!
  check "relay becomes healthy" becomes_healthy
  check "relay is user 10001 without capabilities" is_nobody "$RELAY_PID"
  check "relay's root cannot be written" writes_nothing "$WORK/relay"
  check "relay uses its cache" uses_the_cache "$RELAY_PID"
  mapfile -t entry < <(words "$(one agent ENTRYPOINT)")
  (in_service "$WORK/agent" RELAY_URL=ws://127.0.0.1:8080/ws CAMERA_NAME=demo SOURCE=test -- "${entry[@]}") >"$WORK/agent.log" 2>&1 &
  AGENT_PID=$!
  check "agent gives pictures" gives_pictures
  check "agent is user 10001 without capabilities" is_nobody "$AGENT_PID"
  check "agent ends properly at SIGTERM" ends_with 0 "$AGENT_PID"
  check "relay ends properly at SIGTERM" ends_with 143 "$RELAY_PID"
  ! healthy 2>/dev/null || die "healthy without a relay"
  echo "ok   unhealthy without a relay"
  echo "all image tests passed"
}

if [ -z "${IMAGE_TEST_INSIDE:-}" ]; then
  [ "$(id -u)" -eq 0 ] || die "this test makes roots of its own: run it as root"
  apt_install iproute2 python3 util-linux || die "tools are missing"
  build relay-server jetson-agent
  IMAGE_TEST_INSIDE=yes exec unshare --net --mount --propagation private "$0"
fi
inside
