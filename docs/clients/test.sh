#!/usr/bin/env bash
# Feeds a camera with each example and looks at it over HTTP.
# usage: test.sh http://HOST:PORT FILE.jpg      exit 77: nothing could be tried here
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
base=$1 image=$2
address=${base#http://} host=${base#http://}
host=${host%%:*} port=${address##*:}
work=$(mktemp -d)
sender=''
trap '[ -z "$sender" ] || kill "$sender" 2>/dev/null || true; rm -rf "$work"' EXIT
tried=0

# look NAME: asks for a picture of the camera, which makes it start, until it is the one we sent.
look() {
  local i
  for ((i = 0; i < 100; i++)); do
    if curl -sf -o "$work/seen.jpg" "$base/cameras/$1/snapshot.jpg?wait=1000" &&
      cmp -s "$work/seen.jpg" "$image"; then
      echo "$1: seen"
      return 0
    fi
    sleep 0.1
  done
  echo "$1: no picture" >&2
  return 1
}

# try NAME COMMAND...: runs an example until its picture was seen.
try() {
  local name=$1
  shift
  "$@" 2>"$work/$name.log" &
  sender=$!
  look "$name" || {
    cat "$work/$name.log" >&2
    exit 1
  }
  kill "$sender"
  wait "$sender" 2>/dev/null || true
  sender='' tried=$((tried + 1))
}

python=''
for candidate in /usr/bin/python3 python3; do
  if "$candidate" -c 'import websockets' 2>/dev/null; then python=$candidate && break; fi
done
if [ -n "$python" ]; then
  try client-py "$python" "$here/send.py" "ws://$host:$port/ws" client-py 10 "$image"
else
  echo "send.py: skipped, no python3 with websockets (Debian: python3-websockets)"
fi

if echo '#include <boost/beast.hpp>' | g++ -std=c++17 -E -x c++ - >/dev/null 2>&1; then
  g++ -std=c++17 -O0 -Wall -Wextra "$here/send.cpp" -o "$work/send" -pthread
  try client-cpp "$work/send" "$host" "$port" client-cpp 10 "$image"
else
  echo "send.cpp: skipped, no g++ with Boost.Beast (Debian: g++ libboost-dev)"
fi
[ "$tried" -gt 0 ] || exit 77
