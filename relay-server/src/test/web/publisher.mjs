// SPDX-License-Identifier: MIT
import { WebSocket } from 'ws';

/** A camera for tests: registers as a `jetson`, obeys the relay's demand, sends given images in turn. */
export class Publisher {
  sent = 0;
  streaming = false;
  /** While true the same image is sent again and again, with advancing time stamps. */
  stuck = false;
  /** While true nothing is sent although the relay asks for it. */
  silent = false;
  #timer;
  #next = 0;

  /**
   * @param {string} relay http address
   * @param {string} name
   * @param {{images: Buffer[], width: number, height: number}} pictures
   * @param {number} [fps]
   */
  constructor(relay, name, pictures, fps = 10) {
    this.socket = new WebSocket(`${relay.replace(/^http/, 'ws')}/ws`);
    this.socket.on('error', () => {});
    this.registered = new Promise((resolve, reject) => {
      this.socket.on('close', () => reject(new Error(`${name} was not registered`)));
      this.socket.on('message', (data) => {
        const message = JSON.parse(String(data));
        if (message.type === 'welcome') {
          const { width, height } = pictures;
          const features = ['clock'];
          this.#say({ type: 'client_type', clientType: 'jetson', name, features, width, height });
        }
        if (message.type === 'clock_probe') {
          const now = Date.now();
          this.#say({ type: 'clock_answer', probe: message.probe, receivedAt: now, sentAt: now });
        }
        if (message.type === 'registration_success') resolve(undefined);
        if (message.type === 'start_streaming') this.streaming = true;
        if (message.type === 'stop_streaming') this.streaming = false;
      });
    });
    this.registered.catch(() => {});
    this.#timer = setInterval(() => {
      if (!this.streaming || this.silent || this.socket.readyState !== WebSocket.OPEN) return;
      const image = pictures.images[this.#next % pictures.images.length];
      if (!this.stuck) this.#next++;
      this.#say({ type: 'image_data', format: 'jpeg', timestamp: String(Date.now()), size: image.length });
      this.socket.send(image, { binary: true });
      this.sent++;
    }, 1000 / fps);
  }

  stop() {
    clearInterval(this.#timer);
    this.socket.terminate();
  }

  /** @param {object} message */
  #say(message) {
    this.socket.send(JSON.stringify(message));
  }
}
