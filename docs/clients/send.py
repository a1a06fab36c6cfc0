#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""usage: send.py ws://RELAY:8080/ws NAME FPS FILE...     (token in RELAY_TOKEN, if the relay wants one)"""
import asyncio
import itertools
import json
import os
import random
import sys
import time

import websockets


async def listen(socket, wanted):
    """Follows the relay's orders; returns when the connection ends."""
    async for message in socket:
        kind = json.loads(message).get("type")
        if kind == "start_streaming":
            wanted.set()
        elif kind == "stop_streaming":
            wanted.clear()
        elif kind == "error":
            print(message, file=sys.stderr)


async def send(socket, wanted, images, period):
    for image in images:
        await wanted.wait()
        begun = time.monotonic()
        captured = str(int(time.time() * 1000))
        await socket.send(json.dumps({"type": "image_data", "size": len(image), "format": "jpeg", "timestamp": captured}))
        await socket.send(image)
        await asyncio.sleep(max(0.0, begun + period - time.monotonic()))


async def main(url, name, fps, files):
    images = itertools.cycle([open(file, "rb").read() for file in files])
    hello = {"type": "client_type", "clientType": "jetson", "name": name}
    if os.environ.get("RELAY_TOKEN"):
        hello["token"] = os.environ["RELAY_TOKEN"]
    delay = 0.25
    while True:
        try:
            async with websockets.connect(url, compression=None, open_timeout=8) as socket:
                await socket.send(json.dumps(hello))
                delay, wanted = 0.25, asyncio.Event()
                jobs = [asyncio.ensure_future(job) for job in (listen(socket, wanted), send(socket, wanted, images, 1 / fps))]
                _, others = await asyncio.wait(jobs, return_when=asyncio.FIRST_COMPLETED)
                [job.cancel() for job in others]
        except (OSError, websockets.WebSocketException, asyncio.TimeoutError) as problem:
            print(problem, file=sys.stderr)
        await asyncio.sleep(random.uniform(delay / 2, delay))
        delay = min(delay * 2, 5)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], float(sys.argv[3]), sys.argv[4:]))
