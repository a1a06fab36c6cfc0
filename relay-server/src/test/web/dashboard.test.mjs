// SPDX-License-Identifier: MIT
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { newPage, shot, startBrowser } from './browser.mjs';
import { drawPictures, readMarker } from './pictures.mjs';
import { Publisher } from './publisher.mjs';
import { FakeRelay, startRelay } from './relay.mjs';

/** @typedef {import('playwright-core').Page} Page */

const NAMES = ['front', 'front-left', 'front-right', 'gripper', 'rear', 'roof-360', 'thermal'];
const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

/** @type {Awaited<ReturnType<typeof startBrowser>>} */
let browser;
/** @type {Awaited<ReturnType<typeof drawPictures>>[]} */
const pictures = [];
/** @type {{url: string, port: number, stop: () => Promise<void>}} */
let relay;
/** @type {Publisher[]} */
let publishers = [];
/** @type {Page} */
let page;
/** @type {string[]} */
let problems;

before(async () => {
  browser = await startBrowser();
  const drawing = await browser.context.newPage();
  for (let camera = 0; camera < NAMES.length; camera++) {
    const thermal = NAMES[camera] === 'thermal';
    pictures.push(await drawPictures(drawing, { camera, ...(thermal ? { width: 320, height: 256 } : {}) }));
  }
  await drawing.close();
});
after(() => browser.stop());
beforeEach(async () => {
  relay = await startRelay();
  ({ page, problems } = await newPage(browser.context));
});
afterEach(async () => {
  for (const publisher of publishers) publisher.stop();
  publishers = [];
  await page.close();
  await relay.stop();
  assert.deepEqual(problems, []);
});

/**
 * Ends the relay, too: the hook that does so does not run for a test that is skipped from inside.
 * @param {import('node:test').TestContext} t
 * @param {string} why
 */
async function skip(t, why) {
  await page.close();
  await relay.stop();
  t.skip(why);
}

/**
 * @param {string} name
 * @param {number} [fps]
 */
async function publish(name, fps) {
  const publisher = new Publisher(relay.url, name, pictures[Math.max(0, NAMES.indexOf(name))], fps);
  publishers.push(publisher);
  await publisher.registered;
  return publisher;
}

/** @param {string} name */
const tile = (name) => page.locator('camera-tile', { has: page.getByRole('heading', { name, exact: true }) });

/**
 * @param {string} name
 * @param {string} state
 */
const inState = (name, state) =>
  tile(name).and(page.locator(`[data-state="${state}"]`)).waitFor({ timeout: 15_000 });

/**
 * @param {() => boolean | Promise<boolean>} condition
 * @param {string} what
 */
async function until(condition, what) {
  const limit = Date.now() + 15_000;
  while (!(await condition())) {
    if (Date.now() > limit) assert.fail(`never came true: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function noSeriousAxeFindings() {
  // Past the page's policy, which would refuse a script of a test.
  await page.evaluate(await readFile(AXE, 'utf8'));
  const findings = await page.evaluate(async () => {
    const { violations } = await /** @type {any} */ (globalThis).axe.run();
    return violations
      .filter((/** @type {any} */ found) => ['serious', 'critical'].includes(found.impact))
      .map((/** @type {any} */ found) => `${found.id}: ${found.nodes[0].html} ${found.nodes[0].failureSummary}`);
  });
  assert.deepEqual(findings, []);
}

test('a wall of seven cameras shows the right pixels of each, live', async () => {
  for (const name of NAMES) await publish(name);
  await page.goto(relay.url);
  for (const [camera, name] of NAMES.entries()) {
    await inState(name, 'live');
    const first = await readMarker(page, name);
    assert.equal(first >> 8, camera, `${name} shows the picture of its own camera`);
    await until(async () => (await readMarker(page, name)) !== first, `${name} moves`);
    const frame = (await readMarker(page, name)) & 0xff;
    assert.ok(frame < pictures[camera].images.length, `${name} shows frame ${frame}`);
  }
  await until(async () => (await page.locator('#fact-cameras').textContent()) === '7 of 7 live', 'counts');
  await until(async () => (await page.locator('#cameras tbody tr:not([hidden])').count()) === 7, 'rows of cameras');
  await until(async () => (await page.locator('#viewers tbody tr:not([hidden])').count()) === 1, 'the row of this page');
  assert.match((await tile('front').locator('.figures').textContent()) ?? '', /fps.*640×360.*bit\/s/);
  await page.waitForTimeout(3500);
  for (const scheme of /** @type {const} */ (['dark', 'light'])) {
    await page.emulateMedia({ colorScheme: scheme });
    await shot(page, `wall-${scheme}`);
    await noSeriousAxeFindings();
  }
});

test('without a camera it says what to do next, and the picture then appears by itself', async () => {
  await page.goto(relay.url);
  await page.locator('#empty').waitFor();
  assert.equal(
    await page.locator('#command').textContent(),
    `scripts/agent.sh --relay ws://127.0.0.1:${relay.port}/ws --name front --source test`,
  );
  for (const scheme of /** @type {const} */ (['dark', 'light'])) {
    await page.emulateMedia({ colorScheme: scheme });
    await shot(page, `empty-${scheme}`);
    await noSeriousAxeFindings();
  }
  await publish('front');
  await inState('front', 'live');
  assert.equal(await page.locator('#empty').isVisible(), false);
});

