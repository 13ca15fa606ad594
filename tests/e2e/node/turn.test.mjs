// A real coturn and our credentials for it: each configured as examples/coturn has it.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Clients } from '../harness/client.mjs';
import { startServer } from '../harness/server.mjs';
import { passwordFor, relay, settingsFile, startTurn } from '../harness/turn.mjs';

/** The lifetime of the example's credentials, in seconds. */
const LIFETIME = 12 * 60 * 60;

const now = () => Date.now() / 1000;

let turn;
let server;
before(async () => {
  turn = await startTurn();
  server = await startServer({ flags: ['--config', settingsFile(turn.port)] });
});
after(async () => {
  turn?.stop();
  await server?.stop();
});

/** The TURN server among those that a client is told, which comes after all others. */
function relayOf({ msgData }) {
  const servers = msgData.iceConfig.iceServers;
  assert.ok(servers.length > 1 && servers.slice(0, -1).every(({ url }) => url.startsWith('stun:')));
  const { urls, url, username, credential } = servers.at(-1);
  assert.deepEqual(urls, ['udp', 'tcp'].map((kind) => `turn:127.0.0.1:${turn.port}?transport=${kind}`));
  assert.equal(url, urls[0]);
  return { username, credential };
}

test('an allocation with the credentials of a token succeeds, over UDP and TCP', async (t) => {
  const client = await new Clients(server.url, t).connect('websocket');
  const before = now();
  const { username, credential } = relayOf(await client.login({ username: 'ada' }));
  const expiry = Number(/^(\d+):ada$/.exec(username)[1]);
  assert.ok(expiry >= Math.floor(before) + LIFETIME && expiry <= now() + LIFETIME, username);
  const over = (flags) => relay(turn.port, { username, credential }, flags);
  for (const { code, output } of await Promise.all([over([]), over(['-t'])])) {
    assert.equal(code, 0, output);
  }
});

test('getIceConfig brings others that work', async (t) => {
  const client = await new Clients(server.url, t).connect('websocket');
  const token = await client.login();
  const first = relayOf(token);
  assert.match(first.username, /^\d+:\d+$/);
  const second = relayOf(await client.command('getIceConfig'));
  assert.ok(second.username.endsWith(`:${token.msgData.easyrtcid}`), second.username);
  assert.notEqual(second.credential, first.credential);
  const { code, output } = await relay(turn.port, second);
  assert.equal(code, 0, output);
});

test('an allocation with credentials that have expired or were altered fails', async (t) => {
  const client = await new Clients(server.url, t).connect('websocket');
  const { username, credential } = relayOf(await client.login({ username: 'ada' }));
  // Made as the server makes them, so that nothing but the time is wrong.
  assert.equal(credential, passwordFor(username));
  const past = `${Math.floor(now()) - 1}:ada`;
  const later = `${Number.parseInt(username) + 1}:ada`;
  for (const [what, refused] of Object.entries({
    expired: { username: past, credential: passwordFor(past) },
    'another time': { username: later, credential },
    'another name': { username: username.replace('ada', 'ben'), credential },
    'another secret': { username, credential: passwordFor(username, 'guessed') },
    'no time': { username: 'ada', credential: passwordFor('ada', 'guessed') },
  })) {
    const { code, output } = await relay(turn.port, refused);
    assert.notEqual(code, 0, `${what}: ${output}`);
    assert.match(output, /Cannot complete Allocation/, what);
  }
});
