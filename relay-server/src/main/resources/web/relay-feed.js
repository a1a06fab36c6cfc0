// SPDX-License-Identifier: MIT

/**
 * The web client of the relay's wire protocol: one WebSocket, any number of cameras, the newest
 * frame of each. It knows no DOM, so that it can be used in any page or worker.
 *
 *     const feed = new RelayFeed({ url: 'wss://relay.example/ws' });
 *     feed.addEventListener('state', () => console.log(feed.state));
 *     const watch = feed.watch('front', { onFrame: async (frame) => draw(frame.bytes) });
 *     feed.start();
 *     ...
 *     watch.stop();
 *
 * Events: `state` (see `state`), `cameras` (see `cameras`), `notice` (a RelayNotice: what the relay
 * said was wrong).
 */

/**
 * connecting: the first connection is being made; live: registered, and frames arrive or none are
 * wanted; stale: connected, but no wanted frame has come for `staleAfterMs`; reconnecting: the
 * connection was lost or refused and another attempt follows by itself; denied: the relay refused
 * the token, and only a new one helps.
 * @typedef {'connecting' | 'live' | 'stale' | 'reconnecting' | 'denied'} FeedState
 */

/**
 * One image, unchanged to the byte. `receivedAt` and all ages are on the clock of
 * `performance.now()`. `identical` says that the bytes are those of the frame before: the camera
 * hangs although its time stamps advance.
 * @typedef {object} Frame
 * @property {string} camera
 * @property {ArrayBuffer} bytes
 * @property {number} sequence
 * @property {string} capturedAt ISO 8601, or '' when the relay did not say
 * @property {number} width 0 when unknown
 * @property {number} height 0 when unknown
 * @property {number} ageMs from capture until the relay sent it
 * @property {number} ageErrorMs by how much that may be wrong; -1 when nobody can say
 * @property {number} relayedAt when the relay had it, by the relay's clock, ms since 1970; 0 unknown
 * @property {number} receivedAt
 * @property {boolean} identical
 */

/**
 * A row of the relay's camera list.
 * @typedef {object} CameraInfo
 * @property {string} name
 * @property {string} from
 * @property {boolean} live
 * @property {number} fps
 * @property {number} width
 * @property {number} height
 * @property {number} viewers
 */

/**
 * What was received of one camera. Rates are over the last seconds; `history` holds one value a
 * second, oldest first.
 * @typedef {object} CameraStatistics
 * @property {number} fps
 * @property {number} bytesPerSecond
 * @property {number} received
 * @property {number} skippedByRelay frames that the relay left out for us
 * @property {number} skippedHere frames that came while the one before was still being drawn
 * @property {number} lastReceivedAt -1 before the first
 * @property {number} progressAt when the picture last changed, -1 before the first
 * @property {number} ageAtProgressMs how old that picture was when it came
 * @property {{fps: number, bytes: number}[]} history
 */

/**
 * @typedef {object} WatchOptions
 * @property {(frame: Frame) => (void | Promise<unknown>)} onFrame called with the newest frame; while
 *     a returned promise is pending, newer frames replace each other and only the last one is kept
 * @property {(stale: boolean) => void} [onStale] called when the picture stops changing, and again
 *     when it moves
 */

/** @typedef {{stop: () => void}} Watch */

/**
 * How this page's clock (`pageTime()`) relates to the relay's, as the relay has told.
 * @typedef {object} ClockEstimate
 * @property {number} offsetMs page's clock less the relay's
 * @property {number} errorMs by how much that may be wrong
 */

/**
 * How old a frame is on this page, and where the time went. Only what can be known: `captureToRelayMs`
 * and `totalMs` need the camera's clock, all but the first this page's.
 * @typedef {object} FrameLatency
 * @property {number} captureToRelayMs -1 when unknown
 * @property {number} relayToPageMs
 * @property {number} totalMs -1 when unknown
 * @property {number} errorMs by how much these may be wrong
 */

/**
 * @typedef {object} FeedOptions
 * @property {string} url
 * @property {string} [token]
 * @property {number} [maxFps] 0 or absent: as many as come
 * @property {number} [staleAfterMs]
 * @property {(url: string) => WebSocket} [connect] for tests
 * @property {() => number} [random] for tests
 */

