// The server's side of the raw WebSocket protocol, as far as a client sees it: sessions, answers
// and resume, over whatever lines it is given. It keeps all it ever took and sent, and logs each
// message once.

import { MessageLog } from './message-log.mjs';
import { answerTo, welcome } from './server-messages.mjs';

/** Close codes by which a client says that it means to leave. */
const LEAVING = new Set([1000, 1001, 1005]);

const REPORT_INTERVAL = 1000;

/** One session. A line has `send(text)` and `close(code)`. */
export class Session {
  /** Messages taken from the client, but for signs of life. */
  taken = [];
  /** Messages emitted to the client. */
  emitted = [];
  ended = false;
  /** Whom the session answers: a message may have to wait. */
  answers = true;

  #server;
  #line = null;
  #log = new MessageLog();
  #received = 0;
  #frames = [];
  #letGo = 0;
  #tokens = [];
  #timers = {};

  constructor(server) {
    this.#server = server;
  }

  /** Begins on a line. */
  begin(line, resumable) {
    this.#line = line;
    if (resumable) this.#tokens = [this.#server.freshToken()];
    this.#welcome({ resumed: false });
  }

  knows(token) {
    return !this.ended && token !== undefined && this.#tokens.includes(token);
  }

  /** Goes on on a line; false if it can't. */
  resume(line, { received }) {
    if (received < this.#letGo || received > this.#letGo + this.#frames.length) return false;
    const before = this.#line;
    this.#line = line;
    before?.close(1000);
    this.#server.clearTimeout(this.#timers.keep);
    this.#confirm(received);
    // Which of its tokens the client knows is not known before it has sent a frame.
    this.#tokens.unshift(this.#server.freshToken());
    this.#welcome({ resumed: true, received: this.#received });
    for (const frame of this.#frames) line.send(frame);
    return true;
  }

  #welcome(fields) {
    const { keepTime, maxMessage } = this.#server;
    const [token] = this.#tokens;
    const session = token && { token, keepTime, keepBytes: 1_000_000 };
    this.#line.send(JSON.stringify(welcome({ maxMessage, session, ...fields })));
  }

  emit(event, message) {
    this.emitted.push(message);
    this.#send({ event, message });
  }

  #send(frame) {
    this.#log.sent(frame);
    const text = JSON.stringify(frame);
    if (this.#tokens.length) this.#frames.push(text);
    this.#line?.send(text);
  }

  /** Sends a frame that the session doesn't count, and doesn't send again. */
  sendAside(frame) {
    if ('message' in frame) this.#log.sent(frame);
    this.#line.send(JSON.stringify(frame));
  }

  /** Sends what no server may send: there is no message in it, so none is logged. */
  sendWrong(text) {
    this.#line.send(text);
  }

  /** Has the line closed with `code`; the session may go on. */
  closeLine(code) {
    this.#line.close(code);
  }

  uses(line) {
    return this.#line === line;
  }

  #confirm(received) {
    const more = Math.max(received - this.#letGo, 0);
    if (more > this.#frames.length) throw new Error(`the client has ${received}, too many`);
    this.#frames.splice(0, more);
    this.#letGo += more;
  }

  /** A frame came. */
  take(frame) {
    this.#tokens.length = Math.min(this.#tokens.length, 1);
    if ('received' in frame) return this.#confirm(frame.received);
    const { event, id, message } = frame;
    if (!Number.isSafeInteger(id)) throw new Error(`no id: ${JSON.stringify(frame)}`);
    this.#log.received(frame);
    const answer = answerTo(event, message);
    this.#received += 1;
    if (message.msgType !== 'stillAlive') this.taken.push({ event, message });
    this.#timers.report ??= this.#server.setTimeout(() => {
      this.#timers.report = undefined;
      this.#line?.send(JSON.stringify({ received: this.#received }));
    }, REPORT_INTERVAL);
    if (this.answers) this.#send({ ack: id, message: answer });
  }

  /** The line is gone. */
  lost(line, code) {
    if (this.#line !== line) return;
    this.#line = null;
    if (LEAVING.has(code) || !this.#tokens.length) return this.end();
    this.#timers.keep = this.#server.setTimeout(() => this.end(), this.#server.keepTime);
  }

  /** Ends; a line there is is closed with `code`. */
  end(code = 1000) {
    this.ended = true;
    for (const timer of Object.values(this.#timers)) this.#server.clearTimeout(timer);
    const line = this.#line;
    this.#line = null;
    line?.close(code);
  }

  /** Forgets what it kept, so that it can't go on. */
  forget() {
    this.#tokens = [];
  }

  /** By how many tokens it can be asked to go on. */
  get knownTokens() {
    return this.#tokens.length;
  }

  get keptFrames() {
    return this.#frames.length;
  }
}

export class ProtocolServer {
  /** All sessions there ever were. */
  sessions = [];
  keepTime = 30_000;
  maxMessage = 1_000_000;
  setTimeout = globalThis.setTimeout;
  clearTimeout = globalThis.clearTimeout;

  #tokens = 0;

  constructor(options = {}) {
    Object.assign(this, options);
  }

  get session() {
    return this.sessions.at(-1);
  }

  freshToken() {
    this.#tokens += 1;
    return `token${this.#tokens}`;
  }

  /** Takes a line; returns what to call when a text comes, and when the line is gone. */
  accept(line, resume) {
    let session = null;
    const begin = () => {
      session = new Session(this);
      this.sessions.push(session);
      session.begin(line, resume);
    };
    if (!resume) begin();
    const take = (text) => {
      const frame = JSON.parse(text);
      // Nothing counts that comes over a line that the session has left.
      if (session) return session.uses(line) && session.take(frame);
      if (!frame.resume) throw new Error(`no resume comes first: ${text}`);
      session = this.sessions.find((other) => other.knows(frame.resume.token));
      if (session?.resume(line, frame.resume)) return;
      session?.end();
      begin();
    };
    return { take, lost: (code) => session?.lost(line, code), session: () => session };
  }
}
