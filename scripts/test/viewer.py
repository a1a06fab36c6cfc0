#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A viewer that only takes the time: one line for each picture that arrives, as seconds of the
monotonic clock. Comes back by itself. usage: viewer.py HOST PORT CAMERA LOG"""
import base64
import json
import os
import socket
import struct
import sys
import time

host, port, camera, log = sys.argv[1], int(sys.argv[2]), sys.argv[3], open(sys.argv[4], "a", buffering=1)


def exactly(stream, count):
    data = stream.read(count)
    if len(data) != count:
        raise OSError("the relay hung up")
    return data


def send(connection, opcode, payload):
    assert len(payload) < 126  # all that is sent here
    connection.sendall(struct.pack("!BBI", 0x80 | opcode, 0x80 | len(payload), 0) + payload)


def watch():
    with socket.create_connection((host, port), timeout=20) as connection:
        stream = connection.makefile("rb")
        key = base64.b64encode(os.urandom(16)).decode()
        connection.sendall(
            f"GET /ws HTTP/1.1\r\nHost: {host}:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n\r\n".encode())
        if b" 101 " not in stream.readline():
            raise OSError("no upgrade")
        while stream.readline().strip():
            pass
        send(connection, 1, b'{"type":"client_type","clientType":"flutter"}')
        send(connection, 1, json.dumps({"type": "request_stream", "cameras": [camera]}).encode())
        while True:
            first, length = exactly(stream, 2)
            if length == 126:
                (length,) = struct.unpack("!H", exactly(stream, 2))
            elif length == 127:
                (length,) = struct.unpack("!Q", exactly(stream, 8))
            payload = exactly(stream, length)
            opcode = first & 15
            if opcode == 2 and payload[:2] == b"\xff\xd8":
                log.write(f"{time.monotonic():.3f}\n")
            elif opcode == 9:
                send(connection, 10, payload)
            elif opcode == 1 and b'"unknown_camera"' in payload:
                raise OSError("no such camera yet")


while True:
    try:
        watch()
    except OSError:
        time.sleep(0.3)
