// SPDX-License-Identifier: MIT

export const MARKER_BITS = 12;
export const MARKER_SIZE = 16;

/**
 * Draws the moving test pictures of one camera in a browser page: a street scene at a time of day
 * of its own, and in the lower left corner a marker that says which camera (four bits) and frame (eight bits) it is.
 * @param {import('playwright-core').Page} page
 * @param {{camera: number, frames?: number, width?: number, height?: number}} what
 * @returns {Promise<{images: Buffer[], width: number, height: number}>}
 */
export async function drawPictures(page, { camera, frames = 24, width = 640, height = 360 }) {
  const encoded = await page.evaluate(drawInPage, {
    camera,
    frames,
    width,
    height,
    bits: MARKER_BITS,
    size: MARKER_SIZE,
  });
  return { images: encoded.map((text) => Buffer.from(text, 'base64')), width, height };
}

/**
 * Reads the marker from a tile's canvas, or returns -1.
 * @param {import('playwright-core').Page} page
 * @param {string} name
 * @returns {Promise<number>}
 */
export function readMarker(page, name) {
  return page.evaluate(
    ({ name, bits, size }) => {
      const tile = [...document.querySelectorAll('camera-tile')].find(
        (each) => each.querySelector('.name')?.textContent === name,
      );
      const canvas = tile?.querySelector('canvas');
      const context = canvas?.getContext('2d');
      if (!canvas || !context || canvas.width < bits * size) return -1;
      let value = 0;
      for (let i = 0; i < bits; i++) {
        const x = i * size + size / 2;
        const [red] = context.getImageData(x, canvas.height - size / 2, 1, 1).data;
        value = (value << 1) | (red > 127 ? 1 : 0);
      }
      return value;
    },
    { name, bits: MARKER_BITS, size: MARKER_SIZE },
  );
}

/** @param {{camera: number, frames: number, width: number, height: number, bits: number, size: number}} what */
async function drawInPage({ camera, frames, width, height, bits, size }) {
  const skies = [
    ['#7fb2dc', '#e6eef2', '#4f6a4a', '#565a5e'],
    ['#1b2740', '#e08a55', '#2c3230', '#33363b'],
    ['#9aa7b0', '#cfd6d8', '#5d6a58', '#61646a'],
    ['#0a0f1c', '#1f2c44', '#11181a', '#1d2126'],
    ['#5d9bd3', '#f4e9d0', '#7d7a4b', '#6b6a66'],
    ['#35406b', '#c96f6a', '#28302f', '#3a3b42'],
    ['#222222', '#5a5a5a', '#2e2e2e', '#444444'],
  ][camera % 7];
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  const pen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'));
  /** @type {string[]} */
  const images = [];
  for (let frame = 0; frame < frames; frame++) {
    const t = frame / frames;
    const horizon = height * 0.45;
    const sky = pen.createLinearGradient(0, 0, 0, horizon);
    sky.addColorStop(0, skies[0]);
    sky.addColorStop(1, skies[1]);
    pen.fillStyle = sky;
    pen.fillRect(0, 0, width, horizon);
    pen.fillStyle = skies[2];
    pen.fillRect(0, horizon, width, height - horizon);
    for (let i = 0; i < 14; i++) {
      const x = ((i * 97 + camera * 53) % 700) / 700;
      const tall = 20 + ((i * 41 + camera * 29) % 70);
      pen.fillStyle = skies[3];
      pen.globalAlpha = 0.5 + (i % 3) * 0.2;
      pen.fillRect(x * width - 30, horizon - tall, 44, tall);
    }
    pen.globalAlpha = 1;
    const vanish = width * (0.4 + 0.05 * camera) + Math.sin(t * 2 * Math.PI) * 12;
    pen.fillStyle = skies[3];
    pen.beginPath();
    pen.moveTo(vanish - 6, horizon);
    pen.lineTo(vanish + 6, horizon);
    pen.lineTo(width * 0.98, height);
    pen.lineTo(width * 0.02, height);
    pen.fill();
    pen.fillStyle = '#e8e4d0';
    for (let i = 0; i < 7; i++) {
      const near = ((i + t * 2) % 7) / 7;
      const y = horizon + near ** 2 * (height - horizon);
      const x = vanish + (width / 2 - vanish) * near ** 2;
      pen.fillRect(x - 1 - 6 * near ** 2, y, 2 + 12 * near ** 2, 2 + 26 * near ** 2);
    }
    const carAt = (t + camera * 0.3) % 1;
    const scale = 0.3 + carAt * 1.4;
    const carX = vanish + (carAt * 0.28 + 0.02) * width;
    const carY = horizon + carAt ** 1.6 * (height - horizon) * 0.75;
    pen.fillStyle = ['#b3372f', '#2f5fb3', '#d8d8d8', '#3d3d3d', '#c99a2e', '#3f8a5d', '#9a9a9a'][camera % 7];
    pen.fillRect(carX - 34 * scale, carY - 18 * scale, 68 * scale, 26 * scale);
    pen.fillRect(carX - 24 * scale, carY - 32 * scale, 48 * scale, 16 * scale);
    pen.fillStyle = '#ffdf9a';
    pen.fillRect(carX - 32 * scale, carY - 8 * scale, 9 * scale, 6 * scale);
    pen.fillRect(carX + 23 * scale, carY - 8 * scale, 9 * scale, 6 * scale);
    const value = (camera << 8) | (frame & 0xff);
    for (let i = 0; i < bits; i++) {
      pen.fillStyle = (value >> (bits - 1 - i)) & 1 ? '#fff' : '#000';
      pen.fillRect(i * size, height - size, size, size);
    }
    const blob = await new Promise((resolve) => canvas.toBlob(resolve, 'image/jpeg', 0.82));
    const bytes = new Uint8Array(await /** @type {Blob} */ (blob).arrayBuffer());
    let text = '';
    for (const byte of bytes) text += String.fromCharCode(byte);
    images.push(btoa(text));
  }
  return images;
}
