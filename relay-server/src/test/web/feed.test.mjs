// SPDX-License-Identifier: MIT
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { backoffMs, RelayFeed, sameBytes } from '../../main/resources/web/relay-feed.js';
import { latencyParts, spread } from '../../main/resources/web/format.js';
import { slowSentence, slowest } from '../../main/resources/web/tables.js';

/** A socket whose other end is the test. */
class ScriptedSocket {
  readyState = 0;
  binaryType = '';
  /** @type {any[]} */
  sent = [];
  closed = false;
  /** @type {any} */ onopen = null;
  /** @type {any} */ onmessage = null;
  /** @type {any} */ onclose = null;

  open() {
    this.readyState = 1;
    this.onopen?.();
  }

  /** @param {object} message */
  say(message) {
    this.onmessage?.({ data: JSON.stringify(message) });
  }

  /** @param {number[]} bytes */
  image(...bytes) {
    this.onmessage?.({ data: new Uint8Array(bytes).buffer });
  }

  /** @param {string} text */
  send(text) {
    this.sent.push(JSON.parse(text));
  }

  close() {
    this.closed = true;
    this.readyState = 3;
  }

  /** @param {number} code */
  end(code) {
    this.readyState = 3;
    this.onclose?.({ code, reason: '' });
  }
}

/** @param {import('node:test').TestContext} t */
function connected(t, options = {}) {
  /** @type {ScriptedSocket[]} */
  const sockets = [];
  const feed = new RelayFeed({
    url: 'ws://relay/ws',
    random: () => 0,
    connect: () => {
      const socket = new ScriptedSocket();
      sockets.push(socket);
      return /** @type {any} */ (socket);
    },
    ...options,
  });
  t.after(() => feed.stop());
  feed.start();
  return { feed, sockets };
}

/** @param {ScriptedSocket} socket */
function register(socket) {
  socket.open();
  socket.say({ type: 'welcome' });
  socket.say({ type: 'registration_success', clientType: 'flutter' });
}

const settled = () => new Promise((resolve) => setTimeout(resolve, 100));

/**
 * @param {() => boolean} condition
 * @param {string} what
 */
