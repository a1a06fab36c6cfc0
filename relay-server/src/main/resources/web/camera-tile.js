// SPDX-License-Identifier: MIT
import { age, bitRate, clock, latencyParts, plural, rate } from './format.js';
import { ageTone, RED_MS } from './tables.js';

/** @typedef {import('./relay-feed.js').RelayFeed} RelayFeed */
/** @typedef {import('./relay-feed.js').Frame} Frame */
/** @typedef {import('./tables.js').CameraRow} CameraRow */

const SVG = 'http://www.w3.org/2000/svg';
const TICK_MS = 100;
/** Rates and other slow figures are rewritten this often. */
const FIGURES_MS = 500;

/** Every attached tile; one clock moves them all while the page can be seen. */
const attached = new Set();
/** @type {ReturnType<typeof setInterval> | undefined} */
let ticking;

/** @param {CameraTile} tile */
function attach(tile) {
  attached.add(tile);
  ticking ??= setInterval(() => {
    if (document.visibilityState === 'hidden') return;
    const now = performance.now();
    for (const each of attached) each.tick(now);
  }, TICK_MS);
}

/** @param {CameraTile} tile */
function detach(tile) {
  attached.delete(tile);
  if (attached.size === 0) {
    clearInterval(ticking);
    ticking = undefined;
  }
}

/**
 * One camera: `<camera-tile>` with the properties `feed` and `camera` set before it is attached.
 *
 * Attached and on screen is when it asks for frames, detached or out of sight is when it stops;
 * there is nothing else to clean up. It decodes only the newest frame and closes each bitmap once
 * it is drawn. Dispatches `enlarge` (click, Enter) and `dismiss` (an offline camera is put away).
 */
export class CameraTile extends HTMLElement {
  /** @type {RelayFeed | undefined} */
  feed;
  camera = '';
  /** @type {CameraRow | undefined} from /stats, when it could be read */
  #row;
  #large = false;
  #onScreen = false;
  #built = false;
  /** @type {import('./relay-feed.js').Watch | undefined} */
  #watch;
  #watchedAt = 0;
  /** @type {Frame | undefined} */
  #frame;
  #progressAt = -1;
  #ageAtProgressMs = 0;
  #paintedMs = -1;
  #figuresAt = 0;
  #undecodable = false;
  /** @type {Date | undefined} */
  #offlineSince;
  /** @type {Date | undefined} */
  #frozenSince;

