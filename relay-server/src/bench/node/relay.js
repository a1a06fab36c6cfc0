// SPDX-License-Identifier: MIT
// A plain relay of the same protocol on Node.js and the "ws" package, as one writes it in an hour:
// every viewer is sent every frame, and what a viewer does not take waits in memory.

import { createServer } from "node:http";
import { WebSocketServer } from "ws";

const port = Number(process.env.PORT ?? 8080);
const host = process.env.HOST ?? "127.0.0.1";

const viewers = new Set();
const cameras = new Set();
let count = 0;

const json = (socket, message) => socket.send(JSON.stringify(message));
const now = () => new Date().toISOString();

const http = createServer((request, response) => {
  response.writeHead(request.url === "/health" ? 200 : 404).end();
});
const server = new WebSocketServer({ server: http, path: "/ws", perMessageDeflate: false });

server.on("connection", (socket) => {
  const id = `client_${Date.now()}_${++count}`;
  json(socket, { type: "welcome", clientId: id, serverTime: now(), message: "Connected to Video Streaming Server" });
  socket.on("error", () => socket.terminate());
  socket.on("close", () => {
    viewers.delete(socket);
    cameras.delete(socket);
  });
  socket.on("message", (data, isBinary) => {
    if (isBinary) {
      relay(id, data);
    } else {
      control(socket, id, JSON.parse(data.toString()));
    }
  });
});

function relay(from, jpeg) {
  const text = JSON.stringify({ type: "image_frame", from, timestamp: now(), size: jpeg.length });
  for (const viewer of viewers) {
    viewer.send(text);
    viewer.send(jpeg);
  }
}

function control(socket, id, message) {
  if (message.type === "client_type") {
    if (message.clientType === "jetson") cameras.add(socket);
    const clientType = message.clientType;
    json(socket, { type: "registration_success", clientType, message: `Registered as ${clientType} client` });
  } else if (message.type === "request_stream") {
    viewers.add(socket);
    for (const camera of cameras) json(camera, { type: "start_streaming", requestedBy: id, timestamp: now() });
  } else if (message.type === "stop_stream") {
    viewers.delete(socket);
  } else if (message.type === "ping") {
    json(socket, { type: "pong", timestamp: now() });
  }
}

http.listen(port, host);
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => process.exit(0));
