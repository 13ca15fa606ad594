// The calls of this page: one with each of the others in the room.

import { Peer } from './peer.mjs';

/** People in a call at most: everybody sends to everybody, and uplinks are thin. */
export const MAX_PEOPLE = 6;

/** Emits `change` (detail: a person's id) when a call with somebody begins, changes or ends. */
export class Calls extends EventTarget {
  #peers = new Map();
  #session;
  #media;

  constructor(session, media) {
    super();
    this.#session = session;
    this.#media = media;
    session.addEventListener('signal', ({ detail }) => this.#receive(detail));
    session.addEventListener('roster', ({ detail }) => {
      for (const { id } of detail.left) this.#end(id);
    });
  }

  /** The call with somebody, if there is one. */
  get(id) {
    return this.#peers.get(id);
  }

  /** Whether one more fits in. */
  get hasRoom() {
    return this.#peers.size < MAX_PEOPLE - 1;
  }

  /** Whether anybody is seen or about to be. */
  get size() {
    return this.#peers.size;
  }

  /** Calls everybody who was there first; resolves with nothing, returns whether all fit. */
  callAll() {
    this.#endAll();
    const others = this.#session.roster.people.filter(({ id }) => id !== this.#session.id);
    if (others.length >= MAX_PEOPLE) return false;
    for (const { id } of others) this.call(id);
    return true;
  }

  /** Calls somebody, unless that call exists. */
  call(id) {
    if (this.#peers.has(id) || !this.hasRoom) return;
    this.#begin(id);
  }

  /** Sends the devices that are in use now to everybody. */
  sendTracks() {
    for (const peer of this.#peers.values()) {
      peer.sendTracks(this.#media.stream).catch((error) => this.#report(error));
    }
  }

  /** Ends every call, and tells the others. */
  hangUp() {
    for (const id of this.#peers.keys()) this.#signal('hangup', id);
    this.#endAll();
  }

  #endAll() {
    for (const id of [...this.#peers.keys()]) this.#end(id);
  }

  #begin(id) {
    const peer = new Peer({
      polite: this.#session.id > id,
      iceServers: this.#session.iceServers,
      media: this.#media,
      send: (type, data) => this.#signal(type, id, data),
    });
    this.#peers.set(id, peer);
    for (const type of ['stream', 'state']) {
      peer.addEventListener(type, () => this.#changed(id));
    }
    peer.addEventListener('trouble', ({ detail }) => this.#report(detail));
    this.#changed(id);
    return peer;
  }

  #end(id) {
    const peer = this.#peers.get(id);
    if (!peer) return;
    this.#peers.delete(id);
    peer.close();
    this.#changed(id);
  }

  #receive({ from, type, data }) {
    const known = this.#peers.get(from);
    if (type === 'hangup' || type === 'reject') this.#end(from);
    else if (known) known.receive(type, data);
    else if (type === 'offer' && this.hasRoom) this.#answer(from, data);
    else if (type === 'offer') this.#signal('reject', from);
    // Anything else belongs to a call that has ended.
  }

  async #answer(id, offer) {
    const peer = this.#begin(id);
    await peer.receive('offer', offer);
    if (peer.isAnswered || this.#peers.get(id) !== peer) return;
    this.#end(id);
    this.#signal('reject', id);
  }

  #signal(type, id, data) {
    // Whoever has left in the meantime cannot be reached, and the roster is about to say so.
    this.#session.signal(type, id, data).catch((error) => {
      if (error.code !== 'MSG_REJECT_TARGET_EASYRTCID') this.#report(error);
    });
  }

  #report(error) {
    this.dispatchEvent(new CustomEvent('trouble', { detail: error }));
  }

  #changed(id) {
    this.dispatchEvent(new CustomEvent('change', { detail: id }));
  }
}
