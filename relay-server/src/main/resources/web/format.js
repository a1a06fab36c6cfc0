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
