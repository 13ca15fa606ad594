// What logins are proven with: secrets and settings in files, tokens, and backends of the tests.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHmac, sign } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runServer } from './server.mjs';
import { within } from './wait.mjs';

/** The example of a backend. */
const BACKEND = fileURLToPath(new URL('../../../examples/webhook/backend.mjs', import.meta.url));

/** A directory for the files of one suite; they go when `cleanup` calls what it is given. */
export class Files {
  #directory = mkdtempSync(join(tmpdir(), 'easyrtc-'));

  constructor(cleanup) {
    cleanup(() => rmSync(this.#directory, { recursive: true }));
  }

  path(name) {
    return join(this.#directory, name);
  }

  /** Writes a file; returns its path. */
  write(name, text) {
    writeFileSync(this.path(name), text);
    return this.path(name);
  }
}

/** Runs a command of the server that makes something, such as `token`; returns what it prints. */
export function make(flags, input) {
  const { code, output } = runServer(flags, { input });
  assert.equal(code, 0, output);
  return output.trim();
}

const base64url = (bytes) => Buffer.from(bytes).toString('base64url');

/** How Node signs for each algorithm: `(bytes, key)` to the signature. */
const SIGNERS = {
  none: () => '',
  HS256: (bytes, key) => createHmac('sha256', key).update(bytes).digest(),
  RS256: (bytes, key) => sign('sha256', bytes, key),
  ES256: (bytes, key) => sign('sha256', bytes, { key, dsaEncoding: 'ieee-p1363' }),
  EdDSA: (bytes, key) => sign(null, bytes, key),
};

/** Seconds since the epoch, `later` seconds from now. */
export function seconds(later = 0) {
  return Math.floor(Date.now() / 1000) + later;
}

/** A token with these claims, good for an hour unless they say otherwise. */
export function token(claims, key, { alg = 'HS256', kid } = {}) {
  const parts = [{ alg, typ: 'JWT', kid }, { exp: seconds(3600), ...claims }];
  const signed = parts.map((part) => base64url(JSON.stringify(part))).join('.');
  return `${signed}.${base64url(SIGNERS[alg](Buffer.from(signed), key))}`;
}

/** A server of the test: `answer(request, response)` answers. Resolves with its URL. */
export async function startBackend(cleanup, answer) {
  const backend = createServer(answer);
  cleanup(() => {
    backend.close();
    backend.closeAllConnections();
  });
  await new Promise((resolve) => backend.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${backend.address().port}/`;
}

/** Runs the example of a backend. Resolves with its URL. */
export async function startExampleBackend(cleanup, keyFile, sessionsFile) {
  const backend = await runBackend(cleanup, [BACKEND, keyFile, sessionsFile, '0']);
  return backend.url;
}

/** Runs a backend that prints its port. Resolves with its URL, and `kill`, which resolves when it is gone. */
export async function runBackend(cleanup, args, { cwd } = {}) {
  const child = spawn(process.execPath, args, { cwd, stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise((resolve) => child.once('close', resolve));
  const kill = () => {
    child.kill('SIGKILL');
    return ended;
  };
  cleanup(kill);
  const listening = new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => reject(new Error(`the backend ended with ${code}`)));
    child.stdout.on('data', (text) => {
      const port = /^port (\d+)$/m.exec(text)?.[1];
      if (port) resolve(`http://127.0.0.1:${port}/`);
    });
  });
  return { url: await within('the backend listens', listening), kill };
}
