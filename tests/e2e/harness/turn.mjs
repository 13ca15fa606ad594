// coturn as examples/coturn configures it, on a free port of loopback, and the server that knows its
// secret.

import { spawn } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { until, within } from './wait.mjs';

const EXAMPLE = fileURLToPath(new URL('../../../examples/coturn', import.meta.url));
const CONFIG = `${EXAMPLE}/turnserver.conf`;

/** The secret of the example. */
export const SECRET = /^static-auth-secret=(.+)$/m.exec(readFileSync(CONFIG, 'utf8'))[1];

/** The server as the example configures it has its TURN server there. */
const PLACE = 'turn.example.org:3478';

/** Type, length, magic cookie, id of the transaction. */
const BINDING_REQUEST = Buffer.from('000100002112a442' + '01'.repeat(12), 'hex');

const OUTPUT_KEPT = 64 * 1024;

/** How often a port that was free may be taken by somebody else before coturn has it. */
const ATTEMPTS = 5;

// A test run that ends early must not leave anything behind.
const running = new Set();
process.on('exit', () => running.forEach((child) => child.kill('SIGKILL')));

/** A program that runs. `exited` resolves with its exit code or signal, and `output` grows. */
function start(program, args) {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  running.add(child);
  const started = { output: '', ended: false, stop: () => child.kill('SIGKILL') };
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => {
      started.output = (started.output + text).slice(-OUTPUT_KEPT);
    });
  }
  started.exited = new Promise((resolve, reject) => {
    child.once('error', (error) =>
      reject(
        error.code === 'ENOENT'
          ? new Error(`there is no ${program}: install coturn (cargo xtask test packages does)`)
          : error,
      ),
    );
    child.once('close', (code, signal) => resolve(code ?? signal));
  });
  const end = () => {
    started.ended = true;
    running.delete(child);
  };
  started.exited.then(end, end);
  return started;
}

function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

/** Whether a STUN server answers there within a moment. */
function answersUdp(port) {
  const socket = createSocket('udp4');
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, 100, false);
    socket.once('error', () => resolve(false)).once('message', () => resolve(true));
    socket.connect(port, '127.0.0.1', () => socket.send(BINDING_REQUEST));
    socket.once('close', () => clearTimeout(timer));
  }).finally(() => socket.close());
}

function takesTcp(port) {
  const socket = connect(port, '127.0.0.1');
  return new Promise((resolve) => {
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
  }).finally(() => socket.destroy());
}

/** Starts coturn; its `port` is that for UDP and TCP. */
export async function startTurn() {
  for (let attempt = 1; ; attempt += 1) {
    const port = await freePort();
    const directory = mkdtempSync(join(tmpdir(), 'easyrtc-coturn-'));
    const turn = start('turnserver', [
      ...['-c', CONFIG, '--listening-port', String(port), '--pidfile', join(directory, 'pid')],
      ...['--db', join(directory, 'turndb'), '--listening-ip', '127.0.0.1', '--relay-ip', '127.0.0.1'],
      ...['--allow-loopback-peers', '--no-tls', '--no-dtls', '--no-rfc5780'],
    ]);
    turn.exited.catch(() => {}).finally(() => rmSync(directory, { recursive: true, force: true }));
    try {
      const listens = async () => turn.ended || ((await answersUdp(port)) && (await takesTcp(port)));
      await until('coturn listens', listens, { report: () => turn.output });
      if (turn.ended) await turn.exited; // rejects if it could not be started at all
    } catch (error) {
      turn.stop();
      throw error;
    }
    if (!turn.ended) return { port, stop: turn.stop, output: () => turn.output };
    if (attempt === ATTEMPTS) throw new Error(`coturn ended before it listened:\n${turn.output}`);
  }
}

/** The settings file of the example, with its TURN server at this port. */
export function settingsFile(port) {
  const directory = mkdtempSync(join(tmpdir(), 'easyrtc-turn-'));
  process.on('exit', () => rmSync(directory, { recursive: true, force: true }));
  const text = readFileSync(`${EXAMPLE}/easyrtc.toml`, 'utf8');
  const path = join(directory, 'easyrtc.toml');
  writeFileSync(path, text.replaceAll(PLACE, `127.0.0.1:${port}`));
  return path;
}

/** The password for a username, made anew from the secret. */
export const passwordFor = (username, secret = SECRET) =>
  createHmac('sha1', secret).update(username).digest('base64');

/**
 * Lets coturn's own client make allocations and send through them. Resolves with its exit code, 0 if all
 * went well, and its output.
 */
export async function relay(port, { username, credential }, flags = []) {
  const client = start('turnutils_uclient', [
    ...flags,
    ...['-u', username, '-w', credential, '-p', String(port), '-n', '2', '-y', '127.0.0.1'],
  ]);
  try {
    const code = await within('turnutils_uclient ends', client.exited);
    return { code, output: client.output };
  } catch (error) {
    throw new Error(`${error.message}\n${client.output}`, { cause: error });
  } finally {
    client.stop();
  }
}
