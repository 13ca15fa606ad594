// Made from easyrtc-frames.mjs and easyrtc-socket.mjs by build.mjs: change those.
(() => {
'use strict';

const MAX_ATTACHMENTS = 32;

function toBase64(binary) {
  const { buffer, byteOffset, byteLength } = ArrayBuffer.isView(binary)
    ? binary
    : new Uint8Array(binary);
  const bytes = new Uint8Array(buffer, byteOffset, byteLength);
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
}

const fromBase64 = (base64) =>
  Uint8Array.from(atob(base64), (character) => character.charCodeAt(0)).buffer;

function encode(frame) {
  let attachments = 0;
  const text = JSON.stringify(frame, function (key, value) {
    const original = this[key];
    if (original instanceof ArrayBuffer || ArrayBuffer.isView(original)) {
      return { _placeholder: true, num: attachments++, base64: toBase64(original) };
    }
    if (original instanceof Blob) throw new TypeError('send await blob.arrayBuffer(), not a Blob');
    return value;
  });
  return { text, attachments, bytes: new TextEncoder().encode(text).length };
}

function decode(text) {
  if (!text.includes('"base64"')) return JSON.parse(text);
  const attachments = new Map();
  return JSON.parse(text, (_, value) => {
    if (value?._placeholder !== true || typeof value.num !== 'number') return value;
    if (typeof value.base64 === 'string') attachments.set(value.num, fromBase64(value.base64));
    return attachments.get(value.num) ?? value;
  });
}

class Outbox {
  frames = [];
  bytes = 0;
  confirmed = 0;

  push(frame) {
    this.frames.push(frame);
    this.bytes += frame.bytes;
  }

  #drop(count) {
    for (const frame of this.frames.splice(0, count)) this.bytes -= frame.bytes;
    this.confirmed += count;
  }

  confirm(received) {
    const count = received - this.confirmed;
    if (!Number.isSafeInteger(count) || count > this.frames.length) return false;
    this.#drop(Math.max(count, 0));
    return true;
  }

  answered(id) {
    const rest = this.frames.findIndex((frame) => frame.id > id);
    this.#drop(rest < 0 ? this.frames.length : rest);
  }
}

const SUBPROTOCOL = 'easyrtc.v1.json';
const PATH = '/ws';

const REPORT_INTERVAL = 1000;

const DISMISSED = 1008;

const OFFENCES = new Set([1002, 1003, 1007, 1009]);

const LEAVE_SESSION = 1000;
const LEAVE_LINE = 4001;

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
  WebSocket: globalThis.WebSocket,
  setTimeout: globalThis.setTimeout.bind(globalThis),
  clearTimeout: globalThis.clearTimeout.bind(globalThis),
  random: Math.random,
  network: typeof globalThis.addEventListener === 'function' ? globalThis : undefined,
};

class EasyrtcSocket {
  #options;
  #url;
  #listeners = new Map();
  #timers = new Map();
  #wanted;
  #attempts = 0;
  #line = null;
  #open = false;
  #silent = false;
  #session = null;
  #outbox = new Outbox();
  #answers = new Map();
  #lastId = 0;

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

  on(event, listener) {
    this.#listeners.set(event, [...(this.#listeners.get(event) ?? []), listener]);
    if (event === 'easyrtcCmd') this.#connectByItself();
    return this;
  }

  off(event, listener) {
    const rest = (this.#listeners.get(event) ?? []).filter((other) => other !== listener);
    this.#listeners.set(event, listener ? rest : []);
    return this;
  }

  emit(event, message, answer = () => {}) {
    if (RESERVED.has(event)) throw new TypeError(`"${event}" is a reserved event name`);
    const id = ++this.#lastId;
    const { text, bytes, attachments } = encode({ event, id, message });
    const refusal = this.#refusal(bytes, attachments);
    if (refusal) {
      queueMicrotask(() => answer({ msgType: 'error', msgData: refusal }));
      return this;
    }
    this.#answers.set(id, answer);
    this.#outbox.push({ id, text, bytes });
    if (this.#open) this.#line?.send(text);
    this.#connectByItself();
    return this;
  }

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

  #connectByItself() {
    if (this.#options.autoConnect && this.#wanted === undefined) this.connect();
  }

  #openLine() {
    const { resume, timeout, WebSocket } = this.#options;
    const url = new URL(this.#url);
    if (resume) url.searchParams.set('resume', '1');
    this.#after('opening', timeout, () => this.#lose(0, 'timeout'));
    let line;
    try {
      line = this.#line = new WebSocket(url.href, SUBPROTOCOL);
    } catch (error) {
      return this.#after('opening', 0, () => this.#lose(0, String(error)));
    }
    const mine = () => this.#line === line;
    line.onopen = () => {
      const { token, received } = this.#session ?? {};
      if (mine() && resume) line.send(JSON.stringify({ resume: { token, received } }));
    };
    line.onmessage = ({ data }) => mine() && this.#receive(data);
    line.onclose = ({ code, reason }) => mine() && this.#lose(code, reason);
    line.onerror = () => {};
  }

  #dropLine(code) {
    const line = this.#line;
    this.#line = null;
    this.#open = false;
    this.#stop('opening', 'liveness', 'report', 'retry');
    line?.close(code);
  }

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

  #abandon(reason) {
    this.#dropLine(LEAVE_SESSION);
    this.#endSession(reason);
    this.#retry();
  }

  #retry() {
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

  #report() {
    const session = this.#session;
    if (session?.token === undefined || this.#timers.has('report')) return;
    const report = () => this.#line?.send(JSON.stringify({ received: session.received }));
    this.#after('report', REPORT_INTERVAL, report);
  }

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

globalThis.EasyrtcSocket = EasyrtcSocket;
globalThis.io ??= { connect: (url, options) => new EasyrtcSocket(url, options) };
})();
