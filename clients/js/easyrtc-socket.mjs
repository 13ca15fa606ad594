// A socket with the members of a Socket.IO socket that EasyRTC clients use, over the raw WebSocket
// of the EasyRTC server. When the line is cut, the session goes on over the next line: nothing is
// lost, nothing comes twice, and whoever uses the socket is not told of a disconnect.
// What members and options mean is written in easyrtc-socket.d.ts.

import { MAX_ATTACHMENTS, Outbox, decode, encode } from './easyrtc-frames.mjs';

/** @typedef {import('./easyrtc-socket.d.ts').EasyrtcSocket} Declared */
/** @typedef {import('./easyrtc-socket.d.ts').EasyrtcSocketOptions} Options */
/** @typedef {(...values: any[]) => void} Listener */
/** @typedef {{ token?: string, keepTime: number, maxMessage: number, received: number }} Session */

const SUBPROTOCOL = 'easyrtc.v1.json';
const PATH = '/ws';

/** How often the server is told what was received, in ms: it accepts no more. */
const REPORT_INTERVAL = 1000;

/** The server refuses or dismisses the client: to come back by itself would not help. */
const DISMISSED = 1008;

/** The server could not take what was sent: to send it again would not help. */
const OFFENCES = new Set([1002, 1003, 1007, 1009]);

/** Close codes of ours: one ends the session, one only leaves the line. */
const LEAVE_SESSION = 1000;
const LEAVE_LINE = 4001;

/** What the socket says by itself. */
const RESERVED = new Set([
  ...['connect', 'disconnect', 'connect_error', 'error'],
  ...['suspend', 'resume', 'reconnect_attempt', 'welcome'],
]);

const DEFAULTS = {
  autoConnect: true,
  resume: true,
  reconnection: true,
  reconnectionDelay: 1000,
  reconnectionDelayMax: 5000,
  randomizationFactor: 0.5,
  timeout: 20_000,
  livenessInterval: 15_000,
  livenessTimeout: 10_000,
  maxBufferedBytes: 8_000_000,
  maxPendingAnswers: 10_000,
  // The surroundings; tests bring their own.
  WebSocket: globalThis.WebSocket,
  setTimeout: globalThis.setTimeout.bind(globalThis),
  clearTimeout: globalThis.clearTimeout.bind(globalThis),
  random: Math.random,
  network: typeof globalThis.addEventListener === 'function' ? globalThis : undefined,
};

/** @implements {Declared} */
export class EasyrtcSocket {
  #options;
  #url;
  /** @type {Map<string, Listener[]>} */
  #listeners = new Map();
  /** @type {Map<string, any>} by what they are for */
  #timers = new Map();
  /** @type {boolean | undefined} whether a connection is wanted; undefined before the first use */
  #wanted;
  #attempts = 0;
  /** @type {WebSocket | null} The line in use, or being opened. */
  #line = null;
  /** Whether the line has had its welcome. */
  #open = false;
  /** Whether nothing has come since the line was last watched. */
  #silent = false;
  /** @type {Session | null} */
  #session = null;
  #outbox = new Outbox();
  /** @type {Map<number, Listener>} by the ids of what was emitted */
  #answers = new Map();
  #lastId = 0;

