// Starts the server under test as an operator would: the real binary, on a free port of loopback.
//
//   EASYRTC_SERVER   command to start instead of target/release/easyrtc-server

import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { within } from './wait.mjs';

const HERE = fileURLToPath(new URL('.', import.meta.url));

/** The directory of these tests: an installed npm tree (`node_modules` is in it). */
export const CLIENT_FILES = fileURLToPath(new URL('..', import.meta.url));

/** The pages of the browser tests. */
export const PAGES = fileURLToPath(new URL('../pages', import.meta.url));

/** Cargo's target directory: the binary is there, and screenshots go there. */
export const TARGET =
  process.env.CARGO_TARGET_DIR ?? fileURLToPath(new URL('../../../target', import.meta.url));

// Each server logs its messages into a file of its own, so that they can be checked afterwards:
// target/message-logs/node/churn-0.jsonl is the first of node/churn.test.mjs.
const MESSAGE_LOGS = `${TARGET}/message-logs/${basename(dirname(process.argv[1]))}`;
let started = 0;

function messageLog() {
  mkdirSync(MESSAGE_LOGS, { recursive: true });
  return `${MESSAGE_LOGS}/${basename(process.argv[1], '.test.mjs')}-${started++}.jsonl`;
}

const OUTPUT_KEPT = 64 * 1024;
const START_DEADLINE = 30_000;

/** The program to start, and its first arguments. */
export function command() {
  const given = process.env.EASYRTC_SERVER;
  return given ? given.split(' ') : [`${TARGET}/release/easyrtc-server`];
}

// A test run that ends early must not leave servers behind.
const running = new Set();
process.on('exit', () => running.forEach((child) => child.kill('SIGKILL')));

/** A started process of the server under test. */
export class Server {
  #child;
  #output = '';

  constructor(options, flags) {
    const [program, ...first] = command();
    this.#child = spawn(program, [...first, ...flags], {
      cwd: HERE,
      env: {
        PATH: process.env.PATH,
        HOME: process.env.HOME,
        // Ours takes the first, which keeps it on loopback; other servers take the second.
        EASYRTC_LISTEN: '127.0.0.1:0',
        PORT: '0',
        EASYRTC_OPTIONS: JSON.stringify(options),
        EASYRTC_MESSAGE_LOG: messageLog(),
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    running.add(this.#child);
    /** Resolves with `{ code, signal }` once the process has ended. */
    this.exited = new Promise((resolve, reject) => {
      this.#child.once('error', reject);
      this.#child.once('close', (code, signal) => {
        running.delete(this.#child);
        resolve({ code, signal });
      });
    });
    this.exited.catch(() => {});
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream.setEncoding('utf8');
      stream.on('data', (text) => {
        this.#output = (this.#output + text).slice(-OUTPUT_KEPT);
      });
    }
    this.address = this.#listening();
    this.address.catch(() => {});
  }

  /** Resolves with the address the process prints when it listens. */
  #listening() {
    return new Promise((resolve, reject) => {
      let lines = '';
      this.#child.stdout.on('data', (text) => {
        if (lines === null) return;
        lines += text;
        const port = /listening on http:\/\/\S*:(\d+)\s/.exec(lines)?.[1];
        if (!port) return;
        lines = null;
        resolve(`http://127.0.0.1:${port}`);
      });
      this.exited.then(
        ({ code, signal }) =>
          reject(new Error(`the server ended (${signal ?? code}) before it listened:\n${this.#output}`)),
        reject,
      );
    });
  }

  /** What the process wrote, its last 64 KiB. */
  get output() {
    return this.#output;
  }

  /** Memory of the process that is in RAM, in KiB. */
  get residentKibibytes() {
    const status = readFileSync(`/proc/${this.#child.pid}/status`, 'utf8');
    return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)[1]);
  }

  signal(name) {
    this.#child.kill(name);
  }

  /** Ends the process as an operator does; rejects unless it ends by itself, with 0. */
  async stop() {
    this.signal('SIGTERM');
    let end;
    try {
      end = await within('the server ends after SIGTERM', this.exited);
    } finally {
      this.signal('SIGKILL');
    }
    if (end.code !== 0) {
      throw new Error(`the server ended with ${end.signal ?? end.code}:\n${this.#output}`);
    }
  }
}

/**
 * Starts the server with options of the original's names and waits until it listens.
 * Its `url` is set then.
 */
export async function startServer({ options = {}, flags = [] } = {}) {
  const server = new Server(options, flags);
  try {
    server.url = await within('the server listens', server.address, { deadline: START_DEADLINE });
  } catch (error) {
    server.signal('SIGKILL');
    throw error;
  }
  return server;
}

/** Runs the program to its end, with `input` to read if any; returns `{ code, output }`. */
export function runServer(flags, { input = '' } = {}) {
  const [program, ...first] = command();
  const ended = spawnSync(program, [...first, ...flags], { encoding: 'utf8', input });
  if (ended.error) throw ended.error;
  return { code: ended.status, output: ended.stdout + ended.stderr };
}

/** Starts the server with the client files and the pages of the browser tests. */
export function startServerWithPages(options = {}, flags = []) {
  const pages = ['--client-files', CLIENT_FILES, '--static', PAGES];
  return startServer({ options, flags: [...pages, ...flags] });
}
