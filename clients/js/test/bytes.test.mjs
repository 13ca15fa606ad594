// Real WebSockets, and a line that breaks after a certain byte, wherever that may be.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { after, before, test } from 'node:test';
import WebSocket, { WebSocketServer } from 'ws';
import { EasyrtcSocket } from '../easyrtc-socket.mjs';
import { ProtocolServer } from './protocol-server.mjs';
import { said } from './server-messages.mjs';

const MESSAGES = 4;

/** Bytes between two places to cut: no divisor of a frame's length, so that all kinds are met. */
const STRIDE = 17;

/** A TCP relay whose first lines break after so many bytes, counted in both directions together. */
class BreakingLine {
  #server;
  #sockets = new Set();
  /** What each line may still carry. */
  budgets = [];
  /** What was carried in all. */
  carried = 0;
  broken = 0;

  async open(port) {
    this.#server = createServer((near) => this.#accept(near, connect(port, '127.0.0.1')));
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return this.#server.address().port;
  }

  #accept(near, far) {
    const line = { left: this.budgets.shift() ?? Infinity };
    for (const [from, to] of [[near, far], [far, near]]) {
      this.#sockets.add(from);
      from.on('error', () => {});
      from.on('close', () => to.destroy());
      from.on('data', (data) => {
        const part = data.subarray(0, line.left);
        line.left -= part.length;
        this.carried += part.length;
        if (line.left > 0) return to.write(part);
        this.broken += 1;
        // What came before the cut arrives still.
        to.end(part, () => to.destroy());
        from.destroy();
      });
    }
  }

  async close() {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }
}

let server;
let protocol;
before(async () => {
  server = new WebSocketServer({ port: 0, host: '127.0.0.1', path: '/ws' });
  await once(server, 'listening');
  server.on('connection', (socket, request) => {
    const resume = new URL(request.url, 'ws://localhost').searchParams.get('resume') === '1';
    const end = { send: (text) => socket.send(text), close: (code) => socket.close(code) };
    const { take, lost } = protocol.accept(end, resume);
    socket.on('message', (data) => take(`${data}`));
    socket.on('close', (code) => lost(code));
    socket.on('error', () => {});
  });
});
after(() => server.close());

/** A talk over a line whose first lines have those budgets; resolves with what was carried. */
async function talk(budgets) {
  protocol = new ProtocolServer();
  const line = new BreakingLine();
  line.budgets = [...budgets];
  const port = await line.open(server.address().port);
  const options = { WebSocket, reconnectionDelay: 1, reconnectionDelayMax: 2 };
  const socket = new EasyrtcSocket(`http://127.0.0.1:${port}`, options);
  const heard = [];
  const told = [];
  for (const event of ['disconnect', 'error']) socket.on(event, (value) => told.push(value));
  socket.on('easyrtcMsg', ({ msgData: number }) => {
    heard.push(number);
    // The server's next word is an answer to this.
    if (number < MESSAGES) protocol.session.emit('easyrtcMsg', said(number + 1));
  });
  const answers = [];
  const all = Array.from({ length: MESSAGES }, (_, at) => at + 1);
  await new Promise((resolve) => {
    const done = () => heard.length >= MESSAGES && answers.length >= MESSAGES && resolve();
    socket.on('easyrtcMsg', done);
    socket.on('connect', () => protocol.session.emit('easyrtcMsg', said(1)));
    for (const number of all) {
      socket.emit('easyrtcMsg', { msgType: 'said', msgData: number }, ({ msgData }) => {
        answers.push(msgData);
        done();
      });
    }
  });
  socket.disconnect();
  await line.close();
  // Those that begin on a line that breaks before their welcome has arrived are kept for long.
  for (const session of protocol.sessions) session.end();
  const taken = protocol.sessions.flatMap((session) => session.taken);
  assert.deepEqual(taken.map(({ message }) => message.msgData), all);
  assert.deepEqual(answers, all);
  assert.deepEqual(heard, all);
  assert.deepEqual(told, ['io client disconnect']);
  return line;
}

test('a line that breaks at any byte loses nothing and repeats nothing', async () => {
  const { carried } = await talk([]);
  let broken = 0;
  for (let budget = 1; budget <= carried; budget += STRIDE) {
    broken += (await talk([budget, budget])).broken;
  }
  assert.ok(broken > carried / STRIDE, `only ${broken} lines broke`);
});