test('a camera that stops sending is frozen within three seconds, greyed, and comes back', async () => {
  const front = await publish('front');
  await publish('rear');
  await page.goto(relay.url);
  await inState('front', 'live');
  await inState('rear', 'live');
  front.silent = true;
  const stopped = Date.now();
  await inState('front', 'frozen');
  assert.ok(Date.now() - stopped < 3000, 'said in time');
  assert.match((await tile('front').locator('.veil').textContent()) ?? '', /^Frozen since \d\d:\d\d:\d\d$/);
  assert.equal(await tile('rear').getAttribute('data-state'), 'live');
  await shot(page, 'stale');
  front.silent = false;
  await inState('front', 'live');
});

test('identical bytes with advancing time stamps count as frozen', async () => {
  const front = await publish('front');
  await page.goto(relay.url);
  await inState('front', 'live');
  front.stuck = true;
  await inState('front', 'frozen');
  const sent = front.sent;
  await until(() => front.sent > sent + 5, 'frames go on');
  assert.equal(await tile('front').getAttribute('data-state'), 'frozen');
  front.stuck = false;
  await inState('front', 'live');
});

test('a camera that leaves stays as offline until it is put away', async () => {
  const front = await publish('front');
  await page.goto(relay.url);
  await inState('front', 'live');
  front.stop();
  await inState('front', 'offline');
  assert.match((await tile('front').locator('.veil').textContent()) ?? '', /^Offline since \d\d:/);
  await tile('front').getByRole('button', { name: 'Put away' }).click();
  await page.locator('#empty').waitFor();
});

test('the page recovers by itself when the relay restarts', async () => {
  await publish('front');
  await page.goto(relay.url);
  await inState('front', 'live');
  const { port } = relay;
  await relay.stop();
  await page.locator('#banner').waitFor();
  await page.waitForTimeout(1500);
  await shot(page, 'lost');
  assert.match((await page.locator('#banner-text').textContent()) ?? '', /^Connection lost\. /);
  relay = await startRelay(port);
  await publish('front');
  await inState('front', 'live');
  await page.locator('#banner').waitFor({ state: 'hidden' });
});

test('only what is on screen is asked for', async () => {
  for (const name of NAMES) await publish(name);
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto(relay.url);
  await inState('front', 'live');
  await page.waitForTimeout(2500);
  await shot(page, 'phone');
  assert.equal(publishers[6].streaming, false, 'the last camera is below the fold');
  await tile('thermal').scrollIntoViewIfNeeded();
  await inState('thermal', 'live');
  await until(() => !publishers[0].streaming, 'the first camera has left the screen');
});

test('a hidden page stops its streams and takes them up again', async () => {
  const front = await publish('front');
  await page.goto(relay.url);
  await inState('front', 'live');
  await setHidden(true);
  await until(() => !front.streaming, 'the stream stops');
  await setHidden(false);
  await inState('front', 'live');
});

/** @param {boolean} hidden */
async function setHidden(hidden) {
  // A headless browser never hides a page, so the page is told so.
  await page.evaluate((value) => {
    Object.defineProperty(document, 'visibilityState', {
      configurable: true,
      get: () => (value ? 'hidden' : 'visible'),
    });
    document.dispatchEvent(new Event('visibilitychange'));
  }, hidden);
}

