// SPDX-License-Identifier: MIT
import { age, bitRate, count, duration, millis, rate, spread, UNKNOWN } from './format.js';

/**
 * How long a hop took lately, and by how much that may be wrong.
 * @typedef {object} Latency
 * @property {number} p50
 * @property {number} p95
 * @property {number} p99
 * @property {number} errorMs
 * @property {number} frames
 */

/**
 * @typedef {object} CameraRow
 * @property {string} name
 * @property {string} from
 * @property {string} address
 * @property {string} demand
 * @property {boolean} live
 * @property {number} fps
 * @property {number} bytesPerSecond
 * @property {number} width
 * @property {number} height
 * @property {number} frames
 * @property {number} lastFrameAgeMs
 * @property {number} viewers
 * @property {number} connectedMs
 * @property {Record<string, Latency>} [latency] by hop
 */

/**
 * @typedef {object} ViewerRow
 * @property {string} id
 * @property {string} address
 * @property {string[]} cameras
 * @property {number} deliveredFps
 * @property {number} bytesPerSecond
 * @property {number} delivered
 * @property {Record<string, number>} skipped
 * @property {number} pending
 * @property {number} inFlight
 * @property {number} deliveryMs
 * @property {number} linkBitsPerSecond
 * @property {number} roundTripMs
 * @property {number} connectedMs
 * @property {Record<string, Record<string, Latency>>} [latency] by camera and hop
 */

/**
 * What /stats answers.
 * @typedef {object} Stats
 * @property {number} uptime
 * @property {string} version
 * @property {string} status
 * @property {string[]} reasons
 * @property {{total: number, jetson: number, flutter: number}} currentClients
 * @property {{rss: number}} memory
 * @property {{timeMillis: number, processors: number}} cpu
 * @property {CameraRow[]} cameras
 * @property {ViewerRow[]} viewers
 * @property {boolean} [login] whether this browser is logged in
 */

/**
 * @template Row
 * @typedef {object} Column
 * @property {string} title
 * @property {(row: Row) => string} text
 * @property {boolean} [number] aligned to the right
 * @property {(row: Row) => string} [tone] '', 'good', 'warn' or 'bad'
 */

/** A row's height, which the style sheet fixes, and how many are made beyond what is in sight. */
const ROW_HEIGHT = 27;
const ROWS_BEYOND = 10;

/**
 * A table that is updated in place: rows are kept by key and cells are only touched when their
 * text changes, so that a selection survives. Only the rows in sight exist; two spacers stand for
 * the rest, so that a thousand rows cost no more than thirty.
 * @template Row
 */
export class LiveTable {
  /** @type {Map<string, HTMLTableRowElement>} */
  #rows = new Map();
  /** @type {Row[]} */
  #all = [];
  #table;
  #body;
  #above = document.createElement('tr');
  #below = document.createElement('tr');
  #scroller;

