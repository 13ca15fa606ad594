// A world in which nothing happens by itself: a clock, lines that carry one frame when they are
// told to, and a client and a server at their ends. One seed decides everything.

import { EasyrtcSocket } from '../easyrtc-socket.mjs';
import { ProtocolServer } from './protocol-server.mjs';

/** Numbers from 0 to 1 that a seed determines (mulberry32). */
export function randomNumbers(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Time that passes when it is told to. */
export class Clock {
  now = 0;
  #timers = new Map();
  #last = 0;

  setTimeout = (action, delay) => {
    this.#last += 1;
    this.#timers.set(this.#last, { at: this.now + Math.max(delay, 0), action });
    return this.#last;
  };

  clearTimeout = (timer) => this.#timers.delete(timer);

  /** How many timers run. */
  get size() {
    return this.#timers.size;
  }

  /** Goes on to the next timer and runs it; false if there is none within `limit` ms. */
  advance(limit = Infinity) {
    const [next] = [...this.#timers].sort(([, a], [, b]) => a.at - b.at);
    if (!next || next[1].at > this.now + limit) return false;
    const [timer, { at, action }] = next;
    this.#timers.delete(timer);
    this.now = at;
    action();
    return true;
  }
}

/** One line: a WebSocket at the client's end, and what is on its way. */
class Line {
  toServer = [];
  toClient = [];
  /** What is held back: an end that does not hear of a cut waits for ever. */
  deaf = { client: false, server: false };
  opened = false;
  #server = null;
  #world;
  #resume;

  constructor(world, url) {
    this.#world = world;
    this.#resume = new URL(url).searchParams.get('resume') === '1';
    this.client = {
      send: (text) => this.toServer.push({ text }),
      close: (code = 1005) => this.toServer.push({ code }),
    };
    if (world.down) this.toClient.push({ code: 1006 });
    else this.toClient.push({ open: true });
  }

  /** Loses all that is on its way; each end hears of it, or not. */
  cut(clientHears, serverHears) {
    this.toServer = serverHears ? [{ code: 1006 }] : [];
    this.toClient = clientHears ? [{ code: 1006 }] : [];
    this.client.send = this.client.close = () => {};
    this.deaf = { client: true, server: true };
  }

  deliverToClient() {
    const { text, code, open } = this.toClient.shift();
    if (open) {
      this.opened = true;
      const end = {
        send: (frame) => this.deaf.client || this.toClient.push({ text: frame }),
        close: (reason) => this.deaf.client || this.toClient.push({ code: reason }),
      };
      this.#server = this.#world.server.accept(end, this.#resume);
      this.client.onopen?.({});
    } else if (code !== undefined) {
      this.toServer = [];
      this.#server?.lost(1006);
      this.#world.lines.delete(this);
      this.client.onclose?.({ code, reason: '' });
    } else {
      const { told } = this.#world;
      const before = told.length;
      this.client.onmessage?.({ data: text });
      const begun = told.slice(before).some(([event]) => event === 'connect');
      if (begun) this.#world.session = this.#server.session();
    }
  }

  deliverToServer() {
    const { text, code } = this.toServer.shift();
    if (code === undefined) return this.#server?.take(text);
    this.#server?.lost(code);
    if (!this.deaf.client) this.#world.lines.delete(this);
  }
}

export class World {
  lines = new Set();
  clock = new Clock();
  /** Whether new lines fail. */
  down = false;
  /** The session that the client knows of, if any: some it never gets to know. */
  session = null;
  /** Everything the socket told, in order: `[event, …values]`. */
  told = [];
  #listeners = { online: new Set(), offline: new Set() };

  constructor(seed, { server = {}, socket = {} } = {}) {
    const world = this;
    this.random = randomNumbers(seed);
    const { setTimeout, clearTimeout } = this.clock;
    this.server = new ProtocolServer({ setTimeout, clearTimeout, ...server });
    this.socket = new EasyrtcSocket('ws://server.test', {
      WebSocket: class {
        constructor(url) {
          const line = new Line(world, url);
          world.lines.add(line);
          return line.client;
        }
      },
      network: {
        addEventListener: (event, listener) => this.#listeners[event].add(listener),
        removeEventListener: (event, listener) => this.#listeners[event].delete(listener),
      },
      setTimeout,
      clearTimeout,
      random: this.random,
      ...socket,
    });
    for (const event of ['connect', 'disconnect', 'connect_error', 'suspend', 'resume', 'error']) {
      this.socket.on(event, (...values) => this.told.push([event, ...values]));
    }
  }

  /** The names of what the socket told. */
  get names() {
    return this.told.map(([event]) => event);
  }

  /** Tells the page that the network has changed. */
  network(event) {
    for (const listener of this.#listeners[event]) listener();
  }

  get networkListeners() {
    return this.#listeners.online.size + this.#listeners.offline.size;
  }

  pick(choices) {
    return choices[Math.floor(this.random() * choices.length)];
  }

  /** Everything that could be delivered now. */
  deliveries() {
    return [...this.lines].flatMap((line) => [
      ...(line.toClient.length ? [() => line.deliverToClient()] : []),
      ...(line.toServer.length && line.opened ? [() => line.deliverToServer()] : []),
    ]);
  }

  /** Cuts every line. */
  cut({ clientHears = true, serverHears = true } = {}) {
    for (const line of this.lines) line.cut(clientHears, serverHears);
  }

  /** Delivers all there is, without letting time pass. */
  settle() {
    for (let all = this.deliveries(); all.length; all = this.deliveries()) this.pick(all)();
  }

  /** Delivers and lets time pass until `condition` holds; throws if it doesn't for too long. */
  until(what, condition) {
    for (let step = 0; step < 10_000; step += 1) {
      this.settle();
      if (condition()) return;
      if (!this.clock.advance()) break;
    }
    throw new Error(`never: ${what} (told: ${JSON.stringify(this.told)})`);
  }

  /** Delivers and lets `time` ms pass. */
  pass(time) {
    const end = this.clock.now + time;
    this.settle();
    while (this.clock.advance(end - this.clock.now)) this.settle();
    this.clock.now = end;
  }
}