const FEATURES = ['camera_events', 'frame_details', 'clock'];
/** How often a camera's painted frame is reported. */
const PAINTED_GAP_MS = 1000;
const BACKOFF_FIRST_MS = 250;
const BACKOFF_LIMIT_MS = 5000;
const CONNECT_LIMIT_MS = 8000;
/** A registered connection that lasted this long was a good one: the next failure starts afresh. */
const SETTLED_AFTER_MS = 5000;
/** Silence after which we ask whether the relay is still there, and after which it is not. */
const PROBE_AFTER_MS = 8000;
const PROBE_LIMIT_MS = 4000;
const TICK_MS = 250;
/** A tick this late means that the machine slept or the page was frozen. */
const SLEPT_MS = 5000;
const RATE_WINDOW_MS = 3000;
const HISTORY_SECONDS = 60;
/** Changes of what is wanted are gathered for this long: scrolling a wall is one request. */
const SETTLE_MS = 60;
const CLOSE_UNAUTHORIZED = 4401;
const CLOSE_FORBIDDEN = 4403;

/** What the relay complained about. */
export class RelayNotice extends Event {
  /**
   * @param {string} code
   * @param {string} message
   */
  constructor(code, message) {
    super('notice');
    this.code = code;
    this.message = message;
  }
}

/**
 * The delay before the nth attempt after a loss: anything between the first step and a limit that
 * doubles, so that a thousand pages do not come back in the same moment.
 * @param {number} attempt 0 for the first
 * @param {number} random in [0, 1)
 */
export function backoffMs(attempt, random) {
  const limit = Math.min(BACKOFF_LIMIT_MS, BACKOFF_FIRST_MS * 2 ** Math.min(attempt, 16));
  return BACKOFF_FIRST_MS / 2 + random * (limit - BACKOFF_FIRST_MS / 2);
}

/**
 * Whether two images are the same to the byte. Nearly always decided within the first words.
 * @param {ArrayBuffer} a
 * @param {ArrayBuffer} b
 */
export function sameBytes(a, b) {
  if (a.byteLength !== b.byteLength) return false;
  const words = a.byteLength >> 2;
  const x = new Uint32Array(a, 0, words);
  const y = new Uint32Array(b, 0, words);
  // From the end: two JPEGs of one camera share their first hundreds of bytes.
  for (let i = words - 1; i >= 0; i--) if (x[i] !== y[i]) return false;
  const p = new Uint8Array(a, words * 4);
  const q = new Uint8Array(b, words * 4);
  return p.every((byte, i) => byte === q[i]);
}

/** Milliseconds since 1970 by a clock that never jumps while the page lives. */
export function pageTime() {
  return performance.timeOrigin + performance.now();
}

/** Counts what arrives of one camera. */
class Meter {
  /** @type {{at: number, bytes: number}[]} */
  #recent = [];
  /** @type {{fps: number, bytes: number}[]} */
  #history = [];
  #second = { fps: 0, bytes: 0 };
  #secondEnds = -1;
  received = 0;
  skippedByRelay = 0;
  skippedHere = 0;
  lastReceivedAt = -1;
  progressAt = -1;
  ageAtProgressMs = 0;

  /**
   * @param {Frame} frame
   * @param {number} skipped
   */
  count(frame, skipped) {
    const now = frame.receivedAt;
    this.roll(now);
    this.#second.fps++;
    this.#second.bytes += frame.bytes.byteLength;
    this.#recent.push({ at: now, bytes: frame.bytes.byteLength });
    this.received++;
    this.skippedByRelay += skipped;
    this.lastReceivedAt = now;
    if (!frame.identical || this.progressAt < 0) {
      this.progressAt = now;
      this.ageAtProgressMs = frame.ageMs;
    }
  }

  /** Begins to measure rates afresh: nothing was asked for until now. */
  restart() {
    this.#recent = [];
  }