async function until(condition, what) {
  const limit = Date.now() + 10_000;
  while (!condition()) {
    if (Date.now() > limit) assert.fail(`never came true: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

test('registers with its features and token, then asks for what is watched', async (t) => {
  const { feed, sockets } = connected(t, { token: 'abc', maxFps: 5 });
  feed.watch('rear', { onFrame() {} });
  feed.watch('front', { onFrame() {} });
  register(sockets[0]);
  assert.deepEqual(sockets[0].sent, [
    { type: 'client_type', clientType: 'flutter', features: ['camera_events', 'frame_details', 'clock'], token: 'abc' },
    { type: 'list_cameras' },
    { type: 'request_stream', cameras: ['front', 'rear'], maxFps: 5 },
  ]);
  assert.equal(feed.state, 'live');
});

test('gathers changes into one request, and stops the stream when nothing is watched', async (t) => {
  const { feed, sockets } = connected(t);
  register(sockets[0]);
  const watches = ['a', 'b', 'c'].map((name) => feed.watch(name, { onFrame() {} }));
  await settled();
  watches[1].stop();
  watches[1].stop();
  await settled();
  watches[0].stop();
  watches[2].stop();
  await settled();
  assert.deepEqual(sockets[0].sent.slice(2), [
    { type: 'request_stream', cameras: ['a', 'b', 'c'] },
    { type: 'request_stream', cameras: ['a', 'c'] },
    { type: 'stop_stream' },
  ]);
});

test('while a frame is being drawn only the newest of those that come is kept', async (t) => {
  const { feed, sockets } = connected(t);
  register(sockets[0]);
  /** @type {number[]} */
  const drawn = [];
  /** @type {() => void} */
  let finish = () => {};
  feed.watch('a', {
    onFrame: (frame) => {
      drawn.push(frame.sequence);
      return new Promise((resolve) => (finish = () => resolve(undefined)));
    },
  });
  for (let sequence = 1; sequence <= 5; sequence++) {
    sockets[0].say({ type: 'image_frame', camera: 'a', sequence, skipped: sequence === 2 ? 3 : 0 });
    sockets[0].image(0xff, sequence);
  }
  await until(() => drawn.length === 1, 'the first is drawn');
  finish();
  await until(() => drawn.length === 2, 'the newest is drawn');
  assert.deepEqual(drawn, [1, 5]);
  const { received, skippedHere, skippedByRelay } = feed.statisticsOf('a');
  assert.deepEqual([received, skippedHere, skippedByRelay], [5, 3, 3]);
});

test('a callback that fails gets the next frame all the same', async (t) => {
  t.mock.method(console, 'error', () => {});
  const { feed, sockets } = connected(t);
  register(sockets[0]);
  let calls = 0;
  feed.watch('a', {
    onFrame: () => {
      calls++;
      throw new Error('cannot draw');
    },
  });
  for (const sequence of [1, 2]) {
    sockets[0].say({ type: 'image_frame', camera: 'a', sequence });
    sockets[0].image(sequence);
    await until(() => calls === sequence, `call ${sequence}`);
  }
});

test('identical bytes are no progress', async (t) => {
  const { feed, sockets } = connected(t);
  register(sockets[0]);
  /** @type {boolean[]} */
  const identical = [];
  feed.watch('a', { onFrame: (frame) => void identical.push(frame.identical) });
  for (const byte of [1, 1, 2]) {
    sockets[0].say({ type: 'image_frame', camera: 'a' });
    sockets[0].image(9, 9, 9, 9, byte);
    await settled();
  }
  assert.deepEqual(identical, [false, true, false]);
});

test('says that a camera is stale, and that it moves again', async (t) => {
  const { feed, sockets } = connected(t, { staleAfterMs: 200 });
  register(sockets[0]);
  /** @type {boolean[]} */
  const stale = [];
  feed.watch('a', { onFrame() {}, onStale: (is) => void stale.push(is) });
  await until(() => feed.state === 'stale', 'the feed is stale');
  assert.deepEqual(stale, [true]);
  const sending = setInterval(() => {
    sockets[0].say({ type: 'image_frame', camera: 'a' });
    sockets[0].image(Math.floor(performance.now()) & 0xff, Math.random() * 255);
  }, 20);
  t.after(() => clearInterval(sending));
  await until(() => stale.length === 2, 'it moves');
  assert.equal(feed.state, 'live');
});

test('comes back by itself and asks again for what is watched', async (t) => {
  const { feed, sockets } = connected(t);
  feed.watch('a', { onFrame() {} });
  register(sockets[0]);
  sockets[0].say({ type: 'server_shutdown' });
  sockets[0].end(1001);
  assert.equal(feed.state, 'reconnecting');
  assert.equal(feed.lossReason, 'The relay is shutting down.');
  await until(() => sockets.length === 2, 'the second attempt');
  register(sockets[1]);
  assert.deepEqual(sockets[1].sent.at(-1), { type: 'request_stream', cameras: ['a'] });
  assert.equal(feed.state, 'live');
  assert.equal(feed.statistics.losses, 1);
});

test('a refused token is final until there is another', async (t) => {
  for (const refuse of [
    (/** @type {ScriptedSocket} */ socket) => socket.say({ type: 'error', code: 'unauthorized', message: 'no' }),
    (/** @type {ScriptedSocket} */ socket) => socket.end(4401),
    (/** @type {ScriptedSocket} */ socket) => socket.end(4403),
  ]) {
    const { feed, sockets } = connected(t);
    sockets[0].open();
    refuse(sockets[0]);
    assert.equal(feed.state, 'denied');
    feed.wake();
    await settled();
    assert.equal(sockets.length, 1);
    feed.authorize('better');
    sockets[1].open();
    assert.equal(sockets[1].sent[0].token, 'better');
  }
});

test('waking up probes a connection that looks alive, and retries a lost one at once', async (t) => {
  const { feed, sockets } = connected(t);
  register(sockets[0]);
  feed.wake();
  assert.deepEqual(sockets[0].sent.at(-1), { type: 'ping' });
  sockets[0].end(1006);
  feed.wake();
  assert.equal(sockets.length, 2);
});

test('survives whatever the relay sends', (t) => {
  const { feed, sockets } = connected(t);
  register(sockets[0]);
  feed.watch('a', { onFrame() {} });
  /** @type {string[]} */
  const notices = [];
  feed.addEventListener('notice', (event) => notices.push(/** @type {any} */ (event).code));
  for (const data of ['{', '""', 'null', '[]', '1', '{"type":"camera_list","cameras":[null,1,{"name":5}]}', '{"type":"new"}']) {
    sockets[0].onmessage({ data });
  }
  sockets[0].image(1, 2, 3);
  assert.deepEqual(feed.cameras.map((camera) => camera.name), ['', '', '5']);
  assert.ok(notices.every((code) => code === 'bad_json'));
  assert.equal(feed.state, 'live');
});

test('the delay before an attempt is spread and bounded', () => {
  assert.deepEqual([0, 1, 2, 10, 1000].map((attempt) => backoffMs(attempt, 0)), [125, 125, 125, 125, 125]);
  assert.deepEqual([0, 1, 2, 10, 1000].map((attempt) => backoffMs(attempt, 1)), [250, 500, 1000, 5000, 5000]);
});

test('compares images of any length', () => {
  const image = (/** @type {number[]} */ ...bytes) => new Uint8Array(bytes).buffer;
  assert.ok(sameBytes(image(), image()));
  assert.ok(sameBytes(image(1, 2, 3, 4, 5), image(1, 2, 3, 4, 5)));
  assert.ok(!sameBytes(image(1, 2, 3, 4, 5), image(1, 2, 3, 4, 6)));
  assert.ok(!sameBytes(image(1, 2, 3, 4), image(9, 2, 3, 4)));
  assert.ok(!sameBytes(image(1), image(1, 2)));
});

test('only a viewer whom the link or itself holds back is called slow', () => {
  const row = (/** @type {object} */ change) => ({
    id: 'client_1', address: '10.0.0.5:1', cameras: ['a'], deliveredFps: 0, bytesPerSecond: 0, delivered: 0,
    skipped: {}, pending: 0, inFlight: 0, deliveryMs: 0, linkBitsPerSecond: -1, roundTripMs: -1, connectedMs: 0, ...change,
  });
  const before = row({});
  assert.equal(slowSentence(row({ delivered: 90 }), before, 3), '');
  assert.equal(slowSentence(row({ delivered: 15, skipped: { rate: 75 } }), before, 3), '');
  assert.equal(slowSentence(row({ delivered: 88, skipped: { link: 2 } }), before, 3), '');
  assert.equal(
    slowSentence(row({ delivered: 9, skipped: { link: 81 } }), before, 3),
    '10.0.0.5:1: its link carries 3.0 of 30.0 fps.',
  );
  assert.equal(
    slowSentence(row({ skipped: { stalled: 90 } }), before, 3),
    '10.0.0.5:1 takes nothing: 30.0 frames a second are left out for it.',
  );
  assert.equal(slowSentence(row({ skipped: { link: 9 } }), undefined, 3), '');
});

test('answers questions for the time, and learns how its clock stands', async (t) => {
  const { feed, sockets } = connected(t);
  register(sockets[0]);
  const before = performance.timeOrigin + performance.now();
  sockets[0].say({ type: 'clock_probe', probe: 7 });
  const answer = sockets[0].sent.at(-1);
  const after = performance.timeOrigin + performance.now();
  assert.equal(answer.type, 'clock_answer');
  assert.equal(answer.probe, 7);
  assert.ok(before <= answer.receivedAt && answer.receivedAt <= answer.sentAt);
  assert.ok(answer.sentAt <= after);
  assert.equal(feed.clock, undefined);
  sockets[0].say({ type: 'clock_probe', probe: 8, offsetMs: 3600000.5, errorMs: 1.25 });
  assert.deepEqual(feed.clock, { offsetMs: 3600000.5, errorMs: 1.25 });
});

test('says how old a frame is only when the clocks are known', async (t) => {
  const { feed, sockets } = connected(t);
  /** @type {any[]} */
  const frames = [];
  feed.watch('front', { onFrame: (frame) => void frames.push(frame) });
  register(sockets[0]);
  // The relay's clock is an hour behind this page's.
  const hour = 3_600_000;
  const relayNow = Math.round(performance.timeOrigin + performance.now()) - hour;
  const about = (/** @type {object} */ more) => ({
    type: 'image_frame',
    from: 'client_1',
    camera: 'front',
    sequence: 5,
    timestamp: new Date(relayNow - 30).toISOString(),
    capturedAt: new Date(relayNow - 80).toISOString(),
    ageMs: 50,
    ...more,
  });
  sockets[0].say(about({ ageErrorMs: 2 }));
  sockets[0].image(1, 2, 3);
  await until(() => frames.length === 1, 'the first frame');
  assert.equal(feed.latencyOf(frames[0]), undefined);

  sockets[0].say({ type: 'clock_probe', probe: 1, offsetMs: hour, errorMs: 0.5 });
  const latency = feed.latencyOf(frames[0]);
  assert.ok(latency);
  assert.equal(latency.captureToRelayMs, 50);
  assert.ok(latency.relayToPageMs >= 29 && latency.relayToPageMs < 5000);
  assert.ok(Math.abs(latency.totalMs - latency.relayToPageMs - 50) < 0.001);
  assert.equal(latency.errorMs, 0.5 + 1 + 2);
  const later = feed.latencyOf(frames[0], frames[0].receivedAt + 16);
  assert.ok(Math.abs((later?.totalMs ?? 0) - latency.totalMs - 16) < 0.001);

  sockets[0].say(about({ sequence: 6 }));
  sockets[0].image(1, 2, 4);
  await until(() => frames.length === 2, 'the second frame');
  const unknown = feed.latencyOf(frames[1]);
  assert.equal(unknown?.captureToRelayMs, -1);
  assert.equal(unknown?.totalMs, -1);
  assert.equal(unknown?.errorMs, 1.5);
});

test('reports what is painted once a second and camera, and not without a clock', async (t) => {
  const { feed, sockets } = connected(t);
  register(sockets[0]);
  const frame = (/** @type {string} */ camera, /** @type {number} */ sequence) =>
    /** @type {any} */ ({ camera, sequence });
  const reports = () => sockets[0].sent.filter((message) => message.type === 'frame_painted');
  feed.painted(frame('front', 1));
  assert.equal(reports().length, 0);
  sockets[0].say({ type: 'clock_probe', probe: 1, offsetMs: 0, errorMs: 0.5 });
  feed.painted(frame('front', 2));
  feed.painted(frame('front', 3));
  feed.painted(frame('rear', 9));
  assert.deepEqual(
    reports().map(({ camera, sequence }) => [camera, sequence]),
    [
      ['front', 2],
      ['rear', 9],
    ],
  );
  const painted = reports()[0].paintedAt;
  assert.ok(Math.abs(painted - performance.timeOrigin - performance.now()) < 5000);
});

test('shows percentiles with their error, of the slowest camera', () => {
  assert.equal(spread(undefined), '–');
  assert.equal(spread({ p50: 3.14, p99: 31.4, errorMs: 1.44 }), '3.1 / 31 ± 1.4 ms');
  const figures = (/** @type {number} */ p99) => ({ p50: 1, p95: 2, p99, errorMs: 1, frames: 9 });
  /** @type {any} */
  const row = {
    latency: { a: { toViewer: figures(10) }, b: { toViewer: figures(30) }, c: { relay: figures(99) } },
  };
  assert.equal(slowest(row, 'toViewer')?.p99, 30);
  assert.equal(slowest(row, 'toScreen'), undefined);
  assert.equal(slowest(/** @type {any} */ ({}), 'toViewer'), undefined);
});

test('says where the time went, and nothing that would need an unknown clock', () => {
  const latency = { captureToRelayMs: 12, relayToPageMs: 3.14, totalMs: 15.2, errorMs: 2.5 };
  assert.equal(
    latencyParts(latency, 4.4),
    'capture → relay 12 ms   relay → page 3.1 ms   page → drawn 4.4 ms   all 20 ms ± 2.5 ms',
  );
  const half = { ...latency, captureToRelayMs: -1, totalMs: -1 };
  assert.equal(
    latencyParts(half, 4.4),
    "capture → relay unknown (the camera's clock is not)   relay → page 3.1 ms ± 2.5 ms   page → drawn 4.4 ms",
  );
  assert.equal(latencyParts(undefined, 4.4), 'page → drawn 4.4 ms');
});
