// A client that speaks EasyRTC through Node's socket.io-client.

import assert from 'node:assert/strict';
import { io } from 'socket.io-client';
import { until, within } from './wait.mjs';

/** How socket.io-client may reach the server: each name with its transports. */
export const MODES = {
  websocket: ['websocket'],
  polling: ['polling'],
  upgrade: ['polling', 'websocket'],
};

const API_VERSION = '1.1.1-beta';

export class Client {
  /** Everything the server sent, in order: `{ event, message, ackRequested }`. */
  received = [];

  /** Set by a login that succeeded. */
  easyrtcid = null;

  /** Set when the connection has ended: socket.io-client's reason. */
  disconnectReason = null;

  /** `mode` is a key of MODES; `options` are socket.io-client's, `connect` is another `io`. */
  constructor(url, mode, { connect = io, ...options } = {}) {
    this.socket = connect(url, {
      transports: MODES[mode],
      forceNew: true,
      reconnection: false,
      ...options,
    });
    for (const event of ['easyrtcCmd', 'easyrtcMsg']) {
      this.socket.on(event, (message, acknowledge) => {
        this.received.push({ event, message, ackRequested: typeof acknowledge === 'function' });
        acknowledge?.({ msgType: 'ack' });
      });
    }
    this.socket.on('disconnect', (reason) => {
      this.disconnectReason = reason;
    });
  }

  /** Resolves when the Socket.IO connection is there, and its transport is the one meant. */
  async connected() {
    await within(
      'the client connects',
      new Promise((resolve, reject) => {
        if (this.socket.connected) return resolve();
        // Not once(): the socket of clients/js has none.
        this.socket.on('connect', resolve);
        this.socket.on('connect_error', reject);
      }),
    );
    return this;
  }

  /** The name of the transport in use: `polling` or `websocket`. */
  get transport() {
    return this.socket.io.engine?.transport.name;
  }

  /** Resolves when the connection that began by polling goes on over a WebSocket, at both ends. */
  async upgraded() {
    await until('the transport is upgraded', () => this.transport === 'websocket');
    // The server knows of it when it answers over the WebSocket.
    if (this.easyrtcid) await this.roomCounts();
  }

  /** Emits `event` and resolves with the server's answer. */
  ask(event, message) {
    // By callback, which every version of socket.io-client has.
    const answer = new Promise((resolve) => this.socket.emit(event, message, resolve));
    return within(`${event} is answered`, answer);
  }

  /** The message of a login. */
  authentication(fields = {}) {
    return { msgType: 'authenticate', msgData: { apiVersion: API_VERSION, ...fields } };
  }

  /** Asks for a login and resolves with the answer, whatever it is. */
  authenticate(fields) {
    return this.ask('easyrtcAuth', this.authentication(fields));
  }

  /** Logs in and resolves with the token; rejects when the server refuses. */
  async login(fields) {
    const token = await this.authenticate(fields);
    assert.equal(token.msgType, 'token', `login: ${JSON.stringify(token)}`);
    this.easyrtcid = token.msgData.easyrtcid;
    return token;
  }

  /** Sends a command; `fields` are those beside msgType. */
  command(msgType, fields = {}) {
    return this.ask('easyrtcCmd', { msgType, ...fields });
  }

  /** Sends an application message; `fields` are those beside msgType. */
  message(msgType, fields = {}) {
    return this.ask('easyrtcMsg', { msgType, ...fields });
  }

  joinRoom(roomName) {
    return this.command('roomJoin', { msgData: { roomJoin: { [roomName]: { roomName } } } });
  }

  leaveRoom(roomName) {
    return this.command('roomLeave', { msgData: { roomLeave: { [roomName]: { roomName } } } });
  }

  /** Resolves with `{ roomName: numberClients }`. */
  async roomCounts() {
    const answer = await this.command('getRoomList');
    assert.equal(answer.msgType, 'roomList', JSON.stringify(answer));
    const rooms = Object.values(answer.msgData.roomList);
    return Object.fromEntries(rooms.map((room) => [room.roomName, room.numberClients]));
  }

  /** Resolves with the first message received, before or after the call, that `matches`. */
  async receive(what, matches) {
    const found = await until(
      `${this.easyrtcid} receives ${what}`,
      () => this.received.find((entry) => matches(entry.message, entry)),
      { report: () => `(received: ${JSON.stringify(this.received).slice(0, 2000)})` },
    );
    return found.message;
  }

  /** Resolves with the first message received of that msgType. */
  receiveType(msgType) {
    return this.receive(msgType, (message) => message.msgType === msgType);
  }

  /** Resolves with what a delta says of that client in that room, once `matches` holds for it. */
  async receiveUpdate(roomName, easyrtcid, matches = () => true) {
    const entry = (message) =>
      message.msgData?.roomData?.[roomName]?.clientListDelta?.updateClient?.[easyrtcid];
    const message = await this.receive(`an update of ${easyrtcid} in ${roomName}`, (message) => {
      const updated = entry(message);
      return updated && matches(updated);
    });
    return entry(message);
  }

  /** Resolves when a delta says that the client has left the room. */
  receiveRemoval(roomName, easyrtcid) {
    return this.receive(
      `the removal of ${easyrtcid} from ${roomName}`,
      (message) =>
        message.msgData?.roomData?.[roomName]?.clientListDelta?.removeClient?.[easyrtcid],
    );
  }

  /** Resolves with the reason once the connection has ended. */
  disconnected() {
    return until('the connection ends', () => this.disconnectReason);
  }

  close() {
    this.socket.disconnect();
  }
}

/** The clients of one test, closed together at its end: `const clients = new Clients(url, t)`. */
export class Clients {
  #url;
  #open = [];

  constructor(url, test) {
    this.#url = url;
    test.after(() => this.#open.forEach((client) => client.close()));
  }

  /** Connects a client. */
  async connect(mode, options) {
    const client = new Client(this.#url, mode, options);
    this.#open.push(client);
    return client.connected();
  }

  /** Connects a client and logs it in. */
  async login(mode, fields, options) {
    const client = await this.connect(mode, options);
    client.token = await client.login(fields);
    return client;
  }
}
