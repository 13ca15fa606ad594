// A line between a client and the server that a test can cut, mend, or make swallow everything.

import { createServer, connect } from 'node:net';
import { once } from 'node:events';

/** A TCP proxy on a free port of loopback. */
export class Line {
  #server;
  #pairs = new Set();
  #cut = false;
  #swallowing = false;

  /** How many connections were refused while the line was cut. */
  refusals = 0;

  /** Opens a line to `url`; clients use the line's own `url` in its place. */
  static async to(url) {
    const line = new Line();
    const { hostname, port } = new URL(url);
    line.#server = createServer((near) => line.#accept(near, connect(Number(port), hostname)));
    line.#server.listen(0, '127.0.0.1');
    await once(line.#server, 'listening');
    line.url = `http://127.0.0.1:${line.#server.address().port}`;
    return line;
  }

  #accept(near, far) {
    const pair = [near, far];
    for (const socket of pair) socket.on('error', () => {});
    if (this.#cut) {
      this.refusals += 1;
      for (const socket of pair) socket.destroy();
      return;
    }
    this.#pairs.add(pair);
    near.pipe(far);
    far.pipe(near);
    const end = () => {
      if (this.#swallowing) return;
      this.#pairs.delete(pair);
      for (const socket of pair) socket.destroy();
    };
    near.on('close', end);
    far.on('close', end);
    if (this.#swallowing) this.#swallow(pair);
  }

  #swallow(pair) {
    for (const socket of pair) {
      socket.unpipe();
      socket.resume();
    }
  }

  #destroyAll() {
    for (const pair of this.#pairs) {
      for (const socket of pair) socket.destroy();
    }
    this.#pairs.clear();
  }

  /** Ends every connection at both ends, and refuses new ones until mended. */
  cut() {
    this.#cut = true;
    this.#destroyAll();
  }

  /** Lets connections through again. */
  mend() {
    this.#cut = false;
  }

  /** From now on nothing gets through and neither end is told: a cable pulled. */
  swallow() {
    this.#swallowing = true;
    for (const pair of this.#pairs) this.#swallow(pair);
  }

  /** Closes the line for good. */
  async close() {
    this.#destroyAll();
    this.#server.close();
    await once(this.#server, 'close');
  }
}
