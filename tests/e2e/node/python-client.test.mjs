// The example client in Python, which was written from docs/client-authors.md alone: pairs of it, over
// both transports, meet, talk and leave.
//
//   EASYRTC_PYTHON   a Python with the packages of examples/python, instead of target/python's

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Clients } from '../harness/client.mjs';
import { TARGET, startServer } from '../harness/server.mjs';
import { until, within } from '../harness/wait.mjs';

const PYTHON = process.env.EASYRTC_PYTHON ?? `${TARGET}/python/bin/python`;
const SCRIPT = fileURLToPath(
  new URL('../../../examples/python/easyrtc_client.py', import.meta.url),
);

/** Pings that are due soon, so that a client that doesn't answer them is soon seen to leave. */
const PINGS = { pingInterval: 200, pingTimeout: 1500 };

/** Of the pings of one client, those that outlast what another may leave unanswered. */
const PINGS_OUTLASTING = 12;

let server;
before(async () => (server = await startServer({ options: PINGS })));
after(() => server?.stop());

/** The example with these arguments: `exited` resolves with its exit code, and `output` grows. */
function start(t, ...args) {
  const child = spawn(PYTHON, ['-u', SCRIPT, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  t.after(() => child.kill('SIGKILL'));
  const client = { output: '', signal: (name) => child.kill(name) };
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => (client.output += text));
  }
  client.says = (line) => client.output.split('\n').includes(line);
  client.exited = new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve(code ?? signal));
  });
  client.exited.catch(() => {});
  client.ended = async () => {
    const code = await within('the Python client ends', client.exited).catch((error) => {
      throw new Error(`${error.message}\n${client.output}`);
    });
    assert.equal(code, 0, client.output);
  };
  return client;
}

const urlOf = {
  websocket: () => `${server.url.replace('http', 'ws')}/ws`,
  'Socket.IO': () => server.url,
};

for (const [one, other] of [
  ['websocket', 'websocket'],
  ['Socket.IO', 'Socket.IO'],
  ['websocket', 'Socket.IO'],
]) {
  test(`two Python clients meet, talk and leave: ${one} and ${other}`, async (t) => {
    const room = `${one}-${other}`;
    const watcher = await new Clients(server.url, t).login('websocket');
    const ada = start(t, urlOf[one](), '--name', 'ada', '--room', room, '--say', 'hello', '--until', 'bye');
    await until('ada is in the room', async () => (await watcher.roomCounts())[room] === 1);
    const bob = start(t, urlOf[other](), '--name', 'bob', '--room', room, '--say', 'bye', '--until', 'hello');
    await Promise.all([ada.ended(), bob.ended()]);
    for (const line of ['+ ada', '+ bob', 'bob: bye']) assert.ok(ada.says(line), ada.output);
    for (const line of ['+ ada', '+ bob', 'ada: hello']) assert.ok(bob.says(line), bob.output);
    await until('both have left', async () => (await watcher.roomCounts())[room] === 0);
  });
}

for (const [transport, url] of Object.entries(urlOf)) {
  test(`a Python client that is interrupted leaves, and others hear of it: ${transport}`, async (t) => {
    const room = `interrupted-${transport}`;
    const stays = start(t, url(), '--name', 'ada', '--room', room);
    const goes = start(t, url(), '--name', 'bob', '--room', room);
    await until('they have met', () => stays.says('+ bob') && goes.says('+ ada'));
    goes.signal('SIGINT');
    await until('ada has heard of it', () => stays.says('- bob'));
    await goes.ended();
  });

  test(`a Python client that has nothing to say stays: ${transport}`, async (t) => {
    const room = `quiet-${transport}`;
    const watcher = await new Clients(server.url, t).login('websocket');
    start(t, url(), '--name', 'ada', '--room', room);
    await until('ada is in the room', async () => (await watcher.roomCounts())[room] === 1);
    let pings = 0;
    watcher.socket.io.on('ping', () => (pings += 1));
    await until('ada had to answer pings', () => pings >= PINGS_OUTLASTING);
    assert.equal((await watcher.roomCounts())[room], 1);
  });

  test(`a Python client that is refused says why and ends: ${transport}`, async (t) => {
    const client = start(t, url(), '--name', 'ada', '--room', 'no room is called so');
    assert.notEqual(await within('the client ends', client.exited), 0, client.output);
    assert.match(client.output, /MSG_REJECT_BAD_STRUCTURE/);
  });
}
