// SPDX-License-Identifier: MIT
import { CameraTile } from './camera-tile.js';
import { bitRate, count, duration, megabytes, plural, UNKNOWN } from './format.js';
import { RelayFeed } from './relay-feed.js';
import { CAMERA_COLUMNS, LiveTable, slowSentence, VIEWER_COLUMNS } from './tables.js';

/** @typedef {import('./tables.js').Stats} Stats */
/** @typedef {import('./tables.js').CameraRow} CameraRow */
/** @typedef {import('./tables.js').ViewerRow} ViewerRow */

const POLL_MS = 1000;
const POLL_LIMIT_MS = 5000;
/** Slowness is judged over this long, so that one late frame makes no sentence. */
const JUDGE_MS = 3000;
/** A camera that left without a name of its own never comes back under the same one. */
const NAMELESS = /^client_\d+_/;
const NAMELESS_KEPT_MS = 30_000;
const OFFLINE_KEPT_MS = 600_000;
const MOST_COLUMNS = 4;
const NARROWEST_TILE = 300;
const CAPTION = 36;
const MOST_SENTENCES = 8;
const TOKEN = 'relay.token';

/**
 * @template {HTMLElement} T
 * @param {string} id
 * @param {new () => T} type
 * @returns {T}
 */
function element(id, type) {
  const found = document.getElementById(id);
  if (!(found instanceof type)) throw new Error(`the page has no ${id}`);
  return found;
}

const main = element('main', HTMLElement);
const wall = element('wall', HTMLElement);
const banner = element('banner', HTMLElement);
const columnsChoice = element('columns', HTMLSelectElement);
const rateChoice = element('rate', HTMLSelectElement);

const feed = new RelayFeed({
  url: relayAddress(),
  token: rememberedToken(),
  maxFps: Number(remember('rate') ?? 0),
});
/** @type {Map<string, CameraTile>} */
const tiles = new Map();
/** @type {Stats | undefined} */
let stats;
/** @type {{at: number, cpu: number} | undefined} */
let cpuBefore;
/** @type {{at: number, viewers: Map<string, ViewerRow>}[]} */
let past = [];
let pollFailed = false;
let bannerText = '';
/** @type {CameraTile | undefined} */
let dragged;

const cameraTable = new LiveTable(
  element('cameras', HTMLTableElement),
  CAMERA_COLUMNS,
  (row) => row.name,
);
const viewerTable = new LiveTable(
  element('viewers', HTMLTableElement),
  VIEWER_COLUMNS,
  (row) => row.id,
);

