// SPDX-License-Identifier: MIT
// A wall of seven cameras on the real relay, to look at and to measure; see scripts/wall.sh.
import { readdir, readFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { startBrowser, newPage } from './browser.mjs';
import { drawPictures } from './pictures.mjs';
import { Publisher } from './publisher.mjs';
import { REAL, startRelay } from './relay.mjs';

const NAMES = ['front', 'rear', 'left', 'right', 'hitch', 'boom', 'cab'];
const FPS = 10;
const PHONE = { width: 390, height: 844 };
const DESK = { width: 1440, height: 900 };
/** Growth of the page's live JavaScript objects, after garbage collection, that counts as a leak. */
const MOST_GROWTH_BYTES = 4 << 20;
const MOST_NEW_NODES = 200;

const { values: options } = parseArgs({
  options: {
    shots: { type: 'string' },
    minutes: { type: 'string', default: '0' },
    frames: { type: 'string' },
  },
});
const minutes = Number(options.minutes);
if (!(minutes >= 0 && minutes <= 1440)) throw new Error(`--minutes must be 0 to 1440, not ${options.minutes}`);
if (!REAL) throw new Error('RELAY_COMMAND must name the relay to start');

/** @param {string} directory one camera, its images in name order */
async function recording(directory) {
  const files = (await readdir(directory)).filter((name) => /\.jpe?g$/i.test(name)).sort();
  const images = await Promise.all(files.slice(0, 300).map((name) => readFile(join(directory, name))));
  if (images.length === 0) throw new Error(`${directory} has no .jpg files`);
  return { images, width: 0, height: 0 };
}

/** @param {import('playwright-core').BrowserContext} context */
async function cameras(context) {
  if (options.frames) {
    const root = options.frames;
    const entries = await readdir(root, { withFileTypes: true });
    const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name).sort();
    return Promise.all(
      names.map(async (name) => /** @type {const} */ ([name, await recording(join(root, name))])),
    );
  }
  const page = await context.newPage();
  /** @type {(readonly [string, {images: Buffer[], width: number, height: number}])[]} */
  const all = [];
  for (const [camera, name] of NAMES.entries()) {
    all.push([name, await drawPictures(page, { camera, width: 1280, height: 720 })]);
  }
  await page.close();
  return all;
}

/** @param {import('playwright-core').Page} page @param {number} count */
function live(page, count) {
  return page.waitForFunction(
    (wanted) => document.querySelectorAll('camera-tile[data-state="live"]').length === wanted,
    count,
    { timeout: 30_000 },
  );
}

/** @param {import('playwright-core').Page} page @param {string} name */
async function shot(page, name) {
  await page.screenshot({ path: join(String(options.shots), `${name}.png`) });
  console.log(`wrote ${join(String(options.shots), name)}.png`);
}

/** @param {import('playwright-core').Page} page @param {Publisher[]} publishers */
async function shots(page, publishers) {
  await mkdir(String(options.shots), { recursive: true });
  await pause(6_000); // the sparklines want some history
  await shot(page, 'wall');
  await page.emulateMedia({ colorScheme: 'dark' });
  await shot(page, 'dark');
  publishers[3].silent = true;
  await page.waitForSelector('camera-tile[data-state="frozen"]');
  await pause(2_500);
  await shot(page, 'stale');
  publishers[3].silent = false;
  await live(page, publishers.length);
  await page.emulateMedia({ colorScheme: 'light' });
  await page.locator('camera-tile canvas').first().click();
  await pause(8_000);
  await shot(page, 'camera');
  await page.keyboard.press('Escape');
  await page.setViewportSize(PHONE);
  await live(page, 1).catch(() => {});
  await pause(2_000);
  await shot(page, 'phone');
  await page.setViewportSize(DESK);
}

/** Live objects and nodes of the page, after a garbage collection. @param {import('playwright-core').CDPSession} session */
async function memory(session) {
  await session.send('HeapProfiler.collectGarbage');
  await session.send('HeapProfiler.collectGarbage');
  const { usedSize } = await session.send('Runtime.getHeapUsage');
  const { metrics } = await session.send('Performance.getMetrics');
  const nodes = metrics.find((metric) => metric.name === 'Nodes')?.value ?? 0;
  return { usedSize, nodes };
}

/** @param {import('playwright-core').Page} page @param {Publisher[]} publishers */
async function watch(page, publishers) {
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable');
  await session.send('HeapProfiler.enable');
  await pause(30_000); // compiled code, caches and sparklines reach their size
  const before = await memory(session);
  const sent = publishers.reduce((sum, publisher) => sum + publisher.sent, 0);
  for (let minute = 0; minute < minutes; minute++) {
    await pause(60_000);
    const { usedSize, nodes } = await memory(session);
    console.log(`${minute + 1} min: JS heap ${(usedSize / 1e6).toFixed(2)} MB, ${nodes} nodes`);
  }
  const after = await memory(session);
  const frames = publishers.reduce((sum, publisher) => sum + publisher.sent, 0) - sent;
  const grown = after.usedSize - before.usedSize;
  console.log(
    `JS heap ${(before.usedSize / 1e6).toFixed(2)} MB before, ${(after.usedSize / 1e6).toFixed(2)} MB after` +
      ` ${minutes} min and ${frames} frames of ${publishers.length} cameras; ${before.nodes} and ${after.nodes} nodes`,
  );
  if (frames < minutes * 60 * publishers.length) throw new Error('the cameras hardly sent anything: no verdict');
  if (grown > MOST_GROWTH_BYTES || after.nodes - before.nodes > MOST_NEW_NODES) throw new Error('the page leaks');
}

const relay = await startRelay();
const browser = await startBrowser();
/** @type {Publisher[]} */
let publishers = [];
try {
  const all = await cameras(browser.context);
  publishers = all.map(([name, pictures]) => new Publisher(relay.url, name, pictures, FPS));
  await Promise.all(publishers.map((publisher) => publisher.registered));
  const { page, problems } = await newPage(browser.context);
  await page.goto(relay.url);
  await live(page, publishers.length);
  console.log(`${publishers.length} cameras are live at ${relay.url}`);
  if (options.shots) await shots(page, publishers);
  if (minutes > 0) await watch(page, publishers);
  if (problems.length > 0) throw new Error(`the page had problems: ${problems.join('; ')}`);
} finally {
  publishers.forEach((publisher) => publisher.stop());
  await browser.stop();
  await relay.stop();
}
