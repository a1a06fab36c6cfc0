#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# HEALTHCHECK of the relay's image: 0 when GET /health answers 200.
set -euo pipefail

exec 3<>"/dev/tcp/127.0.0.1/${PORT:-8080}"
printf 'GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n' >&3
read -r -t 3 _ status _ <&3
[ "$status" = 200 ]