function relayAddress() {
  return new URL('ws', location.href.replace(/[?#].*/, '')).href.replace(/^http/, 'ws');
}

/** A token from the address is taken out of it at once: it must not be bookmarked or shared. */
function rememberedToken() {
  const address = new URL(location.href);
  const given = address.searchParams.get('token');
  if (given !== null) {
    storage(() => sessionStorage.setItem(TOKEN, given));
    address.searchParams.delete('token');
    history.replaceState(null, '', address);
    return given;
  }
  return storage(() => sessionStorage.getItem(TOKEN)) ?? '';
}

/**
 * Storage may be switched off; the page then forgets, and works.
 * @template T
 * @param {() => T} action
 * @returns {T | undefined}
 */
function storage(action) {
  try {
    return action();
  } catch {
    return undefined;
  }
}

/** @param {string} key */
function remember(key) {
  return storage(() => localStorage.getItem(`relay.${key}`)) ?? null;
}

/**
 * @param {string} key
 * @param {string} value
 */
function keep(key, value) {
  storage(() => localStorage.setItem(`relay.${key}`, value));
}

/** @returns {string[]} */
function keptOrder() {
  try {
    const kept = JSON.parse(remember('order') ?? '[]');
    return Array.isArray(kept) ? kept.map(String) : [];
  } catch {
    return [];
  }
}

/* The wall */

function arrangeTiles() {
  if (!feed.camerasKnown) return;
  const present = new Set(feed.cameras.map((camera) => camera.name));
  for (const name of present) {
    if (!tiles.has(name)) tiles.set(name, newTile(name));
  }
  const now = Date.now();
  for (const [name, tile] of tiles) {
    tile.setPresent(present.has(name));
    const gone = tile.offlineSince;
    const kept = NAMELESS.test(name) ? NAMELESS_KEPT_MS : OFFLINE_KEPT_MS;
    if (gone && now - gone.getTime() > kept) putAway(tile);
  }
  place();
  showPanels();
}

/** @param {string} name */
function newTile(name) {
  const tile = new CameraTile();
  tile.feed = feed;
  tile.camera = name;
  tile.addEventListener('enlarge', () => enlarge(tile.large ? undefined : tile));
  tile.addEventListener('dismiss', () => {
    putAway(tile);
    place();
    showPanels();
  });
  makeMovable(tile);
  return tile;
}

/** @param {CameraTile} tile */
function putAway(tile) {
  if (tile.large) enlarge(undefined);
  tile.remove();
  tiles.delete(tile.camera);
  feed.forget(tile.camera);
}

/** Puts the tiles in the operator's order, new ones by name behind those that were ordered. */
function place() {
  const order = keptOrder();
  const rank = (/** @type {string} */ name) => {
    const at = order.indexOf(name);
    return at < 0 ? order.length : at;
  };
  const sorted = [...tiles.values()].sort(
    (a, b) =>
      rank(a.camera) - rank(b.camera) ||
      a.camera.localeCompare(b.camera, 'en', { numeric: true }),
  );
  sorted.forEach((tile, i) => {
    if (wall.children[i] !== tile) wall.insertBefore(tile, wall.children[i] ?? null);
  });
  followAddress();
  fit();
}

/** The fewest columns with which the whole wall can be seen, so the largest pictures. */
function fit() {
  const chosen = Number(columnsChoice.value);
  const width = wall.clientWidth;
  const height = innerHeight - wall.getBoundingClientRect().top - scrollY;
  const most = Math.max(1, Math.min(MOST_COLUMNS, Math.floor(width / NARROWEST_TILE)));
  let columns = Math.min(chosen || 1, most);
  if (chosen === 0) {
    const rowsHigh = (/** @type {number} */ n) =>
      Math.ceil(tiles.size / n) * (((width / n) * 9) / 16 + CAPTION);
    while (columns < most && columns < tiles.size && rowsHigh(columns) > height) columns++;
  }
  wall.style.setProperty('--columns', String(columns));
  const header = document.querySelector('.bar')?.getBoundingClientRect().height ?? 52;
  main.style.setProperty('--top', `${Math.ceil(header + banner.offsetHeight)}px`);
}

/** @param {CameraTile | undefined} tile */
function enlarge(tile) {
  const address = tile ? `#camera=${encodeURIComponent(tile.camera)}` : location.pathname;
  if (tile) history.pushState(null, '', address);
  else history.replaceState(null, '', address);
  const before = [...tiles.values()].find((each) => each.large);
  followAddress();
  (tile ?? before)?.focusScreen();
}

/** One camera is large when the address says so: it can be bookmarked, and Back returns. */
function followAddress() {
  const match = /^#camera=(.+)$/.exec(location.hash);
  let name = '';
  try {
    name = match ? decodeURIComponent(match[1]) : '';
  } catch {
    name = '';
  }
  const large = tiles.get(name);
  for (const tile of tiles.values()) {
    if (tile.large !== (tile === large)) tile.large = tile === large;
  }
  main.classList.toggle('focused', large !== undefined);
}

/** @param {CameraTile} tile */
function makeMovable(tile) {
  tile.draggable = true;
  tile.addEventListener('dragstart', (event) => {
    dragged = tile;
    tile.classList.add('dragged');
    event.dataTransfer?.setData('text/plain', tile.camera);
  });
  tile.addEventListener('dragend', () => {
    dragged = undefined;
    for (const each of tiles.values()) each.classList.remove('dragged', 'target');
  });
  tile.addEventListener('dragover', (event) => {
    if (!dragged || dragged === tile) return;
    event.preventDefault();
    tile.classList.add('target');
  });
  tile.addEventListener('dragleave', () => tile.classList.remove('target'));
  tile.addEventListener('drop', (event) => {
    event.preventDefault();
    if (dragged) move(dragged, [...wall.children].indexOf(tile));
  });
  tile.addEventListener('keydown', (event) => {
    const step = event.key === 'ArrowLeft' ? -1 : event.key === 'ArrowRight' ? 1 : 0;
    if (step === 0 || tile.large) return;
    event.preventDefault();
    const here = [...wall.children].indexOf(tile);
    if (event.altKey) {
      move(tile, here + step);
      tile.focusScreen();
    } else {
      const next = wall.children[here + step];
      if (next instanceof CameraTile) next.focusScreen();
    }
  });
}

/**
 * @param {CameraTile} tile
 * @param {number} position
 */
function move(tile, position) {
  const names = [...wall.children].map((each) => /** @type {CameraTile} */ (each).camera);
  if (position < 0 || position >= names.length) return;
  names.splice(names.indexOf(tile.camera), 1);
  names.splice(position, 0, tile.camera);
  keep('order', JSON.stringify(names));
  place();
}

/* What is said around the wall */

function showPanels() {
  const denied = feed.state === 'denied';
  element('denied', HTMLElement).hidden = !denied;
  element('empty', HTMLElement).hidden = denied || !feed.camerasKnown || tiles.size > 0;
  wall.hidden = denied;
  element('details', HTMLElement).hidden =
    denied || !stats || (stats.cameras.length === 0 && stats.viewers.length === 0);
}

function showState() {
  const lost = feed.state === 'reconnecting';
  if (!lost) {
    bannerText = '';
  } else {
    const left = Math.max(0, Math.ceil((feed.nextAttemptAt - performance.now()) / 1000));
    const next = feed.nextAttemptAt < 0 ? 'Trying now …' : `Trying again in ${left} s.`;
    bannerText = `Connection lost. ${feed.lossReason} ${next}`;
  }
  if (banner.hidden === lost) {
    banner.hidden = !lost;
    fit();
  }
  write('banner-text', bannerText);
  showHealth();
}

function showHealth() {
  const health = element('health', HTMLElement);
  const [tone, text] = healthNow();
  if (health.dataset.tone !== tone) health.dataset.tone = tone;
  if (health.textContent !== text) health.textContent = text;
  document.title = tone === 'bad' ? `${text} – Jetson Relay` : 'Jetson Relay';
}

/** @returns {[string, string]} */
function healthNow() {
  switch (feed.state) {
    case 'connecting':
      return ['', 'Connecting'];
    case 'reconnecting':
      return ['bad', 'Connection lost'];
    case 'denied':
      return ['bad', 'Token needed'];
    default:
      break;
  }
  if (stats?.status === 'degraded') return ['warn', `Degraded: ${stats.reasons.join(', ')}`];
  if (stats && stats.status !== 'healthy') {
    return ['bad', stats.reasons?.length ? `Unhealthy: ${stats.reasons.join(', ')}` : 'Unhealthy'];
  }
  if (pollFailed) return ['warn', 'No statistics'];
  if (feed.state === 'stale') return ['warn', 'No pictures arrive'];
  return ['good', 'Healthy'];
}

/**
 * @param {string} id
 * @param {string} text
 */
function write(id, text) {
  const target = element(id, HTMLElement);
  if (target.textContent !== text) target.textContent = text;
}

/** @param {Stats} now */
function showFacts(now) {
  const live = now.cameras.filter((camera) => camera.live).length;
  write('fact-cameras', `${live} of ${now.cameras.length} live`);
  write('fact-in', bitRate(sum(now.cameras)));
  write('fact-out', bitRate(sum(now.viewers)));
  write('fact-memory', megabytes(now.memory.rss));
  write('fact-uptime', duration(now.uptime));
  write('fact-version', now.version);
  const at = now.uptime;
  const cpu = now.cpu?.timeMillis ?? -1;
  if (cpu >= 0 && cpuBefore && at > cpuBefore.at && cpu >= cpuBefore.cpu) {
    const share = (cpu - cpuBefore.cpu) / (at - cpuBefore.at);
    write('fact-cpu', `${(share * 100).toFixed(0)} %`);
  } else {
    write('fact-cpu', UNKNOWN);
  }
  cpuBefore = { at, cpu };
}

/** @param {{bytesPerSecond: number}[]} rows */
function sum(rows) {
  return rows.reduce((total, row) => total + row.bytesPerSecond, 0);
}

/** @param {Stats} now */
function showSentences(now) {
  const at = performance.now();
  past = past.filter((entry) => at - entry.at < 2 * JUDGE_MS);
  const before = past.findLast((entry) => at - entry.at >= JUDGE_MS - POLL_MS / 2);
  past.push({ at, viewers: new Map(now.viewers.map((row) => [row.id, row])) });
  const seconds = before ? (at - before.at) / 1000 : 0;
  const texts = now.viewers
    .map((row) => slowSentence(row, before?.viewers.get(row.id), seconds))
    .filter((text) => text !== '');
  const shown = texts.slice(0, MOST_SENTENCES);
  if (texts.length > shown.length) {
    shown.push(`And ${plural(texts.length - shown.length, 'other viewer')} like these.`);
  }
  const slow = texts.length > 0 ? `, ${count(texts.length)} slow` : '';
  write('fact-viewers', `${count(now.viewers.length)}${slow}`);
  element('fact-viewers', HTMLElement).dataset.tone = slow ? 'warn' : '';
  const list = element('sentences', HTMLElement);
  while (list.children.length > shown.length) list.lastElementChild?.remove();
  shown.forEach((text, i) => {
    const line = list.children[i] ?? list.appendChild(document.createElement('li'));
    if (line.textContent !== text) line.textContent = text;
  });
}

/** @param {Stats} now */
function showStats(now) {
  stats = now;
  offerLogin(false, now.login === true);
  showFacts(now);
  cameraTable.update(now.cameras);
  viewerTable.update(now.viewers);
  showSentences(now);
  const rows = new Map(now.cameras.map((row) => [row.name, row]));
  for (const [name, tile] of tiles) tile.setRow(rows.get(name));
  showPanels();
}

/**
 * @param {boolean} login
 * @param {boolean} logout
 */
function offerLogin(login, logout) {
  element('login', HTMLAnchorElement).hidden = !login;
  element('logout', HTMLFormElement).hidden = !logout;
}

async function poll() {
  if (document.visibilityState === 'visible' && feed.state !== 'denied') {
    try {
      const token = storage(() => sessionStorage.getItem(TOKEN));
      const response = await fetch('stats', {
        headers: token ? { authorization: `Bearer ${token}` } : {},
        cache: 'no-store',
        signal: AbortSignal.timeout(POLL_LIMIT_MS),
      });
      // Logged in, but not for statistics: also somebody who can log out.
      offerLogin(response.status === 401, response.status === 403);
      if (!response.ok) throw new Error(`/stats answered ${response.status}`);
      showStats(await response.json());
      pollFailed = false;
    } catch {
      // Shown in the header, and asked again in a second.
      pollFailed = true;
    }
    arrangeTiles();
    showHealth();
  }
  setTimeout(poll, POLL_MS);
}

/* What the operator does */

columnsChoice.value = remember('columns') ?? '0';
columnsChoice.addEventListener('change', () => {
  keep('columns', columnsChoice.value);
  fit();
});
rateChoice.value = String(feed.maxFps);
if (rateChoice.selectedIndex < 0) rateChoice.value = '0';
rateChoice.addEventListener('change', () => {
  keep('rate', rateChoice.value);
  feed.maxFps = Number(rateChoice.value);
});
element('banner-retry', HTMLButtonElement).addEventListener('click', () => feed.wake());
element('logout', HTMLFormElement).addEventListener('submit', () => {
  storage(() => sessionStorage.removeItem(TOKEN));
});
const command = element('command', HTMLElement);
command.textContent = `scripts/agent.sh --relay ${feed.url} --name front --source test`;
element('copy', HTMLButtonElement).addEventListener('click', async () => {
  getSelection()?.selectAllChildren(command);
  try {
    // Only pages from a secure origin may write the clipboard; elsewhere the text stays selected.
    await navigator.clipboard.writeText(command.textContent ?? '');
    write('copy', 'Copied');
  } catch {
    write('copy', 'Selected');
  }
  setTimeout(() => write('copy', 'Copy'), 2000);
});
addEventListener('keydown', (event) => {
  if (event.key === 'Escape' && main.classList.contains('focused') && !document.fullscreenElement) {
    enlarge(undefined);
  }
});
addEventListener('popstate', followAddress);
addEventListener('hashchange', followAddress);
addEventListener('resize', fit);
addEventListener('online', () => feed.wake());
addEventListener('pageshow', () => feed.wake());
document.addEventListener('visibilitychange', () => {
  if (document.visibilityState === 'visible') feed.wake();
});
feed.addEventListener('state', () => {
  showState();
  showPanels();
});
feed.addEventListener('cameras', arrangeTiles);
feed.addEventListener('notice', (event) => {
  if (feed.state === 'denied') {
    const { message } = /** @type {import('./relay-feed.js').RelayNotice} */ (event);
    write('denied-reason', message);
  }
});
setInterval(showState, 500);

feed.start();
poll();