  #observer = new IntersectionObserver((entries) => {
    this.#onScreen = entries[entries.length - 1].isIntersecting;
    this.#follow();
  });
  #visibility = () => this.#follow();

  #screen = make('button', 'screen');
  #canvas = make('canvas');
  #pill = make('span', 'pill');
  #veil = make('span', 'veil');
  #name = make('h3', 'name');
  #figures = make('span', 'figures');
  #fps = make('span');
  #size = make('span');
  #bits = make('span', 'bits');
  #viewers = make('span');
  #demand = make('span', 'demand');
  #latency = make('p', 'latency');
  #sparks = make('div', 'sparks');
  #dismiss = make('button', 'dismiss');
  #snapshot = iconButton('M4 8h3l2-2.5h6L17 8h3v11H4z M12 10.2a3.3 3.3 0 1 0 0 6.6 3.3 3.3 0 0 0 0-6.6z');
  #full = iconButton('M4 9V4h5 M15 4h5v5 M20 15v5h-5 M9 20H4v-5');
  #fpsSpark = spark('fps');
  #rateSpark = spark('bit rate');
  #context = this.#canvas.getContext('2d', { alpha: false });

  connectedCallback() {
    if (!this.#built) this.#build();
    attach(this);
    this.#observer.observe(this);
    document.addEventListener('visibilitychange', this.#visibility);
  }

  disconnectedCallback() {
    detach(this);
    this.#observer.disconnect();
    document.removeEventListener('visibilitychange', this.#visibility);
    this.#onScreen = false;
    this.#follow();
  }

  /** Whether the camera is gone, and since when. */
  get offlineSince() {
    return this.#offlineSince;
  }

  /** @param {boolean} present whether the relay has this camera now */
  setPresent(present) {
    if (present) this.#offlineSince = undefined;
    else this.#offlineSince ??= new Date();
    this.#figuresAt = 0;
  }

  /** @param {CameraRow | undefined} row */
  setRow(row) {
    this.#row = row;
  }

  get large() {
    return this.#large;
  }

  set large(large) {
    this.#large = large;
    this.classList.toggle('large', large);
    this.#screen.setAttribute(
      'aria-label',
      large ? `Back to all cameras` : `Show ${this.camera} large`,
    );
    this.#figuresAt = 0;
  }

  /** Where the keyboard goes. */
  focusScreen() {
    this.#screen.focus({ preventScroll: false });
  }

  /** Downloads the newest frame, unchanged to the byte. */
  snapshot() {
    const frame = this.#frame;
    if (!frame) return;
    const time = frame.capturedAt || new Date().toISOString();
    const link = document.createElement('a');
    link.download = `${this.camera}-${time.replaceAll(':', '-')}.jpg`;
    const url = URL.createObjectURL(new Blob([frame.bytes], { type: 'image/jpeg' }));
    link.href = url;
    link.click();
    setTimeout(() => URL.revokeObjectURL(url), 10_000);
  }

  toggleFullScreen() {
    const change = document.fullscreenElement ? document.exitFullscreen() : this.requestFullscreen();
    // A refused full screen (an embedding page, a browser's policy) leaves all as it was.
    change.catch(() => {});
  }

  #build() {
    this.#built = true;
    this.#name.textContent = this.camera;
    this.#canvas.width = 16;
    this.#canvas.height = 9;
    this.#canvas.setAttribute('role', 'img');
    this.#canvas.setAttribute('aria-label', `Picture of ${this.camera}`);
    this.large = this.#large;
    this.#screen.append(this.#canvas, this.#veil);
    this.#screen.addEventListener('click', () => this.dispatchEvent(new Event('enlarge')));
    this.#dismiss.textContent = 'Put away';
    this.#dismiss.addEventListener('click', () => this.dispatchEvent(new Event('dismiss')));
    label(this.#snapshot, `Save a picture of ${this.camera}`);
    this.#snapshot.addEventListener('click', () => this.snapshot());
    label(this.#full, `Full screen for ${this.camera}`);
    this.#full.addEventListener('click', () => this.toggleFullScreen());
    const top = make('div', 'top');
    top.append(this.#name, this.#pill);
    const bottom = make('div', 'bottom');
    bottom.append(this.#demand, this.#figures, this.#dismiss, this.#snapshot, this.#full);
    this.#figures.append(this.#fps, this.#size, this.#viewers, this.#bits);
    this.#sparks.append(this.#fpsSpark.element, this.#rateSpark.element);
    const detail = make('div', 'detail');
    detail.append(this.#latency, this.#sparks);
    this.append(this.#screen, top, bottom, detail);
  }

  /** Starts or stops to watch, as the tile comes into sight or leaves it. */
  #follow() {
    const wanted = this.isConnected && this.#onScreen && document.visibilityState === 'visible';
    if (wanted && !this.#watch && this.feed) {
      this.#watchedAt = performance.now();
      this.#watch = this.feed.watch(this.camera, { onFrame: (frame) => this.#draw(frame) });
    } else if (!wanted && this.#watch) {
      this.#watch.stop();
      this.#watch = undefined;
    }
  }

  /** @param {Frame} frame */
  async #draw(frame) {
    const resumed = this.#frame === undefined || this.#progressAt < this.#watchedAt;
    if (!frame.identical || resumed) {
      this.#progressAt = frame.receivedAt;
      this.#ageAtProgressMs = frame.ageMs;
    }
    this.#frame = frame;
    let bitmap;
    try {
      bitmap = await createImageBitmap(new Blob([frame.bytes], { type: 'image/jpeg' }));
    } catch {
      this.#undecodable = true;
      return;
    }
    this.#undecodable = false;
    if (this.#canvas.width !== bitmap.width || this.#canvas.height !== bitmap.height) {
      this.#canvas.width = bitmap.width;
      this.#canvas.height = bitmap.height;
      this.#figuresAt = 0;
    }
    this.#context?.drawImage(bitmap, 0, 0);
    bitmap.close();
    this.#paintedMs = performance.now() - frame.receivedAt;
    // The browser shows what was drawn when it paints next, and tells right before it does.
    requestAnimationFrame(() => this.feed?.painted(frame));
  }

  /** @param {number} now */
  tick(now) {
    if (!this.#onScreen) return;
    const seen = this.#progressAt >= 0;
    const ageMs = seen ? now - this.#progressAt + this.#ageAtProgressMs : -1;
    // A tile that has just come back into sight is not frozen: its next frame is under way.
    const resuming = this.#progressAt < this.#watchedAt && now - this.#watchedAt < RED_MS;
    const state = this.#offlineSince
      ? 'offline'
      : !seen
        ? 'waiting'
        : resuming
          ? 'resuming'
          : ageMs >= RED_MS
            ? 'frozen'
            : 'live';
    if (state === 'frozen') this.#frozenSince ??= new Date(Date.now() - ageMs);
    else this.#frozenSince = undefined;
    set(this, 'state', state);
    set(this.#pill, 'tone', state === 'live' || state === 'frozen' ? ageTone(ageMs) : '');
    write(this.#pill, pillText(state, ageMs));
    write(this.#veil, this.#veilText(state, now));
    if (now - this.#figuresAt >= FIGURES_MS) {
      this.#figuresAt = now;
      this.#writeFigures();
    }
  }

  /**
   * @param {string} state
   * @param {number} now
   */
  #veilText(state, now) {
    if (this.#offlineSince) return `Offline since ${clock(this.#offlineSince)}`;
    if (this.#undecodable) return 'The camera sends images that this browser cannot decode';
    if (this.#frozenSince) return `Frozen since ${clock(this.#frozenSince)}`;
    if (state !== 'waiting') return '';
    return now - this.#watchedAt < 3 * RED_MS
      ? 'Waiting for the first picture'
      : 'Connected, but it sends no pictures';
  }

  #writeFigures() {
    const own = this.feed?.statisticsOf(this.camera);
    if (!own) return;
    const row = this.#row;
    write(this.#fps, `${rate(own.fps)} fps`);
    write(
      this.#size,
      this.#progressAt >= 0 ? `${this.#canvas.width}×${this.#canvas.height}` : '',
    );
    write(this.#bits, bitRate(own.bytesPerSecond));
    write(this.#viewers, row ? plural(row.viewers, 'viewer') : '');
    const demand = this.#offlineSince ? 'offline' : (row?.demand ?? '');
    write(this.#demand, demand);
    set(this.#demand, 'demand', demand);
    this.#dismiss.hidden = !this.#offlineSince;
    this.#snapshot.toggleAttribute('disabled', this.#frame === undefined);
    if (this.#large) {
      write(this.#latency, this.#latencyText(own.skippedByRelay, own.skippedHere));
      this.#fpsSpark.draw(own.history.map((second) => second.fps), `${rate(own.fps)} fps`);
      this.#rateSpark.draw(
        own.history.map((second) => second.bytes),
        bitRate(own.bytesPerSecond),
      );
    }
  }

  /**
   * @param {number} skippedByRelay
   * @param {number} skippedHere
   */
  #latencyText(skippedByRelay, skippedHere) {
    const frame = this.#frame;
    if (!frame) return '';
    const parts = [];
    if (frame.sequence > 0) parts.push(`frame ${frame.sequence}`);
    parts.push(latencyParts(this.feed?.latencyOf(frame), this.#paintedMs));
    parts.push(`${plural(skippedByRelay + skippedHere, 'frame')} skipped`);
    return parts.join('   ');
  }
}

/**
 * @param {string} state
 * @param {number} ageMs
 */
function pillText(state, ageMs) {
  if (state === 'offline') return 'offline';
  if (state === 'waiting' || state === 'resuming') return '…';
  return age(ageMs);
}

/**
 * Writes only what changed: an unchanged text costs no layout.
 * @param {HTMLElement} element
 * @param {string} text
 */
function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/**
 * @param {HTMLElement} element
 * @param {string} name
 * @param {string} value
 */
function set(element, name, value) {
  if (element.dataset[name] !== value) element.dataset[name] = value;
}

/**
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {string} [name] the class
 * @returns {HTMLElementTagNameMap[Tag]}
 */
function make(tag, name = '') {
  const element = document.createElement(tag);
  if (name) element.className = name;
  if (element instanceof HTMLButtonElement) element.type = 'button';
  return element;
}

/**
 * @param {HTMLElement} button
 * @param {string} text
 */
function label(button, text) {
  button.setAttribute('aria-label', text);
  button.title = text;
}

/** @param {string} path */
function iconButton(path) {
  const button = make('button', 'icon');
  const image = document.createElementNS(SVG, 'svg');
  image.setAttribute('viewBox', '0 0 24 24');
  image.setAttribute('aria-hidden', 'true');
  const line = document.createElementNS(SVG, 'path');
  line.setAttribute('d', path);
  image.append(line);
  button.append(image);
  return button;
}

/**
 * A line of the last minute, newest at the right.
 * @param {string} what
 */
function spark(what) {
  const width = 240;
  const height = 36;
  const element = make('div', 'spark');
  const title = make('span');
  const image = document.createElementNS(SVG, 'svg');
  image.setAttribute('viewBox', `0 0 ${width} ${height}`);
  image.setAttribute('preserveAspectRatio', 'none');
  image.setAttribute('role', 'img');
  image.setAttribute('aria-label', `${what} over the last minute`);
  const line = document.createElementNS(SVG, 'polyline');
  image.append(line);
  element.append(title, image);
  return {
    element,
    /**
     * @param {number[]} values
     * @param {string} text
     */
    draw(values, text) {
      write(title, text);
      const top = Math.max(1, ...values) * 1.15;
      const first = 60 - values.length;
      line.setAttribute(
        'points',
        values
          .map((value, i) => {
            const x = ((first + i) / 59) * width;
            return `${x.toFixed(1)},${(height - 2 - (value / top) * (height - 4)).toFixed(1)}`;
          })
          .join(' '),
      );
    },
  };
}

customElements.define('camera-tile', CameraTile);