test('one camera large: by click and by keyboard, alone on the wire, Escape and Back return', async () => {
  const front = await publish('front');
  const rear = await publish('rear');
  await page.goto(relay.url);
  await inState('front', 'live');
  await inState('rear', 'live');
  await tile('front').locator('.screen').click();
  await page.locator('camera-tile.large').waitFor();
  assert.equal(await tile('rear').isVisible(), false);
  await until(() => front.streaming && !rear.streaming, 'only the large one is sent');
  await page.waitForTimeout(2500);
  assert.match(
    (await tile('front').locator('.latency').textContent()) ?? '',
    /capture → relay [\d.]+ ms {3}relay → page [\d.]+ ms {3}page → drawn [\d.]+ ms {3}all [\d.]+ ms ± [\d.]+ ms/,
  );
  const stats = await (await fetch(new URL('stats', relay.url))).json();
  const hops = stats.viewers.map((/** @type {any} */ viewer) => viewer.latency.front).find(Boolean);
  assert.ok(hops.toScreen.p50 >= hops.toViewer.p50 - hops.toViewer.errorMs, JSON.stringify(hops));
  await shot(page, 'large');
  await noSeriousAxeFindings();
  await page.keyboard.press('Escape');
  await inState('rear', 'live');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Enter');
  await page.locator('camera-tile.large', { hasText: 'rear' }).waitFor();
  assert.match(page.url(), /#camera=rear$/);
  await page.goBack();
  await inState('front', 'live');
});

test('a snapshot is the camera\'s image to the byte', async () => {
  await publish('front');
  await page.goto(relay.url);
  await inState('front', 'live');
  const coming = page.waitForEvent('download');
  await tile('front').getByRole('button', { name: 'Save a picture of front' }).click();
  const download = await coming;
  assert.match(download.suggestedFilename(), /^front-\d{4}-\d\d-\d\dT.*\.jpg$/);
  const saved = await readFile(await download.path());
  assert.ok(pictures[0].images.some((image) => image.equals(saved)));
});

test('the order and the number of columns are remembered', async () => {
  for (const name of ['a', 'b', 'c']) await publish(name);
  await page.goto(relay.url);
  await inState('c', 'live');
  await tile('c').locator('.screen').focus();
  await page.keyboard.press('Alt+ArrowLeft');
  await page.locator('#columns').selectOption('2');
  await page.reload();
  await inState('c', 'live');
  assert.deepEqual(await page.locator('camera-tile .name').allTextContents(), ['a', 'c', 'b']);
  assert.equal(await page.locator('#columns').inputValue(), '2');
  await page.evaluate(() => localStorage.clear());
});

test('the rate the operator chooses is the rate that is asked for', async (t) => {
  if (!(relay instanceof FakeRelay)) return skip(t, 'needs the double');
  const double = relay;
  await publish('front');
  await page.goto(relay.url);
  await inState('front', 'live');
  await page.locator('#rate').selectOption('5');
  await until(() => double.heard.at(-1)?.maxFps === 5, 'asked for 5');
  await page.locator('#rate').selectOption('0');
  await until(() => double.heard.at(-1)?.type === 'request_stream' && !('maxFps' in (double.heard.at(-1) ?? {})), 'asked for all');
  await page.evaluate(() => localStorage.clear());
});

test('a connection that goes silent without closing is noticed and replaced', async (t) => {
  if (!(relay instanceof FakeRelay)) return skip(t, 'needs the double');
  await publish('front');
  await page.goto(relay.url);
  await inState('front', 'live');
  relay.freeze();
  for (const publisher of publishers) publisher.stop();
  await inState('front', 'frozen');
  await publish('front');
  await tile('front').and(page.locator('[data-state="live"]')).waitFor({ timeout: 20_000 });
});

test('a slow viewer is named in a sentence, one who asked for less is not', async (t) => {
  if (!(relay instanceof FakeRelay)) return skip(t, 'needs the double');
  await publish('front');
  const started = Date.now();
  const row = (/** @type {string} */ id, /** @type {string} */ address, /** @type {number} */ fps, /** @type {object} */ skippedPerSecond) => {
    const seconds = (Date.now() - started) / 1000;
    return {
      id, address, cameras: ['front'], deliveredFps: fps, bytesPerSecond: fps * 45_000,
      delivered: Math.round(fps * seconds),
      skipped: Object.fromEntries(Object.entries(skippedPerSecond).map(([cause, rate]) => [cause, Math.round(rate * seconds)])),
      pending: 1, inFlight: 2, deliveryMs: 212, linkBitsPerSecond: 1.1e6, roundTripMs: 84, connectedMs: seconds * 1000,
    };
  };
  relay.extra = () => ({
    viewers: [
      row('client_slow', '10.0.0.31:50110', 3.1, { link: 26.9 }),
      row('client_modest', '10.0.0.32:50111', 5, { rate: 25 }),
      row('client_stuck', '10.0.0.33:50112', 0, { stalled: 30 }),
    ],
  });
  await page.goto(relay.url);
  await until(async () => (await page.locator('#sentences li').count()) === 2, 'two sentences');
  await until(
    async () => /^10\.0\.0\.31:50110: its link carries 3\.\d of (29|30|31)\.\d fps \(1\.1 Mbit\/s, round trip 84 ms\)\.$/.test((await page.locator('#sentences li').first().textContent()) ?? ''),
    'the slow one',
  );
  assert.match((await page.locator('#sentences li').nth(1).textContent()) ?? '', /^10\.0\.0\.33:50112 takes nothing/);
  assert.equal(await page.locator('#fact-viewers').textContent(), '4, 2 slow');
  await page.locator('#viewers').scrollIntoViewIfNeeded();
  await shot(page, 'slow');
});

test('hostile names are shown as text', async (t) => {
  if (!(relay instanceof FakeRelay)) return skip(t, 'a real relay refuses such names');
  const name = '<img src=x onerror=alert(1)>"\'&';
  await publish(name);
  relay.extra = () => ({ viewers: [{ ...emptyViewer('<script>alert(2)</script>'), address: '<b>x</b>' }] });
  await page.goto(relay.url);
  await inState(name, 'live');
  await until(async () => (await page.locator('#viewers tbody tr:not([hidden])').count()) === 2, 'rows');
  assert.equal(await page.locator('img, main script, main b').count(), 0);
});

test('a thousand viewers in the table stay smooth', async (t) => {
  if (!(relay instanceof FakeRelay)) return skip(t, 'needs the double');
  let round = 0;
  relay.extra = () => {
    round++;
    return { viewers: Array.from({ length: 1000 }, (_, i) => ({ ...emptyViewer(`client_${i}`), delivered: round * i })) };
  };
  await publish('front');
  await page.goto(relay.url);
  await until(async () => (await page.locator('#viewers').getAttribute('aria-rowcount')) === '1002', 'all rows');
  await page.locator('#viewers').scrollIntoViewIfNeeded();
  const scroller = page.locator('.scroller', { has: page.locator('#viewers') });
  await scroller.evaluate((element) => element.scrollTo(0, element.scrollHeight));
  await page.getByRole('rowheader', { name: 'client_999', exact: true }).waitFor();
  assert.ok((await page.locator('#viewers tbody tr').count()) < 60, 'only rows in sight exist');
  const longest = await page.evaluate(async () => {
    let worst = 0;
    const observer = new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) worst = Math.max(worst, entry.duration);
    });
    observer.observe({ type: 'longtask' });
    await new Promise((resolve) => setTimeout(resolve, 4000));
    return worst;
  });
  t.diagnostic(`longest task with 1,001 rows: ${longest} ms`);
  assert.ok(longest < 200, `a task took ${longest} ms`);
});

/** @param {string} id */
function emptyViewer(id) {
  return {
    id, address: id, cameras: ['front'], deliveredFps: 10, bytesPerSecond: 1e5, delivered: 1, skipped: {},
    pending: 0, inFlight: -1, deliveryMs: -1, linkBitsPerSecond: -1, roundTripMs: -1, connectedMs: 1,
  };
}

test('a token in the address is used and taken out of it', async (t) => {
  if (!(relay instanceof FakeRelay)) return skip(t, 'needs the double');
  relay.token = 'secret';
  await publish('front');
  await page.goto(`${relay.url}/?token=secret`);
  await inState('front', 'live');
  assert.equal(page.url(), `${relay.url}/`);
});

test('an unhealthy relay says why', async (t) => {
  if (!(relay instanceof FakeRelay)) return skip(t, 'needs the double');
  relay.reasons = ['draining'];
  await page.goto(relay.url);
  await until(async () => (await page.locator('#health').textContent()) === 'Unhealthy: draining', 'reason');
});
