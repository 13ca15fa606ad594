import type {
  ClientEvents,
  Replies,
  ServerError,
  ServerEvents,
} from './easyrtc-messages.js';

export * from './easyrtc-messages.js';

/** The answer of the socket itself to a message that it did not send: it has no server's time. */
export type Refusal = Omit<ServerError, 'easyrtcid' | 'serverTime'>;

/** Called with what was emitted or answered. */
export type Listener = (...values: any[]) => void;

/** Times are in milliseconds. */
export interface EasyrtcSocketOptions {
  /**
   * Whether the connection opens by itself when it is first used: with the first listener for
   * `easyrtcCmd`, or the first `emit`. Not earlier, as the server waits for a login only so long.
   * Default true.
   */
  autoConnect?: boolean;
  /** Whether a session goes on after its line was cut, if the server allows it. Default true. */
  resume?: boolean;
  /** Whether another session is begun when one is lost or none could be begun. Default true. */
  reconnection?: boolean;
  /** Before the first new attempt; doubled for each further one. Default 1000. */
  reconnectionDelay?: number;
  /** The longest delay between two attempts, before it is randomized. Default 5000. */
  reconnectionDelayMax?: number;
  /** By which part of itself a delay is longer or shorter at random, 0 to 1. Default 0.5. */
  randomizationFactor?: number;
  /** How long an attempt may take until the server's welcome. Default 20,000. */
  timeout?: number;
  /** After how long a silence the server is asked for an answer. Default 15,000. */
  livenessInterval?: number;
  /** How long it may then stay silent until the line counts as cut. Default 10,000. */
  livenessTimeout?: number;
  /**
   * Bytes of messages that wait to be sent or may have to be sent again. A message above it is
   * answered `MSG_REJECT_GEN_FAIL`. Default 8,000,000.
   */
  maxBufferedBytes?: number;
  /**
   * Messages that wait for their answer. A message above it is answered `MSG_REJECT_GEN_FAIL`.
   * Default 10,000.
   */
  maxPendingAnswers?: number;
  /** The WebSocket to use, where there is no global one. */
  WebSocket?: new (url: string, protocols?: string) => any;
  /** Timers other than the global ones: for tests. */
  setTimeout?: (action: () => void, delay: number) => any;
  /** Goes with `setTimeout`. */
  clearTimeout?: (timer: any) => void;
  /** A source of random numbers from 0 to 1: for tests. */
  random?: () => number;
  /** Where `online` and `offline` events come from. Default: the page. */
  network?: {
    addEventListener(event: string, listener: () => void): void;
    removeEventListener(event: string, listener: () => void): void;
  };
}

/** Everything the socket tells by itself, with what listeners get. */
export interface EasyrtcSocketEvents {
  /** A session has begun. Time to log in. */
  connect: () => void;
  /**
   * A session is over, for one of Socket.IO's reasons or one of ours: `io client disconnect`,
   * `io server disconnect` (refused, kicked: it does not come back by itself), `transport close`,
   * `ping timeout` (it could not go on in time), `session lost` (the server no longer knew it),
   * `parse error`. Answers that are due will not come.
   */
  disconnect: (reason: string) => void;
  /** There is no session, and an attempt to begin one failed. */
  connect_error: (error: Error) => void;
  /** The server could not make sense of a frame (its message), or the other way round (an Error). */
  error: (problem: ServerError | Error) => void;
  /** The line was cut. The session goes on when there is another. */
  suspend: (reason: string) => void;
  /** The session goes on. */
  resume: () => void;
  /** An attempt to open a line begins: the first, second, … since the last success. */
  reconnect_attempt: (attempt: number) => void;
  /** From the server. */
  easyrtcCmd: (message: ServerEvents['easyrtcCmd']) => void;
  /** From another client. */
  easyrtcMsg: (message: ServerEvents['easyrtcMsg']) => void;
}

/** A socket with the members of a Socket.IO socket that EasyRTC clients use. */
export class EasyrtcSocket {
  /**
   * @param url of the server, absolute or relative to the page, `http:` or `ws:`; without a path it
   * is `/ws`. Default: where the page is from. Throws a TypeError if it is no URL.
   */
  constructor(url?: string | URL, options?: EasyrtcSocketOptions);

  /** Whether there is a session, be its line cut or not. */
  readonly connected: boolean;

  /** Opens the connection, unless it is open or being opened. */
  connect(): this;

  /** Ends the session and the connection, and stays so until `connect`. */
  disconnect(): this;

  /** The same as `disconnect`. */
  close(): this;

  on<Event extends keyof EasyrtcSocketEvents>(
    event: Event,
    listener: EasyrtcSocketEvents[Event],
  ): this;
  on(event: string, listener: Listener): this;

  /** Removes a listener, or without one all of the event. */
  off(event: string, listener?: Listener): this;

  /**
   * Sends a message. Before there is a session, and while its line is cut, it waits.
   *
   * @param event `easyrtcAuth`, `easyrtcCmd` or `easyrtcMsg`
   * @param message anything JSON can hold, and ArrayBuffers and their views, at most 32
   * @param answer called once, with the server's answer; not at all if the session is lost before.
   * Too large for the server: an error `MSG_REJECT_BAD_SIZE`. Too much waits already: an error
   * `MSG_REJECT_GEN_FAIL`.
   * @throws TypeError for the names of the socket's own events, for a Blob, a BigInt or a cycle
   */
  emit(
    event: 'easyrtcAuth',
    message: ClientEvents['easyrtcAuth'],
    answer?: (message: Replies['authenticate'] | Refusal) => void,
  ): this;
  emit<Command extends ClientEvents['easyrtcCmd']>(
    event: 'easyrtcCmd',
    message: Command,
    answer?: (message: Replies[Command['msgType']] | Refusal) => void,
  ): this;
  emit(
    event: 'easyrtcMsg',
    message: ClientEvents['easyrtcMsg'],
    answer?: (message: Replies['easyrtcMsg'] | Refusal) => void,
  ): this;
  /** For what the types above do not know. */
  emit(event: string, message: unknown, answer?: (message: any) => void): this;
}