  /** @param {string | URL} [url] @param {Options} [options] */
  constructor(url, options = {}) {
    const given = Object.entries(options).filter(([, value]) => value !== undefined);
    this.#options = { ...DEFAULTS, .../** @type {typeof options} */ (Object.fromEntries(given)) };
    this.#url = new URL(url || '/', globalThis.location?.href);
    this.#url.protocol = this.#url.protocol.replace('http', 'ws');
    if (this.#url.pathname === '/') this.#url.pathname = PATH;
  }

  get connected() {
    return this.#session !== null;
  }

  connect() {
    if (this.#wanted) return this;
    this.#wanted = true;
    this.#attempts = 0;
    this.#heedNetwork('addEventListener');
    this.#openLine();
    return this;
  }

  disconnect() {
    this.#giveUp();
    this.#dropLine(LEAVE_SESSION);
    this.#endSession('io client disconnect');
    return this;
  }

  close() {
    return this.disconnect();
  }

  /** @param {string} event @param {Listener} listener */
  on(event, listener) {
    this.#listeners.set(event, [...(this.#listeners.get(event) ?? []), listener]);
    if (event === 'easyrtcCmd') this.#connectByItself();
    return this;
  }

  /** @param {string} event @param {Listener} [listener] */
  off(event, listener) {
    const rest = (this.#listeners.get(event) ?? []).filter((other) => other !== listener);
    this.#listeners.set(event, listener ? rest : []);
    return this;
  }

  /** @param {string} event @param {unknown} message @param {Listener} [answer] */
  emit(event, message, answer = () => {}) {
    if (RESERVED.has(event)) throw new TypeError(`"${event}" is a reserved event name`);
    const id = ++this.#lastId;
    const { text, bytes, attachments } = encode({ event, id, message });
    const refusal = this.#refusal(bytes, attachments);
    if (refusal) {
      // As any answer, it comes after `emit` has returned.
      queueMicrotask(() => answer({ msgType: 'error', msgData: refusal }));
      return this;
    }
    this.#answers.set(id, answer);
    this.#outbox.push({ id, text, bytes });
    if (this.#open) this.#line?.send(text);
    this.#connectByItself();
    return this;
  }

  /** Why a message can't be sent, if it can't, as the server would say it. */
  #refusal(bytes, attachments) {
    const { maxBufferedBytes, maxPendingAnswers } = this.#options;
    if (bytes > (this.#session?.maxMessage ?? Infinity) || attachments > MAX_ATTACHMENTS) {
      return { errorCode: 'MSG_REJECT_BAD_SIZE', errorText: 'The message is too large.' };
    }
    const full =
      (this.#outbox.bytes + bytes > maxBufferedBytes && 'maxBufferedBytes') ||
      (this.#answers.size >= maxPendingAnswers && 'maxPendingAnswers');
    return full && { errorCode: 'MSG_REJECT_GEN_FAIL', errorText: `Too much waits: ${full}.` };
  }

  #run(listener, ...values) {
    try {
      listener(...values);
    } catch (error) {
      // One listener's mistake must reach the console, and nobody else.
      queueMicrotask(() => {
        throw error;
      });
    }
  }

  #tell(event, ...values) {
    for (const listener of this.#listeners.get(event) ?? []) this.#run(listener, ...values);
  }

  #after(name, delay, action) {
    this.#stop(name);
    const run = () => {
      this.#timers.delete(name);
      action();
    };
    this.#timers.set(name, this.#options.setTimeout(run, delay));
  }

  #stop(...names) {
    for (const name of names) {
      this.#options.clearTimeout(this.#timers.get(name));
      this.#timers.delete(name);
    }
  }

  /** The first use opens the line, and no earlier: the server waits for a login only so long. */
  #connectByItself() {
    if (this.#options.autoConnect && this.#wanted === undefined) this.connect();
  }

  #openLine() {
    const { resume, timeout, WebSocket } = this.#options;
    const url = new URL(this.#url);
    if (resume) url.searchParams.set('resume', '1');
    this.#after('opening', timeout, () => this.#lose(0, 'timeout'));
    /** @type {WebSocket} */
    let line;
    try {
      line = this.#line = new WebSocket(url.href, SUBPROTOCOL);
    } catch (error) {
      // A page's policy may forbid the address.
      return this.#after('opening', 0, () => this.#lose(0, String(error)));
    }
    const mine = () => this.#line === line;
    line.onopen = () => {
      const { token, received } = this.#session ?? {};
      if (mine() && resume) line.send(JSON.stringify({ resume: { token, received } }));
    };
    line.onmessage = ({ data }) => mine() && this.#receive(data);
    line.onclose = ({ code, reason }) => mine() && this.#lose(code, reason);
    // A close follows.
    line.onerror = () => {};
  }

  #dropLine(code) {
    const line = this.#line;
    this.#line = null;
    this.#open = false;
    this.#stop('opening', 'liveness', 'report', 'retry');
    line?.close(code);
  }

  /** The line is gone, or as good as gone. */
  #lose(code, reason) {
    const welcomed = this.#open;
    this.#dropLine(LEAVE_LINE);
    if (code === DISMISSED) this.#giveUp();
    const why = reason || `WebSocket closed with code ${code}`;
    if (!this.#session) {
      this.#tell('connect_error', new Error(why));
    } else if (code === DISMISSED) {
      this.#endSession('io server disconnect');
    } else if (this.#session.token === undefined || OFFENCES.has(code)) {
      this.#endSession('transport close');
    } else if (welcomed) {
      this.#after('keep', this.#session.keepTime, () => this.#abandon('ping timeout'));
      this.#tell('suspend', why);
    }
    this.#retry();
  }

  /** The session can't go on. */
  #abandon(reason) {
    this.#dropLine(LEAVE_SESSION);
    this.#endSession(reason);
    this.#retry();
  }

