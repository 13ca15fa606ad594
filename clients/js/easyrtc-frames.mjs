// The frames of the raw WebSocket as text, and those the server may not have yet.

/** @typedef {{ id: number, text: string, bytes: number }} Frame */

/** Attachments of one message, at most: the server ends a session over more. */
export const MAX_ATTACHMENTS = 32;

/** @param {ArrayBuffer | ArrayBufferView} binary */
function toBase64(binary) {
  const { buffer, byteOffset, byteLength } = ArrayBuffer.isView(binary)
    ? binary
    : new Uint8Array(binary);
  const bytes = new Uint8Array(buffer, byteOffset, byteLength);
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
}

/** @param {string} base64 */
const fromBase64 = (base64) =>
  Uint8Array.from(atob(base64), (character) => character.charCodeAt(0)).buffer;

/** A frame as text. Throws a TypeError for what can't be sent. @param {object} frame */
export function encode(frame) {
  let attachments = 0;
  const text = JSON.stringify(frame, function (key, value) {
    // Not `value`: a toJSON may have been at it already.
    const original = this[key];
    if (original instanceof ArrayBuffer || ArrayBuffer.isView(original)) {
      return { _placeholder: true, num: attachments++, base64: toBase64(original) };
    }
    if (original instanceof Blob) throw new TypeError('send await blob.arrayBuffer(), not a Blob');
    return value;
  });
  return { text, attachments, bytes: new TextEncoder().encode(text).length };
}

/** The frame in a text. Throws if there is none, or bad base64 in it. @param {string} text */
export function decode(text) {
  // Hardly any frame has attachments, and to look at each value takes longer.
  if (!text.includes('"base64"')) return JSON.parse(text);
  // The server sends an attachment's bytes where it is named first.
  const attachments = new Map();
  return JSON.parse(text, (_, value) => {
    if (value?._placeholder !== true || typeof value.num !== 'number') return value;
    if (typeof value.base64 === 'string') attachments.set(value.num, fromBase64(value.base64));
    return attachments.get(value.num) ?? value;
  });
}

/** What was emitted and the server may not have, oldest first. */
export class Outbox {
  /** @type {Frame[]} */
  frames = [];
  bytes = 0;
  /** How many frames of the session the server is known to have. */
  confirmed = 0;

  push(frame) {
    this.frames.push(frame);
    this.bytes += frame.bytes;
  }

  #drop(count) {
    for (const frame of this.frames.splice(0, count)) this.bytes -= frame.bytes;
    this.confirmed += count;
  }

  /** The server has so many frames of the session. False if that can't be. */
  confirm(received) {
    const count = received - this.confirmed;
    if (!Number.isSafeInteger(count) || count > this.frames.length) return false;
    // An answer may have told before.
    this.#drop(Math.max(count, 0));
    return true;
  }

  /** The server has answered, so it has that frame and all before. */
  answered(id) {
    const rest = this.frames.findIndex((frame) => frame.id > id);
    this.#drop(rest < 0 ? this.frames.length : rest);
  }
}
