// SPDX-License-Identifier: MIT
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { test } from 'node:test';
import { newPage, startBrowser } from './browser.mjs';
import { drawPictures } from './pictures.mjs';
import { Publisher } from './publisher.mjs';
import { startRelay } from './relay.mjs';

const FEED = new URL('../../main/resources/web/relay-feed.js', import.meta.url);
const PAGE = new URL('../../../../docs/web-client.md', import.meta.url);

/** The whole page that the documentation shows, with another relay's address in it. */
async function documentedPage(/** @type {number} */ port) {
  const html = /```html\n(.*?)```/s.exec(await readFile(PAGE, 'utf8'))?.[1] ?? '';
  const here = html.replaceAll('ws://relay.local:8080/', `ws://127.0.0.1:${port}/`);
  assert.notEqual(here, html, 'the documented page names a relay');
  return here;
}

/**
 * Serves the page beside a copy of the module, as the documentation says.
 * @param {import('node:test').TestContext} t
 * @param {string} html
 */
async function serve(t, html) {
  const feed = await readFile(FEED);
  const server = createServer((request, response) => {
    if (request.url === '/') {
      response.writeHead(200, { 'content-type': 'text/html; charset=UTF-8' }).end(html);
    } else if (request.url === '/relay-feed.js') {
      response.writeHead(200, { 'content-type': 'text/javascript' }).end(feed);
    } else {
      response.writeHead(204).end(); // an icon
    }
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  t.after(() => server.close());
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}/`;
}

// Pages of other hosts are welcome in this test.
process.env.ORIGINS = '*';

test('the page of the documentation shows a camera, says when it is stale, and comes back', async (t) => {
  const relay = await startRelay();
  t.after(() => relay.stop());
  const browser = await startBrowser();
  t.after(() => browser.stop());
  const { page, problems } = await newPage(browser.context);
  const pictures = await drawPictures(page, { camera: 1 });
  const publisher = new Publisher(relay.url, 'front', pictures);
  t.after(() => publisher.stop());
  await publisher.registered;

  await page.goto(await serve(t, await documentedPage(relay.port)));

  const state = page.locator('#state', { hasText: /^live$/ });
  await state.waitFor({ timeout: 15_000 });
  await page.waitForFunction(
    ({ width, height }) => {
      const canvas = /** @type {HTMLCanvasElement} */ (document.getElementById('picture'));
      const pixel = canvas.getContext('2d')?.getImageData(width / 2, 10, 1, 1).data;
      return canvas.width === width && canvas.height === height && pixel?.[3] === 255;
    },
    { width: pictures.width, height: pictures.height },
    { timeout: 15_000 },
  );

  publisher.silent = true;
  await page.locator('canvas.stale').waitFor({ state: 'attached', timeout: 15_000 });
  publisher.silent = false;
  await page.locator('canvas:not(.stale)').waitFor({ state: 'attached', timeout: 15_000 });
  await state.waitFor({ timeout: 15_000 });
  assert.deepEqual(problems, []);
});