  /** @param {number} now */
  roll(now) {
    // The newest frame before the window stays as the place to measure from: frames that come in a
    // burst after a pause must not look like a higher rate.
    let old = 0;
    while (old + 1 < this.#recent.length && this.#recent[old + 1].at <= now - RATE_WINDOW_MS) old++;
    if (this.#recent.length - old === 1 && this.#recent[old].at <= now - RATE_WINDOW_MS) old++;
    if (old > 0) this.#recent.splice(0, old);
    if (this.#secondEnds < 0) this.#secondEnds = now + 1000;
    if (now - this.#secondEnds > HISTORY_SECONDS * 1000) {
      this.#history = [];
      this.#secondEnds = now;
    }
    while (now >= this.#secondEnds) {
      this.#history.push(this.#second);
      if (this.#history.length > HISTORY_SECONDS) this.#history.shift();
      this.#second = { fps: 0, bytes: 0 };
      this.#secondEnds += 1000;
    }
  }

  /**
   * @param {number} now
   * @returns {CameraStatistics}
   */
  read(now) {
    this.roll(now);
    // Between the first and the last frame of the window, so that the rate is right from the
    // second frame on; when frames stop coming, the window empties it.
    const first = this.#recent[0];
    const count = this.#recent.length;
    let fps = 0;
    let bytesPerSecond = 0;
    if (first && count > 1) {
      const interval = (this.#recent[count - 1].at - first.at) / (count - 1);
      const span = Math.max(this.#recent[count - 1].at - first.at, now - first.at - interval, 1);
      fps = ((count - 1) * 1000) / span;
      let bytes = 0;
      for (let i = 1; i < count; i++) bytes += this.#recent[i].bytes;
      bytesPerSecond = (bytes * 1000) / span;
    }
    return {
      fps,
      bytesPerSecond,
      received: this.received,
      skippedByRelay: this.skippedByRelay,
      skippedHere: this.skippedHere,
      lastReceivedAt: this.lastReceivedAt,
      progressAt: this.progressAt,
      ageAtProgressMs: this.ageAtProgressMs,
      history: [...this.#history],
    };
  }
}

/** One caller's interest in one camera, with the one-slot mailbox in which the newest frame wins. */
class Interest {
  #busy = false;
  /** @type {Frame | undefined} */
  #waiting;
  #stopped = false;
  stale = false;
  since = performance.now();

  /**
   * @param {WatchOptions} options
   * @param {Meter} meter
   */
  constructor(options, meter) {
    this.options = options;
    this.meter = meter;
  }

  /** @param {Frame} frame */
  deliver(frame) {
    if (this.#stopped) return;
    if (this.#busy) {
      if (this.#waiting) this.meter.skippedHere++;
      this.#waiting = frame;
      return;
    }
    this.#busy = true;
    // A callback that fails must not stop the feed: it gets the next frame.
    Promise.resolve()
      .then(() => this.options.onFrame(frame))
      .catch((problem) => console.error('relay-feed: onFrame failed', problem))
      .finally(() => {
        this.#busy = false;
        const next = this.#waiting;
        this.#waiting = undefined;
        if (next) this.deliver(next);
      });
  }

  stop() {
    this.#stopped = true;
    this.#waiting = undefined;
  }
}

export class RelayFeed extends EventTarget {
  #url;
  #token;
  #maxFps;
  #staleAfterMs;
  #connect;
  #random;
  /** @type {FeedState} */
  #state = 'connecting';
  /** @type {WebSocket | undefined} */
  #socket;
  #registered = false;
  #attempt = 0;
  #losses = 0;
  #openedAt = 0;
  #heardAt = 0;
  #probedAt = 0;
  #tickedAt = 0;
  #framesAt = 0;
  #bytes = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #retry;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #settle;
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #ticking;
  /** What the relay was last asked for, as JSON. */
  #asked = '';
  /** @type {Record<string, unknown> | undefined} metadata whose image comes next */
  #announced;
  /** @type {Map<string, Set<Interest>>} */
  #interests = new Map();
  /** @type {Map<string, Meter>} */
  #meters = new Map();
  /** @type {Map<string, ArrayBuffer>} */
  #last = new Map();
  /** @type {CameraInfo[]} */
  #cameras = [];
  #camerasKnown = false;
  /** @type {ClockEstimate | undefined} */
  #clock;
  /** @type {Map<string, number>} when a painted frame was last reported, by camera */
  #painted = new Map();
  /** Why the connection was last lost, in words; '' when it was not. */
  lossReason = '';
  /** When the next attempt is made, on the clock of performance.now(); -1 when none is waiting. */
  nextAttemptAt = -1;

  /** @param {FeedOptions} options */
  constructor(options) {
    super();
    this.#url = options.url;
    this.#token = options.token ?? '';
    this.#maxFps = options.maxFps ?? 0;
    this.#staleAfterMs = options.staleAfterMs ?? 2000;
    this.#connect = options.connect ?? ((url) => new WebSocket(url));
    this.#random = options.random ?? Math.random;
  }

  get state() {
    return this.#state;
  }

  /** The cameras the relay has, newest list. Empty before `camerasKnown`. */
  get cameras() {
    return this.#cameras;
  }

  get camerasKnown() {
    return this.#camerasKnown;
  }

  /** What is known of this page's clock; undefined until the relay has said it. */
  get clock() {
    return this.#clock;
  }

  /**
   * How long a frame took, up to a moment on this page.
   * @param {Frame} frame
   * @param {number} [at] on the clock of performance.now(), as `receivedAt`, which is the default
   * @returns {FrameLatency | undefined} undefined while this page's clock is not known
   */
  latencyOf(frame, at = frame.receivedAt) {
    const clock = this.#clock;
    if (!clock || frame.relayedAt <= 0) return undefined;
    const relayNow = performance.timeOrigin + at - clock.offsetMs;
    const captured = frame.ageErrorMs >= 0 ? Date.parse(frame.capturedAt) : NaN;
    const known = Number.isFinite(captured);
    return {
      captureToRelayMs: known ? Math.max(0, frame.relayedAt - captured) : -1,
      relayToPageMs: Math.max(0, relayNow - frame.relayedAt),
      totalMs: known ? Math.max(0, relayNow - captured) : -1,
      // The relay writes its times in whole milliseconds.
      errorMs: clock.errorMs + 1 + (known ? frame.ageErrorMs : 0),
    };
  }

  /**
   * A frame is on the screen: tells the relay, once a second and camera, so that its statistics
   * reach that far.
   * @param {Frame} frame
   */
  painted(frame) {
    const now = performance.now();
    const before = this.#painted.get(frame.camera);
    if (!this.#clock || (before !== undefined && now - before < PAINTED_GAP_MS)) return;
    this.#painted.set(frame.camera, now);
    const { camera, sequence } = frame;
    this.#send({ type: 'frame_painted', camera, sequence, paintedAt: pageTime() });
  }

  get url() {
    return this.#url;
  }

  get connected() {
    return this.#registered;
  }

  get maxFps() {
    return this.#maxFps;
  }

  set maxFps(fps) {
    this.#maxFps = fps > 0 ? fps : 0;
    this.#askSoon();
  }

  /** Sums over all cameras and connections. */
  get statistics() {
    const now = performance.now();
    let fps = 0;
    let bytesPerSecond = 0;
    for (const meter of this.#meters.values()) {
      const row = meter.read(now);
      fps += row.fps;
      bytesPerSecond += row.bytesPerSecond;
    }
    return { fps, bytesPerSecond, bytes: this.#bytes, losses: this.#losses };
  }

  /** @param {string} camera */
  statisticsOf(camera) {
    return (this.#meters.get(camera) ?? new Meter()).read(performance.now());
  }

  /** Connects, and stays connected until `stop`. */
  start() {
    if (this.#ticking !== undefined) return;
    this.#tickedAt = performance.now();
    this.#ticking = setInterval(() => this.#tick(), TICK_MS);
    this.#open();
  }

  stop() {
    clearInterval(this.#ticking);
    clearTimeout(this.#retry);
    clearTimeout(this.#settle);
    this.#ticking = undefined;
    this.#drop();
  }

  /**
   * A new token: connects again with it.
   * @param {string} token
   */
  authorize(token) {
    this.#token = token;
    this.#attempt = 0;
    clearTimeout(this.#retry);
    this.#drop();
    if (this.#ticking !== undefined) {
      this.#become('connecting');
      this.#open();
    }
  }

  /**
   * The page has reason to believe that the network or the page itself is back (it became visible,
   * went online, woke up): tries now instead of later, and probes a connection that looks alive.
   */
  wake() {
    if (this.#ticking === undefined || this.#state === 'denied') return;
    if (!this.#socket) {
      clearTimeout(this.#retry);
      this.#attempt = 0;
      this.#open();
    } else if (this.#registered) {
      this.#probe(performance.now());
    }
  }

  /**
   * Asks for a camera's frames until stopped. Cameras nobody watches are not sent to this page.
   * @param {string} camera
   * @param {WatchOptions} options
   * @returns {Watch}
   */
  watch(camera, options) {
    const meter = this.#meters.get(camera) ?? new Meter();
    this.#meters.set(camera, meter);
    const interest = new Interest(options, meter);
    const interests = this.#interests.get(camera) ?? new Set();
    if (interests.size === 0) meter.restart();
    interests.add(interest);
    this.#interests.set(camera, interests);
    this.#askSoon();
    return {
      stop: () => {
        interest.stop();
        // Deleting only succeeds once, so stopping twice does no harm.
        if (interests.delete(interest) && interests.size === 0) {
          this.#interests.delete(camera);
          this.#last.delete(camera);
          this.#painted.delete(camera);
          this.#askSoon();
        }
      },
    };
  }

  /**
   * Forgets the statistics of a camera that will not come back.
   * @param {string} camera
   */
  forget(camera) {
    if (!this.#interests.has(camera)) this.#meters.delete(camera);
  }

  #open() {
    this.nextAttemptAt = -1;
    this.#registered = false;
    this.#asked = '';
    this.#announced = undefined;
    this.#clock = undefined;
    this.#openedAt = performance.now();
    /** @type {WebSocket} */
    let socket;
    try {
      socket = this.#connect(this.#url);
    } catch (problem) {
      this.#lost(String(problem));
      return;
    }
    this.#socket = socket;
    socket.binaryType = 'arraybuffer';
    const mine = () => this.#socket === socket;
    socket.onopen = () => {
      if (!mine()) return;
      this.#heardAt = performance.now();
      /** @type {Record<string, unknown>} */
      const hello = { type: 'client_type', clientType: 'flutter', features: FEATURES };
      if (this.#token) hello.token = this.#token;
      this.#send(hello);
    };
    socket.onmessage = (event) => {
      if (!mine()) return;
      this.#heardAt = performance.now();
      this.#probedAt = 0;
      if (typeof event.data === 'string') this.#onText(event.data);
      else this.#onImage(event.data);
    };
    socket.onclose = (event) => {
      if (mine()) this.#onClose(event.code, event.reason);
    };
  }

  /** @param {string} text */
  #onText(text) {
    const arrivedAt = pageTime();
    /** @type {Record<string, unknown>} */
    let message;
    try {
      message = JSON.parse(text);
      if (typeof message !== 'object' || message === null) throw new TypeError('not an object');
    } catch {
      this.dispatchEvent(new RelayNotice('bad_json', 'The relay sent something that is not JSON.'));
      return;
    }
    switch (message.type) {
      case 'registration_success':
        this.#registered = true;
        this.#framesAt = performance.now();
        this.lossReason = '';
        this.#send({ type: 'list_cameras' });
        this.#ask();
        this.#become('live');
        break;
      case 'camera_list':
        this.#cameras = Array.isArray(message.cameras) ? message.cameras.map(cameraInfo) : [];
        this.#camerasKnown = true;
        this.dispatchEvent(new Event('cameras'));
        break;
      case 'image_frame':
        this.#announced = message;
        break;
      case 'clock_probe':
        this.#send({
          type: 'clock_answer',
          probe: number(message.probe),
          receivedAt: arrivedAt,
          sentAt: pageTime(),
        });
        if (typeof message.offsetMs === 'number' && typeof message.errorMs === 'number') {
          this.#clock = { offsetMs: message.offsetMs, errorMs: message.errorMs };
        }
        break;
      case 'server_shutdown':
        this.lossReason = 'The relay is shutting down.';
        break;
      case 'error':
        if (message.code === 'unauthorized') this.#deny();
        this.dispatchEvent(new RelayNotice(String(message.code), String(message.message)));
        break;
      default:
        // welcome, pong, and whatever a newer relay adds.
        break;
    }
  }

  /** @param {ArrayBuffer} bytes */
  #onImage(bytes) {
    const about = this.#announced;
    this.#announced = undefined;
    if (!about) return;
    this.#bytes += bytes.byteLength;
    const now = performance.now();
    this.#framesAt = now;
    const camera = String(about.camera ?? about.from ?? '');
    const interests = this.#interests.get(camera);
    // Frames that were under way when the last interest ended are not counted.
    if (!interests) return;
    const before = this.#last.get(camera);
    this.#last.set(camera, bytes);
    /** @type {Frame} */
    const frame = {
      camera,
      bytes,
      sequence: number(about.sequence),
      capturedAt: typeof about.capturedAt === 'string' ? about.capturedAt : '',
      width: number(about.width),
      height: number(about.height),
      ageMs: Math.max(0, number(about.ageMs)),
      ageErrorMs: typeof about.ageErrorMs === 'number' ? about.ageErrorMs : -1,
      relayedAt: Math.max(0, number(Date.parse(String(about.timestamp)))),
      receivedAt: now,
      identical: before !== undefined && sameBytes(before, bytes),
    };
    this.#meters.get(camera)?.count(frame, number(about.skipped));
    for (const interest of interests) interest.deliver(frame);
    if (this.#state === 'stale') this.#become('live');
  }

  /**
   * @param {number} code
   * @param {string} reason
   */
  #onClose(code, reason) {
    if (code === CLOSE_UNAUTHORIZED || code === CLOSE_FORBIDDEN) {
      this.#deny();
      return;
    }
    const words = reason || (code === 1006 ? 'The relay cannot be reached.' : `Closed (${code}).`);
    this.#lost(this.lossReason || words);
  }

  /** @param {string} why */
  #lost(why) {
    const now = performance.now();
    if (this.#registered) {
      this.#losses++;
      if (now - this.#openedAt > SETTLED_AFTER_MS) this.#attempt = 0;
    }
    this.#drop();
    this.lossReason = why;
    const delay = backoffMs(this.#attempt++, this.#random());
    this.nextAttemptAt = now + delay;
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => this.#open(), delay);
    this.#become('reconnecting');
  }

  #deny() {
    clearTimeout(this.#retry);
    this.nextAttemptAt = -1;
    this.#drop();
    this.#become('denied');
  }

  /** Lets go of the socket without waiting for a closing handshake, which a dead one never ends. */
  #drop() {
    const socket = this.#socket;
    this.#socket = undefined;
    this.#registered = false;
    this.#probedAt = 0;
    if (!socket) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close(1000);
  }

  #tick() {
    const now = performance.now();
    const slept = now - this.#tickedAt > SLEPT_MS;
    this.#tickedAt = now;
    if (slept) {
      // Whatever was silent was silent because we slept.
      this.#heardAt = now;
      this.#framesAt = now;
      this.wake();
    }
    if (this.#socket && !this.#registered && now - this.#openedAt > CONNECT_LIMIT_MS) {
      this.#lost('The relay does not answer.');
    } else if (this.#probedAt > 0 && now - this.#probedAt > PROBE_LIMIT_MS) {
      this.#lost('The relay has gone silent.');
    } else if (this.#registered) {
      if (this.#probedAt === 0 && now - this.#heardAt > PROBE_AFTER_MS) this.#probe(now);
    }
    this.#judge(now);
  }

  /** @param {number} now */
  #judge(now) {
    const wanted = this.#registered && this.#interests.size > 0;
    if (!wanted) this.#framesAt = now;
    const stale = wanted && now - this.#framesAt > this.#staleAfterMs;
    if (stale && this.#state === 'live') this.#become('stale');
    if (!stale && this.#state === 'stale') this.#become('live');
    for (const [camera, interests] of this.#interests) {
      const progressAt = this.#meters.get(camera)?.progressAt ?? -1;
      for (const interest of interests) {
        const still = now - Math.max(progressAt, interest.since) > this.#staleAfterMs;
        if (still !== interest.stale) {
          interest.stale = still;
          interest.options.onStale?.(still);
        }
      }
    }
  }

  /** @param {number} now */
  #probe(now) {
    if (this.#probedAt === 0) this.#probedAt = now;
    this.#send({ type: 'ping' });
  }

  #askSoon() {
    clearTimeout(this.#settle);
    this.#settle = setTimeout(() => this.#ask(), SETTLE_MS);
  }

  #ask() {
    if (!this.#registered) return;
    const cameras = [...this.#interests.keys()].sort();
    /** @type {Record<string, unknown>} */
    const request =
      cameras.length > 0 ? { type: 'request_stream', cameras } : { type: 'stop_stream' };
    if (cameras.length > 0 && this.#maxFps > 0) request.maxFps = this.#maxFps;
    const asked = JSON.stringify(request);
    if (asked === this.#asked || (this.#asked === '' && cameras.length === 0)) return;
    if (!this.#asked.includes('request_stream')) this.#framesAt = performance.now();
    this.#asked = asked;
    this.#send(request);
  }

  /** @param {Record<string, unknown>} message */
  #send(message) {
    if (this.#socket?.readyState === 1) this.#socket.send(JSON.stringify(message));
  }

  /** @param {FeedState} state */
  #become(state) {
    if (state === this.#state) return;
    this.#state = state;
    this.dispatchEvent(new Event('state'));
  }
}

/**
 * @param {unknown} value
 * @returns {number}
 */
function number(value) {
  return typeof value === 'number' && Number.isFinite(value) ? value : 0;
}

/**
 * @param {any} row
 * @returns {CameraInfo}
 */
function cameraInfo(row) {
  return {
    name: String(row?.name ?? ''),
    from: String(row?.from ?? ''),
    live: row?.live === true,
    fps: number(row?.fps),
    width: number(row?.width),
    height: number(row?.height),
    viewers: number(row?.viewers),
  };
}
