// SPDX-License-Identifier: MIT
import { spawn } from 'node:child_process';
import { createServer } from 'node:http';
import { readFile } from 'node:fs/promises';
import { WebSocketServer } from 'ws';

/**
 * The relay a test runs against. RELAY_COMMAND names a program that starts the real one (it is
 * given PORT and HOST in its environment); without it a double plays the relay's side of the wire
 * protocol, and lets a test say things that a healthy relay never says.
 */
export const REAL = process.env.RELAY_COMMAND ?? '';

const WEB = new URL('../../main/resources/web/', import.meta.url);
const TYPES = {
  html: 'text/html; charset=UTF-8',
  css: 'text/css; charset=UTF-8',
  js: 'text/javascript; charset=UTF-8',
  svg: 'image/svg+xml',
};
// The policy of the real server, so that a page that breaks it fails here too.
const HEADERS = {
  'content-security-policy':
    "default-src 'self'; img-src 'self' blob:; connect-src 'self' ws: wss:; style-src 'self';" +
    " frame-ancestors 'none'; base-uri 'none'; form-action 'self'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'same-origin',
  'cache-control': 'no-store',
};

/**
 * @param {number} [port]
 * @param {Record<string, string>} [settings] of the real relay
 */
export async function startRelay(port = 0, settings = {}) {
  return REAL ? startReal(port, settings) : new FakeRelay(settings).start(port);
}

/**
 * @param {number} port
 * @param {Record<string, string>} settings
 */
