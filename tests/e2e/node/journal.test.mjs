// The journal of a server with many clients holds no secrets and comes out the same again.

import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import WebSocket from 'ws';
import { EasyrtcSocket } from '../../../clients/js/easyrtc-socket.mjs';
import { Client, MODES } from '../harness/client.mjs';
import { TARGET, runServer, startServer } from '../harness/server.mjs';

const CLIENTS = 50;
const ROOMS = 5;
const MESSAGES = 10;

/** In everything that must not be written down. */
const SECRET = 'correct-horse-battery-staple';

/** Each client over another transport than the one before. */
function connect(url, index) {
  const modes = [...Object.keys(MODES), 'ws'];
  const mode = modes[index % modes.length];
  if (mode !== 'ws') return new Client(url, mode, { query: { token: SECRET } });
  const open = (address) => {
    const socket = new EasyrtcSocket(`${address.replace('http', 'ws')}/ws`, { WebSocket });
    return Object.assign(socket, { once: socket.on });
  };
  return new Client(url, 'websocket', { connect: open });
}

function login(client, index) {
  const apiField = { f: { fieldName: 'f', fieldValue: `${SECRET} ${index}` } };
  return client.login({
    username: `${SECRET} ${index}`,
    easyrtcsid: `${SECRET}.${index % 7}`,
    credential: { password: SECRET },
    setPresence: { show: 'chat', status: SECRET },
    setUserCfg: { apiField },
  });
}

async function live(client, index, peers) {
  await client.joinRoom(`room-${index % ROOMS}`);
  for (let number = 0; number < MESSAGES; number += 1) {
    const peer = peers[(index + number) % peers.length].easyrtcid;
    const msgData = { number, sdp: SECRET };
    await client.command('offer', { targetEasyrtcid: peer, msgData });
    await client.message('said', { targetRoom: 'default', msgData: [SECRET, number] });
    const setPresence = { show: 'away', status: `${SECRET} ${number}` };
    await client.command('setPresence', { msgData: { setPresence } });
  }
  if (index % 3 === 0) await client.leaveRoom(`room-${index % ROOMS}`);
  if (index % 2 === 0) client.close();
}

test(`a journal of ${CLIENTS} clients`, async (t) => {
  const directory = `${TARGET}/e2e`;
  mkdirSync(directory, { recursive: true });
  const journal = `${directory}/journal.jsonl`;
  const options = { roomMaxConnection: 40, roomEmptyTtl: 10, stillAliveInterval: 100_000 };
  const server = await startServer({ options, flags: ['--journal', journal] });
  const clients = [];
  try {
    clients.push(...Array.from({ length: CLIENTS }, (_, index) => connect(server.url, index)));
    await Promise.all(clients.map((client) => client.connected()));
    // The default room has no place for all of them: the others are refused and sent away.
    const outcomes = await Promise.allSettled(clients.map(login));
    const inside = clients.filter((_, index) => outcomes[index].status === 'fulfilled');
    assert.equal(inside.length, options.roomMaxConnection);
    await Promise.all(inside.map((client, index) => live(client, index, inside)));
  } finally {
    await server.stop();
    clients.forEach((client) => client.close());
  }
  const text = readFileSync(journal, 'utf8');

  await t.test('holds no secrets', () => {
    assert.ok(!text.includes(SECRET));
    // Nor in another form.
    assert.ok(!text.includes(Buffer.from(SECRET).toString('base64')));
    assert.ok(!text.includes(encodeURIComponent(SECRET)));
  });

  await t.test('comes out the same', () => {
    const steps = text.split('\n').length - 3;
    assert.ok(steps > CLIENTS * MESSAGES, `${steps} steps`);
    assert.deepEqual(runServer(['replay', '--check', journal]), {
      code: 0,
      output: `${steps} steps, all as they were.\n`,
    });
  });

  await t.test('is noticed when it was changed', () => {
    const changed = `${directory}/journal-changed.jsonl`;
    const lines = text.split('\n');
    const line = lines.findIndex((line) => line.includes('"msgType":"token"'));
    lines[line] = lines[line].replace('"drawn":["', '"drawn":["AAAAAAAAAAAAAAAA","');
    writeFileSync(changed, lines.join('\n'));
    const { code, output } = runServer(['replay', '--check', changed]);
    assert.equal(code, 1, output);
    assert.match(output, new RegExp(`^Step ${line} comes out differently`));
  });
});
