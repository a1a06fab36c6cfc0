#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The clients and the questions of monitoring.sh.

  monitoring.py clients PORT TOKEN SECONDS   a viewer that takes part in everything, and odd ones
  monitoring.py check PROMETHEUS FOLDER      asks Prometheus all that rules and dashboard ask
  monitoring.py free-port
"""
import base64
import json
import os
import re
import socket
import struct
import sys
import time
import urllib.parse
import urllib.request


class Client:
    """Just enough of RFC 6455 for a client that behaves."""

    def __init__(self, port, token=""):
        self.connection = socket.create_connection(("127.0.0.1", port), timeout=10)
        self.stream = self.connection.makefile("rb")
        key = base64.b64encode(os.urandom(16)).decode()
        authorization = f"Authorization: Bearer {token}\r\n" if token else ""
        self.connection.sendall(
            (f"GET /ws HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
             f"{authorization}Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n\r\n").encode())
        self.status = int(self.stream.readline().split()[1])
        while self.stream.readline().strip():
            pass

    def send(self, opcode, payload):
        length = len(payload)
        size = struct.pack("!B", 0x80 | length) if length < 126 else struct.pack("!BH", 0xFE, length)
        self.connection.sendall(struct.pack("!B", 0x80 | opcode) + size + bytes(4) + payload)

    def say(self, message):
        self.send(1, json.dumps(message).encode())

    def read(self):
        first, length = self.stream.read(2)
        if length == 126:
            (length,) = struct.unpack("!H", self.stream.read(2))
        elif length == 127:
            (length,) = struct.unpack("!Q", self.stream.read(8))
        return first & 15, self.stream.read(length)


def clock():
    return time.time() * 1000


def clients(port, token, seconds):
    refused = Client(port, token="wrong")
    assert refused.status == 401, refused.status
    odd = Client(port)
    odd.send(1, b"{]")
    odd.send(8, struct.pack("!H", 1000))
    viewer = Client(port, token)
    viewer.say({"type": "client_type", "clientType": "flutter",
                "features": ["clock", "frame_details"]})
    viewer.say({"type": "request_stream"})
    until = time.monotonic() + seconds
    frame, reported = None, 0
    while time.monotonic() < until:
        opcode, payload = viewer.read()
        if opcode == 9:
            viewer.send(10, payload)
        elif opcode == 1:
            arrived = clock()
            message = json.loads(payload)
            if message["type"] == "clock_probe":
                viewer.say({"type": "clock_answer", "probe": message["probe"],
                            "receivedAt": arrived, "sentAt": clock()})
            elif message["type"] == "image_frame":
                frame = message
        elif opcode == 2 and frame and time.monotonic() - reported > 0.2:
            reported = time.monotonic()
            viewer.say({"type": "frame_painted", "camera": frame["camera"],
                        "sequence": frame["sequence"], "paintedAt": clock()})


def ask(prometheus, query):
    """The number of series that answer."""
    address = f"{prometheus}/api/v1/query?" + urllib.parse.urlencode({"query": query})
    with urllib.request.urlopen(address, timeout=10) as answer:
        data = json.load(answer)
    assert data["status"] == "success", (query, data)
    return len(data["data"]["result"])


def questions(folder):
    """(where, query) for every panel's query and every selector of every rule."""
    with open(f"{folder}/dashboard.json", encoding="utf-8") as file:
        dashboard = json.load(file)
    for panel in dashboard["panels"]:
        for target in panel["targets"]:
            query = target["expr"].replace("$__rate_interval", "10s").replace("$instance", ".*")
            yield f"panel '{panel['title']}'", query
    rules = open(f"{folder}/rules.yml", encoding="utf-8").read()
    for alert in re.split(r"- alert: ", rules)[1:]:
        name, expression = alert.split("\n", 1)[0], alert.split("labels:", 1)[0]
        for selector in re.findall(r"\b(?:relay|process|jvm)_\w+(?:\{[^}]*\})?|\bup\{[^}]*\}", expression):
            yield f"alert {name}", selector


def check(prometheus, folder):
    asked = list(questions(folder))
    assert len(asked) > 40, "the questions were not found"
    deadline = time.monotonic() + 60
    missing = asked
    while missing and time.monotonic() < deadline:
        time.sleep(1)
        missing = [(where, query) for where, query in missing if ask(prometheus, query) == 0]
    for where, query in missing:
        print(f"no data for {where}: {query}", file=sys.stderr)
    assert ask(prometheus, "no_such_metric") == 0, "Prometheus answers everything"
    with urllib.request.urlopen(f"{prometheus}/api/v1/rules", timeout=10) as answer:
        groups = json.load(answer)["data"]["groups"]
    for rule in (rule for group in groups for rule in group["rules"]):
        if rule["health"] == "err":
            missing.append((rule["name"], rule.get("lastError", "")))
            print(f"rule {rule['name']}: {rule.get('lastError')}", file=sys.stderr)
    print(f"{len(asked) - len(missing)} of {len(asked)} queries have data", file=sys.stderr)
    return 1 if missing else 0


def main():
    what = sys.argv[1]
    if what == "clients":
        clients(int(sys.argv[2]), sys.argv[3], float(sys.argv[4]))
    elif what == "check":
        sys.exit(check(sys.argv[2], sys.argv[3]))
    elif what == "free-port":
        with socket.create_server(("127.0.0.1", 0)) as server:
            print(server.getsockname()[1])


main()
