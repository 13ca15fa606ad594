// Every message of these tests goes into target/message-logs/clients-js, one file for each file of
// tests, as the server's --message-log would write it (docs/message-log.md):
// `cargo xtask test messages` holds them against the schemas.

import { mkdirSync, openSync, writeSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';

const TARGET =
  process.env.CARGO_TARGET_DIR ?? fileURLToPath(new URL('../../../target', import.meta.url));
const DIRECTORY = `${TARGET}/message-logs/clients-js`;

/** A placeholder that brings its bytes along. */
const ATTACHMENT = /"_placeholder":true,"num":\d+,"base64":/g;

let file;
let connections = 0;

function open() {
  mkdirSync(DIRECTORY, { recursive: true });
  return openSync(`${DIRECTORY}/${basename(process.argv[1], '.test.mjs')}.jsonl`, 'w');
}

/** The log of one connection. */
export class MessageLog {
  #connection = connections++;

  /** A frame of the client that holds a message. */
  received({ event, id, message }) {
    this.#write('client', event, id, message);
  }

  /** A frame of the server that holds a message. */
  sent({ event, ack, message }) {
    this.#write('server', event, ack, message);
  }

  #write(direction, event, ack, message) {
    const attachments = JSON.stringify(message)?.match(ATTACHMENT)?.length;
    const [time, connection] = [Date.now(), this.#connection];
    // What is undefined is left out.
    const line = JSON.stringify({ time, connection, direction, event, ack, attachments, message });
    file ??= open();
    writeSync(file, `${line}\n`);
  }
}
