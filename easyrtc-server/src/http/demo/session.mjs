// This page's side of the EasyRTC protocol: login, one room, and what is said in it.

import { EasyrtcSocket } from '/demo/easyrtc-socket.mjs';
import { Roster } from './roster.mjs';

const API_VERSION = '1.1.1-beta';

/** The msgType of chat messages, which the stock demos use as well. */
const CHAT = 'message';

/** A refusal by the server. */
export class Refused extends Error {
  constructor({ errorCode, errorText }) {
    super(errorText ?? errorCode ?? 'The server gave no reason.');
    this.code = errorCode;
  }
}

/**
 * One stay in one room.
 *
 * Emits `roster` (detail: who joined, left or changed), `chat` (`{ from, text }`), `signal`
 * (`{ from, type, data }` of offer, answer, candidate, hangup, reject), `lost` when the session
 * is lost and begun anew, `login` after every login, `unreachable` while
 * the server does not answer, `trouble` (an error) for the console, and `failed` (an error) when
 * it is over.
 */
export class Session extends EventTarget {
  /** This client's id; another one after every login. */
  id = null;
  roster = new Roster();
  iceServers = [];

  #socket;
  #room;
  #name;
  #presence = 'chat';
  #media = null;
  #loginReply = null;
  /** What the server said last before it ended the connection, if it does. */
  #farewell = new Error('The server ended the connection.');
  /** Those who wait for an answer: none comes when the session is lost. */
  #waiting = new Set();

  constructor({ url, room, name, WebSocket }) {
    super();
    this.#room = room;
    this.#name = name;
    this.#socket = new EasyrtcSocket(url, { WebSocket });
    this.#socket.on('connect', () => this.#login());
    this.#socket.on('disconnect', (reason) => this.#disconnected(reason));
    this.#socket.on('connect_error', (error) => this.#emit('unreachable', error));
    this.#socket.on('error', (error) => this.#emit('trouble', error));
    this.#socket.on('easyrtcMsg', (message) => this.#message(message));
    // With this listener the socket connects: it is the last.
    this.#socket.on('easyrtcCmd', (message) => this.#command(message));
  }

  /** Sends a WebRTC signal to somebody. */
  signal(msgType, targetEasyrtcid, msgData) {
    const message = { msgType, targetEasyrtcid };
    if (msgData !== undefined) message.msgData = msgData;
    return this.#ask('easyrtcCmd', message);
  }

  /** Says something to everybody in the room. */
  chat(text) {
    return this.#ask('easyrtcMsg', { msgType: CHAT, targetRoom: this.#room, msgData: text });
  }

  /** `chat`, `away` or `dnd`. */
  setPresence(show) {
    this.#presence = show;
    return this.#ask('easyrtcCmd', { msgType: 'setPresence', msgData: { setPresence: { show } } });
  }

  /** Tells the room which devices are in use: `{ microphone, camera }`. */
  setMedia(media) {
    const same = JSON.stringify(media) === JSON.stringify(this.#media);
    this.#media = media;
    return same || !this.id ? Promise.resolve() : this.#announceMedia();
  }

  /** Leaves at once: nobody keeps the place of one who says so. */
  close() {
    this.id = null;
    this.#socket.disconnect();
  }

  #announceMedia() {
    const field = { media: { fieldName: 'media', fieldValue: this.#media } };
    const setRoomApiField = { roomName: this.#room, field };
    return this.#ask('easyrtcCmd', { msgType: 'setRoomApiField', msgData: { setRoomApiField } });
  }

  #ask(event, message) {
    return new Promise((resolve, reject) => {
      this.#waiting.add(reject);
      this.#socket.emit(event, message, (answer) => {
        this.#waiting.delete(reject);
        if (answer?.msgType === 'error') return reject(new Refused(answer.msgData ?? {}));
        // One's own presence and fields are in the answer to what changed them.
        if (answer?.msgType === 'roomData') this.#command(answer);
        resolve(answer);
      });
    });
  }

  async #login() {
    const msgData = {
      apiVersion: API_VERSION,
      username: this.#name,
      setPresence: { show: this.#presence },
      roomJoin: { [this.#room]: { roomName: this.#room } },
    };
    const attempt = (this.#loginReply = this.#ask('easyrtcAuth', {
      msgType: 'authenticate',
      msgData,
    }));
    try {
      const token = await attempt;
      // Another connection may have come and asked anew while this answer was awaited.
      if (attempt !== this.#loginReply) return;
      this.#loggedIn(token.msgData);
    } catch (error) {
      // Only the server's word is final: a lost line is tried again.
      if (error instanceof Refused) this.#fail(error);
    }
  }

  #loggedIn(token) {
    this.id = token.easyrtcid;
    this.iceServers = usableIceServers(token.iceConfig?.iceServers);
    this.roster = new Roster();
    this.roster.take(token.roomData?.[this.#room] ?? {});
    this.#emit('login');
    if (this.#media) this.#announceMedia().catch(() => {});
  }

  #disconnected(reason) {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const reject of waiting) reject(new Error('the connection was lost'));
    if (this.id === null) return;
    this.id = null;
    if (reason === 'io server disconnect') this.#fail(this.#farewell);
    else this.#emit('lost');
  }

  #fail(error) {
    this.id = null;
    this.#socket.disconnect();
    this.#emit('failed', error);
  }

  #command(message) {
    const { msgType, senderEasyrtcid: from, msgData } = message ?? {};
    switch (msgType) {
      case 'roomData': {
        const room = msgData?.roomData?.[this.#room];
        if (room && this.id) this.#emit('roster', this.roster.take(room));
        break;
      }
      case 'offer':
      case 'answer':
      case 'candidate':
      case 'hangup':
      case 'reject':
        this.#emit('signal', { from, type: msgType, data: msgData });
        break;
      case 'iceConfig':
        this.iceServers = usableIceServers(msgData?.iceConfig?.iceServers);
        break;
      case 'error':
        this.#farewell = new Refused(msgData ?? {});
        this.#emit('trouble', this.#farewell);
        break;
      default:
      // What a page does not use it need not know.
    }
  }

  #message({ msgType, senderEasyrtcid: from, msgData }) {
    if (msgType === CHAT && from && typeof msgData === 'string') {
      this.#emit('chat', { from, text: msgData });
    }
  }

  #emit(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}

/** Browsers refuse a whole list for one entry without an address. */
function usableIceServers(servers) {
  return (Array.isArray(servers) ? servers : [])
    .map(({ urls, url, username, credential }) => ({ urls: urls ?? url, username, credential }))
    .filter(({ urls }) => urls?.length);
}
