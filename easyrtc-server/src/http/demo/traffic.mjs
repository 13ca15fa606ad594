// What goes over the line: a WebSocket that tells what it sends and receives, and a record of it.

/** Entries remembered for the log. */
const KEPT = 100;

const LINE_STATES = {
  connecting: 'opening',
  open: 'ready',
  lost: 'lost, trying again',
  closed: 'closed',
};

const encoder = new TextEncoder();

/**
 * A frame of `direction` `sent` or `received`, described for people: what it is, and its bytes.
 * Its contents are not kept, as they may be secret (the token with which a session is resumed).
 */
export function describe(direction, text) {
  const bytes = encoder.encode(text).length;
  return { direction, what: nameOf(text), bytes, time: new Date() };
}

function nameOf(text) {
  let frame;
  try {
    frame = JSON.parse(text);
  } catch {
    return 'not JSON';
  }
  if (frame?.event === 'welcome')
    return frame.message?.resumed ? 'welcome, session resumed' : 'welcome';
  if (frame?.event) return `${frame.event} ${frame.message?.msgType ?? ''}`.trim();
  if (frame?.ack !== undefined) return `answer ${frame.message?.msgType ?? ''}`.trim();
  if (frame?.resume) return 'resume';
  if (frame?.received !== undefined) return 'received so far';
  return 'something else';
}

/**
 * Emits `entry` for every frame and change of the line, and `line` when the line's `state`
 * changes: `idle`, `connecting`, `open`, `lost` (and tried again), `closed`.
 */
export class Traffic extends EventTarget {
  /** The latest frames, and changes of the line among them, oldest first. */
  entries = [];
  sent = { frames: 0, bytes: 0 };
  received = { frames: 0, bytes: 0 };
  /** How often a session went on over a new line. */
  resumed = 0;
  /** How often a line was lost. */
  losses = 0;
  state = 'idle';
  /** The subprotocol agreed on, and the first frame of the server. */
  subprotocol = '';
  welcome = null;

  #current = null;

  /** A constructor like `WebSocket`'s, whose sockets are watched. */
  get WebSocket() {
    const traffic = this;
    return class extends WebSocket {
      constructor(...parameters) {
        super(...parameters);
        traffic.#watch(this);
      }

      send(data) {
        super.send(data);
        if (typeof data === 'string') traffic.#note('sent', data);
      }
    };
  }

  /** Notes that the person has left: what ends now is no loss. */
  close() {
    this.#current = null;
    this.#enter('closed');
  }

  #watch(socket) {
    this.#current = socket;
    if (this.welcome) this.#lose();
    else this.#enter('connecting');
    socket.addEventListener('open', () => {
      this.subprotocol = socket.protocol;
    });
    socket.addEventListener('message', ({ data }) => {
      if (typeof data === 'string') this.#note('received', data);
    });
    socket.addEventListener('close', () => {
      if (this.#current === socket && this.welcome) this.#lose();
    });
  }

  #lose() {
    if (this.state === 'open') this.losses += 1;
    this.#enter('lost');
  }

  #note(direction, text) {
    const frame = describe(direction, text);
    this[direction].frames += 1;
    this[direction].bytes += frame.bytes;
    this.#keep(frame);
    if (direction === 'received' && frame.what.startsWith('welcome')) this.#welcomed(text);
  }

  #keep(entry) {
    this.entries.push(entry);
    if (this.entries.length > KEPT) this.entries.shift();
    this.dispatchEvent(new CustomEvent('entry', { detail: entry }));
  }

  #welcomed(text) {
    this.welcome = JSON.parse(text).message ?? {};
    if (this.welcome.resumed) this.resumed += 1;
    this.#enter('open');
  }

  #enter(state) {
    if (this.state === state) return;
    this.state = state;
    this.#keep({ direction: 'line', what: LINE_STATES[state], bytes: null, time: new Date() });
    this.dispatchEvent(new Event('line'));
  }
}