async function startReal(port, settings) {
  const chosen = port || (await freePort());
  const child = spawn(REAL, {
    shell: true,
    detached: true,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, ...settings, PORT: String(chosen), HOST: '127.0.0.1' },
  });
  const url = `http://127.0.0.1:${chosen}`;
  const limit = Date.now() + 60_000;
  for (;;) {
    const healthy = await fetch(`${url}/health`).then(
      (answer) => answer.ok,
      () => false,
    );
    if (healthy) break;
    if (child.exitCode !== null || Date.now() > limit) throw new Error(`${REAL} did not start`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return {
    url,
    port: chosen,
    async stop() {
      if (child.exitCode !== null || child.pid === undefined) return;
      const ended = new Promise((resolve) => child.once('exit', resolve));
      process.kill(-child.pid, 'SIGTERM');
      await ended;
    },
  };
}

async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/**
 * @typedef {object} Camera
 * @property {string} name
 * @property {string} from
 * @property {import('ws').WebSocket | undefined} socket
 * @property {number} sequence
 * @property {{at: number, bytes: number}[]} recent
 * @property {boolean} started
 * @property {number} since
 * @property {number} width
 * @property {number} height
 */

/** @typedef {{type: string, [field: string]: any}} Message */

export class FakeRelay {
  /** @type {Map<string, Camera>} */
  cameras = new Map();
  /** @type {Map<import('ws').WebSocket, {id: string, cameras: string[] | undefined, watching: boolean, maxFps: number, delivered: number, since: number}>} */
  viewers = new Map();
  /** Every text message a viewer sent, in order. @type {Message[]} */
  heard = [];
  /** Rows added to /stats. @type {() => {cameras?: any[], viewers?: any[]}} */
  extra = () => ({});
  /** When set, viewers must show it. */
  token = '';
  /** Ids of browsers that are logged in. @type {Set<string>} */
  logins = new Set();
  reasons = /** @type {string[]} */ ([]);
  url = '';
  port = 0;
  #started = Date.now();
  #ids = 0;
  #server = createServer((request, response) => {
    this.#answer(request, response).catch((problem) => {
      response.writeHead(500).end(String(problem));
    });
  });
  #sockets = new WebSocketServer({ server: this.#server, path: '/ws' });

  /** @param {Record<string, string>} [settings] */
  constructor(settings = {}) {
    this.token = settings.VIEW_TOKEN ?? '';
  }

  /** @param {number} port */
  async start(port) {
    this.#sockets.on('connection', (socket, request) => this.#welcome(socket, this.#loggedIn(request)));
    await new Promise((resolve) => this.#server.listen(port, '127.0.0.1', () => resolve(undefined)));
    const address = this.#server.address();
    this.port = typeof address === 'object' && address ? address.port : 0;
    this.url = `http://127.0.0.1:${this.port}`;
    return this;
  }

  async stop() {
    for (const socket of this.#sockets.clients) socket.terminate();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** Stops to answer on all open connections without closing them, as a cut cable does. */
  freeze() {
    for (const socket of this.#sockets.clients) {
      // The TCP socket below, which is not part of the type.
      /** @type {any} */ (socket)._socket.pause();
    }
    for (const [socket] of this.viewers) this.viewers.delete(socket);
  }

  /**
   * @param {import('node:http').IncomingMessage} request
   * @param {import('node:http').ServerResponse} response
   */
  async #answer(request, response) {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://relay');
    if (pathname === '/login') {
      await this.#login(request, response);
      return;
    }
    if (pathname === '/logout') {
      this.logins.clear();
      response.writeHead(303, { ...HEADERS, location: 'login' }).end();
      return;
    }
    const known = !this.token || this.#loggedIn(request) || searchParams.get('token') === this.token;
    if (pathname === '/' && !known) {
      response.writeHead(303, { ...HEADERS, location: 'login' }).end();
      return;
    }
    if (pathname === '/stats' || pathname === '/health') {
      if (this.token && request.headers.authorization !== `Bearer ${this.token}` && !this.#loggedIn(request)) {
        response.writeHead(401, HEADERS).end('{}');
        return;
      }
      response.writeHead(200, { ...HEADERS, 'content-type': 'application/json' });
      response.end(JSON.stringify({ ...this.#stats(), ...(this.#loggedIn(request) ? { login: true } : {}) }));
      return;
    }
    const name = pathname === '/' ? 'index.html' : pathname.slice(1);
    const type = /** @type {Record<string, string>} */ (TYPES)[name.split('.').pop() ?? ''];
    const bytes = type && !name.includes('/') ? await readFile(new URL(name, WEB)).catch(() => undefined) : undefined;
    if (!bytes) response.writeHead(404, HEADERS).end('{}');
    else response.writeHead(200, { ...HEADERS, 'content-type': type }).end(bytes);
  }

  #stats() {
    const now = Date.now();
    const extra = this.extra();
    const cameras = [...this.cameras.values()].map((camera) => {
      const info = this.#info(camera);
      return {
        ...info,
        address: '192.168.1.20:51122',
        demand: camera.started ? 'live' : 'idle',
        bytesPerSecond: camera.recent.reduce((sum, frame) => sum + frame.bytes, 0) / 2,
        sequence: camera.sequence,
        frames: camera.sequence,
        lastFrameAgeMs: now - (camera.recent.at(-1)?.at ?? now),
        connectedMs: now - camera.since,
      };
    });
    const viewers = [...this.viewers.values()].map((viewer) => ({
      id: viewer.id,
      address: '127.0.0.1:50210',
      cameras: viewer.watching ? (viewer.cameras ?? [...this.cameras.keys()]) : [],
      deliveredFps: viewer.delivered / Math.max(1, (now - viewer.since) / 1000),
      bytesPerSecond: cameras.reduce((sum, camera) => sum + camera.bytesPerSecond, 0),
      delivered: viewer.delivered,
      skipped: { rate: 0, link: 0, stalled: 0 },
      pending: 0,
      inFlight: 1,
      deliveryMs: 3.4,
      linkBitsPerSecond: 94e6,
      roundTripMs: 1.2,
      connectedMs: now - viewer.since,
    }));
    return {
      totalConnections: this.#ids,
      totalMessages: 0,
      totalBytes: 0,
      startTime: new Date(this.#started).toISOString(),
      uptime: now - this.#started,
      currentClients: { total: 0, jetson: this.cameras.size, flutter: this.viewers.size },
      status: this.reasons.length > 0 ? 'unhealthy' : 'healthy',
      reasons: this.reasons,
      version: '0.1.0',
      memory: { rss: 138 * 2 ** 20, heapTotal: 0, heapUsed: 0, external: 0 },
      cpu: { timeMillis: Math.round((now - this.#started) * 0.07), processors: 4 },
      skipped: {},
      cameras: [...cameras, ...(extra.cameras ?? [])],
      viewers: [...viewers, ...(extra.viewers ?? [])],
    };
  }

  /** @param {Camera} camera */
  #info(camera) {
    const now = Date.now();
    camera.recent = camera.recent.filter((frame) => now - frame.at < 2000);
    return {
      name: camera.name,
      from: camera.from,
      live: camera.recent.length > 0,
      fps: camera.recent.length / 2,
      width: camera.width,
      height: camera.height,
      viewers: this.#watching(camera.name).length,
    };
  }

  /** @param {string} name */
  #watching(name) {
    return [...this.viewers].filter(
      ([, viewer]) => viewer.watching && (viewer.cameras?.includes(name) ?? true),
    );
  }

  #announceCameras() {
    for (const [socket] of this.viewers) this.#list(socket);
  }

  /** @param {import('ws').WebSocket} socket */
  #list(socket) {
    say(socket, {
      type: 'camera_list',
      cameras: [...this.cameras.values()].map((camera) => this.#info(camera)),
    });
  }

  #followDemand() {
    for (const camera of this.cameras.values()) {
      const wanted = this.#watching(camera.name).length > 0;
      if (wanted === camera.started || !camera.socket) continue;
      camera.started = wanted;
      say(camera.socket, { type: wanted ? 'start_streaming' : 'stop_streaming' });
    }
  }

  /** @param {import('node:http').IncomingMessage} request */
  #loggedIn(request) {
    return this.logins.has(/relay_login=([^;]*)/.exec(request.headers.cookie ?? '')?.[1] ?? '');
  }

  /**
   * @param {import('node:http').IncomingMessage} request
   * @param {import('node:http').ServerResponse} response
   */
  async #login(request, response) {
    let message = '';
    if (request.method === 'POST') {
      let body = '';
      for await (const part of request) body += part;
      if (new URLSearchParams(body).get('token') === this.token) {
        const id = `login${this.#ids++}`;
        this.logins.add(id);
        const cookie = `relay_login=${id}; Path=/; Max-Age=60; HttpOnly; SameSite=Strict`;
        response.writeHead(303, { ...HEADERS, location: './', 'set-cookie': cookie }).end();
        return;
      }
      message = '<p class="refused" role="alert">The token is not known.</p>';
    }
    const page = (await readFile(new URL('login.html', WEB), 'utf8')).replace('<!-- message -->', message);
    response.writeHead(message ? 401 : 200, { ...HEADERS, 'content-type': TYPES.html }).end(page);
  }

  /**
   * @param {import('ws').WebSocket} socket
   * @param {boolean} loggedIn
   */
  #welcome(socket, loggedIn) {
    const id = `client_${Date.now()}_${this.#ids++}`;
    /** @type {Camera | undefined} */
    let camera;
    /** @type {Message | undefined} */
    let about;
    say(socket, { type: 'welcome', clientId: id });
    socket.on('message', (data, binary) => {
      const bytes = /** @type {Buffer} */ (data);
      if (binary) {
        if (camera) this.#relay(camera, bytes, about);
        about = undefined;
        return;
      }
      /** @type {Message} */
      const message = JSON.parse(bytes.toString());
      const viewer = this.viewers.get(socket);
      if (viewer) this.heard.push(message);
      switch (message.type) {
        case 'client_type':
          if (message.clientType === 'flutter') {
            if (this.token && message.token !== this.token && !loggedIn) {
              say(socket, { type: 'error', code: 'unauthorized', message: 'This token is not known.' });
              socket.close(4401, 'unauthorized');
              return;
            }
            this.viewers.set(socket, { id, cameras: undefined, watching: false, maxFps: 0, delivered: 0, since: Date.now() });
          } else {
            camera = {
              name: message.name ?? id,
              from: id,
              socket,
              sequence: 0,
              recent: [],
              started: false,
              since: Date.now(),
              width: message.width ?? 0,
              height: message.height ?? 0,
            };
            this.cameras.set(camera.name, camera);
            this.#announceCameras();
          }
          say(socket, { type: 'registration_success', clientType: message.clientType });
          break;
        case 'ping':
          say(socket, { type: 'pong', timestamp: new Date().toISOString() });
          break;
        case 'list_cameras':
          this.#list(socket);
          break;
        case 'request_stream':
          if (viewer) {
            viewer.watching = true;
            viewer.cameras = message.cameras;
            viewer.maxFps = message.maxFps ?? 0;
          }
          break;
        case 'stop_stream':
          if (viewer) viewer.watching = false;
          break;
        case 'image_data':
          about = message;
          break;
        default:
          break;
      }
      this.#followDemand();
    });
    socket.on('close', () => {
      this.viewers.delete(socket);
      if (camera && this.cameras.get(camera.name) === camera) {
        this.cameras.delete(camera.name);
        this.#announceCameras();
      }
      this.#followDemand();
    });
  }

  /**
   * @param {Camera} camera
   * @param {Buffer} bytes
   * @param {Message | undefined} about
   */
  #relay(camera, bytes, about) {
    camera.sequence++;
    camera.recent.push({ at: Date.now(), bytes: bytes.length });
    const captured = Number(about?.timestamp ?? Date.now());
    for (const [socket, viewer] of this.#watching(camera.name)) {
      say(socket, {
        type: 'image_frame',
        from: camera.from,
        timestamp: new Date().toISOString(),
        size: bytes.length,
        camera: camera.name,
        sequence: camera.sequence,
        capturedAt: new Date(captured).toISOString(),
        width: camera.width,
        height: camera.height,
        ageMs: Date.now() - captured + 14,
        skipped: 0,
      });
      socket.send(bytes, { binary: true });
      viewer.delivered++;
    }
  }
}

/**
 * @param {import('ws').WebSocket} socket
 * @param {object} message
 */
function say(socket, message) {
  if (socket.readyState === 1) socket.send(JSON.stringify(message));
}
