// A line to the server that can be cut, and mended from another address: a client on the move.

import { connect, createServer } from 'node:net';
import { once } from 'node:events';

export class Relay {
  #server;
  #sockets = new Set();
  #cut = false;

  /** The address that the server sees new connections come from. */
  from = '127.0.0.1';

  /** How many bytes the next connection carries before it breaks, in both directions together. */
  nextBudget = () => Infinity;

  /** How many connections broke so. */
  broken = 0;

  /** Those addresses that it has seen. */
  seen = [];

  /** Opens a relay to `url`, its `target` until it is given another; clients use its own `url`, which stays. */
  static async to(url) {
    const relay = new Relay();
    relay.target = url;
    relay.#server = createServer((near) => {
      if (relay.#cut) return near.destroy();
      const { hostname: host, port } = new URL(relay.target);
      const far = connect({ host, port: Number(port), localAddress: relay.from });
      relay.seen.push(relay.from);
      relay.#join(near, far);
    });
    relay.#server.listen(0, '127.0.0.1');
    await once(relay.#server, 'listening');
    relay.url = `http://127.0.0.1:${relay.#server.address().port}`;
    return relay;
  }

  #join(near, far) {
    let left = this.nextBudget();
    for (const [socket, other] of [[near, far], [far, near]]) {
      this.#sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        this.#sockets.delete(socket);
        other.destroy();
      });
      if (left === Infinity) {
        socket.pipe(other);
        continue;
      }
      socket.on('data', (data) => {
        const part = data.subarray(0, left);
        left -= part.length;
        if (left > 0) return other.write(part);
        this.broken += 1;
        // What came before the break arrives still.
        other.end(part, () => other.destroy());
        socket.destroy();
      });
    }
  }

  /** Ends every connection at both ends, and refuses new ones until mended. */
  cut() {
    this.#cut = true;
    for (const socket of this.#sockets) socket.destroy();
  }

  /** Lets connections through again; the server sees them come from `from`. */
  mend(from = this.from) {
    this.from = from;
    this.#cut = false;
  }

  async close() {
    this.cut();
    this.#server.close();
    await once(this.#server, 'close');
  }
}