  /**
   * @param {HTMLTableElement} table inside the element that scrolls it
   * @param {Column<Row>[]} columns
   * @param {(row: Row) => string} key
   */
  constructor(table, columns, key) {
    this.columns = columns;
    this.key = key;
    const head = table.createTHead().insertRow();
    for (const column of columns) {
      const cell = document.createElement('th');
      cell.scope = 'col';
      cell.textContent = column.title;
      cell.classList.toggle('number', column.number === true);
      head.append(cell);
    }
    this.#table = table;
    this.#body = table.createTBody();
    this.#body.append(this.#above, this.#below);
    for (const spacer of [this.#above, this.#below]) {
      spacer.setAttribute('aria-hidden', 'true');
      spacer.hidden = true;
    }
    this.#scroller = table.parentElement;
    this.#scroller?.addEventListener('scroll', () => this.#render(), { passive: true });
  }

  /** @param {Row[]} rows */
  update(rows) {
    this.#all = rows;
    this.#table.setAttribute('aria-rowcount', String(rows.length + 1));
    this.#render();
  }

  #render() {
    const height = this.#scroller?.clientHeight ?? 0;
    const first = Math.max(
      0,
      Math.min(
        Math.floor((this.#scroller?.scrollTop ?? 0) / ROW_HEIGHT) - ROWS_BEYOND,
        this.#all.length - 1,
      ),
    );
    const last = first + Math.ceil(height / ROW_HEIGHT) + 2 * ROWS_BEYOND;
    const rows = this.#all.slice(first, last);
    space(this.#above, first);
    space(this.#below, Math.max(0, this.#all.length - last));
    const seen = new Set();
    /** @type {Element} */
    let previous = this.#above;
    for (const row of rows) {
      const key = this.key(row);
      if (seen.has(key)) continue;
      seen.add(key);
      let line = this.#rows.get(key);
      if (!line) {
        line = document.createElement('tr');
        this.columns.forEach((column, i) => {
          const cell = document.createElement(i === 0 ? 'th' : 'td');
          if (i === 0) cell.setAttribute('scope', 'row');
          cell.classList.toggle('number', column.number === true);
          line?.append(cell);
        });
        this.#rows.set(key, line);
      }
      this.columns.forEach((column, i) => {
        const cell = /** @type {HTMLElement} */ (line?.children[i]);
        const text = column.text(row);
        if (cell.textContent !== text) {
          cell.textContent = text;
          cell.title = text.length > 24 ? text : '';
        }
        const tone = column.tone?.(row) ?? '';
        if ((cell.dataset.tone ?? '') !== tone) cell.dataset.tone = tone;
      });
      if (previous.nextElementSibling !== line) previous.after(line);
      previous = line;
    }
    for (const [key, line] of this.#rows) {
      if (!seen.has(key)) {
        line.remove();
        this.#rows.delete(key);
      }
    }
  }
}

/**
 * @param {HTMLTableRowElement} spacer
 * @param {number} rows
 */
function space(spacer, rows) {
  const height = `${rows * ROW_HEIGHT}px`;
  if (spacer.style.height !== height) spacer.style.height = height;
  spacer.hidden = rows === 0;
}

/** @type {Column<CameraRow>[]} */
export const CAMERA_COLUMNS = [
  { title: 'Camera', text: (row) => row.name },
  {
    title: 'Demand',
    text: (row) => row.demand,
    tone: (row) => (row.demand === 'live' && !row.live ? 'bad' : ''),
  },
  {
    title: 'Age',
    text: (row) => age(row.lastFrameAgeMs),
    number: true,
    tone: (row) => (row.demand === 'live' ? ageTone(row.lastFrameAgeMs) : ''),
  },
  { title: 'fps', text: (row) => rate(row.fps), number: true },
  { title: 'Bit rate', text: (row) => bitRate(row.bytesPerSecond), number: true },
  {
    title: 'Size',
    text: (row) => (row.width > 0 ? `${row.width}×${row.height}` : UNKNOWN),
    number: true,
  },
  {
    title: 'Capture → relay, p50 / p99',
    text: (row) => spread(row.latency?.toRelay),
    number: true,
  },
  { title: 'Viewers', text: (row) => count(row.viewers), number: true },
  { title: 'Frames', text: (row) => count(row.frames), number: true },
  { title: 'Connected', text: (row) => duration(row.connectedMs), number: true },
  { title: 'Publisher', text: (row) => row.address },
];

/** @type {Column<ViewerRow>[]} */
export const VIEWER_COLUMNS = [
  { title: 'Viewer', text: (row) => row.address || row.id },
  { title: 'Cameras', text: (row) => (row.cameras.length > 0 ? row.cameras.join(', ') : UNKNOWN) },
  { title: 'fps', text: (row) => rate(row.deliveredFps), number: true },
  { title: 'Bit rate', text: (row) => bitRate(row.bytesPerSecond), number: true },
  { title: 'Delivery', text: (row) => millis(row.deliveryMs), number: true },
  {
    title: 'Capture → viewer, p50 / p99',
    text: (row) => spread(slowest(row, 'toViewer')),
    number: true,
  },
  {
    title: 'In flight',
    text: (row) => (row.inFlight < 0 ? UNKNOWN : count(row.inFlight)),
    number: true,
  },
  { title: 'Waiting', text: (row) => count(row.pending), number: true },
  { title: 'Skipped: rate', text: (row) => count(row.skipped.rate ?? 0), number: true },
  { title: 'Skipped: link', text: (row) => count(row.skipped.link ?? 0), number: true },
  { title: 'Skipped: stalled', text: (row) => count(row.skipped.stalled ?? 0), number: true },
  { title: 'Connected', text: (row) => duration(row.connectedMs), number: true },
];

/**
 * A hop's figures of the camera that takes longest to this viewer; undefined when none has any.
 * @param {ViewerRow} row
 * @param {string} hop
 */
export function slowest(row, hop) {
  /** @type {Latency | undefined} */
  let worst;
  for (const hops of Object.values(row.latency ?? {})) {
    const figures = hops[hop];
    if (figures && (!worst || figures.p99 > worst.p99)) worst = figures;
  }
  return worst;
}

/** Where an age turns amber, and where red. */
export const AMBER_MS = 500;
export const RED_MS = 2000;

/**
 * @param {number} milliseconds
 * @returns {'' | 'good' | 'warn' | 'bad'}
 */
export function ageTone(milliseconds) {
  if (milliseconds < 0) return '';
  if (milliseconds < AMBER_MS) return 'good';
  return milliseconds < RED_MS ? 'warn' : 'bad';
}

/** Below this share of the frames left out, a viewer is not called slow. */
const SLOW_SHARE = 0.05;

/**
 * Says in words what holds a viewer back, or '' when nothing does. A viewer that asked for fewer
 * frames (`skipped.rate`) is not slow.
 * @param {ViewerRow} row
 * @param {ViewerRow | undefined} before the same viewer `seconds` ago
 * @param {number} seconds
 */
export function slowSentence(row, before, seconds) {
  if (!before || seconds <= 0) return '';
  const link = grown(row, before, 'link');
  const stalled = grown(row, before, 'stalled');
  const delivered = row.delivered - before.delivered;
  const wanted = delivered + link + stalled;
  if (wanted <= 0 || link + stalled < wanted * SLOW_SHARE) return '';
  const who = row.address || row.id;
  if (delivered === 0) {
    return `${who} takes nothing: ${rate(wanted / seconds)} frames a second are left out for it.`;
  }
  const parts = [];
  if (row.linkBitsPerSecond > 0) parts.push(bitRate(row.linkBitsPerSecond / 8));
  if (row.roundTripMs >= 0) parts.push(`round trip ${millis(row.roundTripMs)}`);
  const detail = parts.length > 0 ? ` (${parts.join(', ')})` : '';
  return `${who}: its link carries ${rate(delivered / seconds)} of ${rate(wanted / seconds)} fps${detail}.`;
}

/**
 * @param {ViewerRow} row
 * @param {ViewerRow} before
 * @param {string} cause
 */
function grown(row, before, cause) {
  return Math.max(0, (row.skipped[cause] ?? 0) - (before.skipped[cause] ?? 0));
}