  #retry() {
    // A listener may have seen to it.
    if (!this.#wanted || this.#line || this.#timers.has('retry')) return;
    if (!this.#session && !this.#options.reconnection) return this.#giveUp();
    const { reconnectionDelay, reconnectionDelayMax, randomizationFactor } = this.#options;
    const delay = Math.min(reconnectionDelay * 2 ** this.#attempts, reconnectionDelayMax);
    const jitter = 1 + randomizationFactor * (2 * this.#options.random() - 1);
    this.#attempts += 1;
    this.#after('retry', delay * jitter, () => this.#tryAgain());
  }

  #tryAgain() {
    this.#tell('reconnect_attempt', this.#attempts);
    if (this.#wanted && !this.#line) this.#openLine();
  }

  #giveUp() {
    this.#wanted = false;
    this.#heedNetwork('removeEventListener');
  }

  #heedNetwork(method) {
    const { network } = this.#options;
    for (const event of ['online', 'offline']) network?.[method](event, this.#onNetworkChange);
  }

  #endSession(reason) {
    this.#stop('keep');
    if (!this.#session) return;
    this.#session = null;
    // What was sent may have had its effect, so nothing of it is sent in another session.
    this.#answers.clear();
    this.#outbox = new Outbox();
    this.#tell('disconnect', reason);
  }

  #onNetworkChange = () => {
    if (this.#open) return this.#probe();
    if (!this.#timers.has('retry')) return;
    this.#stop('retry');
    this.#attempts = 1;
    this.#tryAgain();
  };

  /** Browsers keep the server's pings to themselves, so a silent line is asked for an answer. */
  #watch() {
    this.#silent = true;
    const act = () => (this.#silent ? this.#probe() : this.#watch());
    this.#after('liveness', this.#options.livenessInterval, act);
  }

  #probe() {
    this.#silent = true;
    this.emit('easyrtcCmd', { msgType: 'stillAlive' });
    const act = () => (this.#silent ? this.#lose(0, 'ping timeout') : this.#watch());
    this.#after('liveness', this.#options.livenessTimeout, act);
  }

  #receive(data) {
    this.#silent = false;
    let frame;
    try {
      frame = Object(decode(data));
    } catch (error) {
      return this.#protest(String(error));
    }
    if (frame.event === 'error') return this.#tell('error', frame.message);
    if (!this.#open) {
      return frame.event === 'welcome' ? this.#welcome(frame.message) : this.#protest('no welcome');
    }
    if ('ack' in frame) {
      this.#count();
      const answer = this.#answers.get(frame.ack);
      if (!answer) return;
      this.#answers.delete(frame.ack);
      this.#outbox.answered(frame.ack);
      this.#run(answer, frame.message);
    } else if ('event' in frame) {
      this.#count();
      if (!RESERVED.has(frame.event)) this.#tell(frame.event, frame.message);
    } else if ('received' in frame && !this.#outbox.confirm(frame.received)) {
      this.#protest('more received than sent');
    }
  }

  #count() {
    if (this.#session) this.#session.received += 1;
    this.#report();
  }

  /** Tells the server before long what has come: until then it keeps that, and older tokens. */
  #report() {
    const session = this.#session;
    if (session?.token === undefined || this.#timers.has('report')) return;
    const report = () => this.#line?.send(JSON.stringify({ received: session.received }));
    this.#after('report', REPORT_INTERVAL, report);
  }

  /** The server broke the rules: nothing it says is sure any more. */
  #protest(what) {
    this.#tell('error', new Error(`bad frame from the server: ${what}`));
    this.#abandon('parse error');
  }

  #welcome({ resumed, received, session, maxMessage = Infinity }) {
    const line = this.#line;
    this.#stop('opening', 'keep');
    this.#attempts = 0;
    const goesOn = resumed && this.#session !== null;
    if (goesOn && !this.#outbox.confirm(received)) return this.#protest('more received than sent');
    if (!goesOn) this.#endSession('session lost');
    // A listener may have had enough.
    if (this.#line !== line) return;
    const { token, keepTime = 0 } = session ?? {};
    this.#session = { token, keepTime, maxMessage, received: this.#session?.received ?? 0 };
    this.#open = true;
    for (const { text } of this.#outbox.frames) line?.send(text);
    this.#watch();
    this.#report();
    this.#tell(goesOn ? 'resume' : 'connect');
  }
}
