// SPDX-License-Identifier: MIT

/** Numbers as an operator reads them: short, of a steady width, with their unit. */

/** What is shown where nothing is known. */
export const UNKNOWN = '–';

/** @param {number} value */
export function rate(value) {
  return value >= 99.95 ? value.toFixed(0) : value.toFixed(1);
}

/** @param {number} bytesPerSecond */
export function bitRate(bytesPerSecond) {
  const bits = bytesPerSecond * 8;
  if (bits >= 1e9) return `${(bits / 1e9).toFixed(2)} Gbit/s`;
  if (bits >= 1e6) return `${(bits / 1e6).toFixed(bits >= 1e8 ? 0 : 1)} Mbit/s`;
  return `${(bits / 1e3).toFixed(0)} kbit/s`;
}

/** @param {number} bytes */
export function megabytes(bytes) {
  if (bytes >= 2 ** 30) return `${(bytes / 2 ** 30).toFixed(2)} GB`;
  return `${(bytes / 2 ** 20).toFixed(0)} MB`;
}

/** @param {number} milliseconds */
export function duration(milliseconds) {
  const seconds = Math.floor(milliseconds / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${seconds % 60} s`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return `${hours} h ${minutes % 60} min`;
  return `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/** @param {number} milliseconds */
export function age(milliseconds) {
  if (milliseconds < 0) return UNKNOWN;
  if (milliseconds < 10_000) return `${(milliseconds / 1000).toFixed(2)} s`;
  if (milliseconds < 60_000) return `${(milliseconds / 1000).toFixed(1)} s`;
  return duration(milliseconds);
}

/** @param {number} milliseconds */
export function millis(milliseconds) {
  if (milliseconds < 0) return UNKNOWN;
  return milliseconds < 10 ? `${milliseconds.toFixed(1)} ms` : `${milliseconds.toFixed(0)} ms`;
}

/**
 * Percentiles with what they may be wrong by: `12 / 31 ± 1.4 ms`.
 * @param {{p50: number, p99: number, errorMs: number} | undefined} figures
 */
export function spread(figures) {
  if (!figures) return UNKNOWN;
  return `${short(figures.p50)} / ${short(figures.p99)} ± ${short(figures.errorMs)} ms`;
}

/** @param {number} value */
function short(value) {
  return value < 9.95 ? value.toFixed(1) : value.toFixed(0);
}

/**
 * Where a frame's time went, with what that may be wrong by. No figure is shown that would need a
 * clock nobody knows.
 * @param {import('./relay-feed.js').FrameLatency | undefined} latency
 * @param {number} drawnMs from the frame's arrival until it was drawn
 */
export function latencyParts(latency, drawnMs) {
  const drawn = `page → drawn ${millis(drawnMs)}`;
  if (!latency) return drawn;
  const error = `± ${millis(latency.errorMs)}`;
  const relay = `relay → page ${millis(latency.relayToPageMs)}`;
  if (latency.totalMs < 0) {
    return `capture → relay unknown (the camera's clock is not)   ${relay} ${error}   ${drawn}`;
  }
  const all = millis(latency.totalMs + Math.max(0, drawnMs));
  return `capture → relay ${millis(latency.captureToRelayMs)}   ${relay}   ${drawn}   all ${all} ${error}`;
}

/** @param {number} value */
export function count(value) {
  return value.toLocaleString('en-US');
}

/**
 * The local time of day, the same in every locale.
 * @param {Date} date
 */
export function clock(date) {
  return [date.getHours(), date.getMinutes(), date.getSeconds()]
    .map((part) => String(part).padStart(2, '0'))
    .join(':');
}

/**
 * @param {number} n
 * @param {string} one
 * @param {string} [many]
 */
export function plural(n, one, many = `${one}s`) {
  return `${count(n)} ${n === 1 ? one : many}`;
}
