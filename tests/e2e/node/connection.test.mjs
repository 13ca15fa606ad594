// The connection itself: namespaces, the upgrade, limits, lines that break, silence.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Client, Clients, MODES } from '../harness/client.mjs';
import { Line } from '../harness/line.mjs';
import { startServer } from '../harness/server.mjs';
import { until, within } from '../harness/wait.mjs';

/** Short enough to see a silent client go, and pings that keep the others. */
const ATTENTIVE = { stillAliveInterval: 1000, stillAliveGracePeriod: 500, pingInterval: 400 };

let server;
let attentive;
before(async () => {
  server = await startServer();
  attentive = await startServer({ options: ATTENTIVE });
});
after(async () => {
  await server?.stop();
  await attentive?.stop();
});

async function lineTo(url, t) {
  const line = await Line.to(url);
  t.after(() => line.close());
  return line;
}

for (const mode of Object.keys(MODES)) {
  test(`an unknown namespace is refused, ${mode}`, async (t) => {
    const client = new Client(`${server.url}/nowhere`, mode);
    t.after(() => client.close());
    await assert.rejects(client.connected(), { message: 'Invalid namespace' });
  });

  test(`a client that keeps quiet but answers pings stays, ${mode}`, async (t) => {
    const application = { applicationName: `quiet-${mode}` };
    const client = await new Clients(attentive.url, t).login(mode, application);
    if (mode === 'upgrade') await client.upgraded();
    let pings = 0;
    client.socket.io.on('ping', () => (pings += 1));
    await until('enough heartbeats to outlast the silence allowed', () => pings >= 6);
    assert.equal(client.disconnectReason, null);
    assert.equal((await client.command('getRoomList')).msgType, 'roomList');
  });

  test(`a client behind a line that swallows everything is seen to leave, ${mode}`, async (t) => {
    const application = { applicationName: `silent-${mode}` };
    const line = await lineTo(attentive.url, t);
    const watcher = await new Clients(attentive.url, t).login('websocket', application);
    const silent = await new Clients(line.url, t).login(mode, application);
    if (mode === 'upgrade') await silent.upgraded();
    line.swallow();
    await watcher.receiveRemoval('default', silent.easyrtcid);
    assert.equal((await watcher.roomCounts()).default, 1);
  });

  test(`a client whose line is cut is seen to leave, ${mode}`, async (t) => {
    const application = { applicationName: `cut-${mode}` };
    // The end of a WebSocket tells by itself. Between two polls there is nothing that could end,
    // so there it is the heartbeat that tells.
    const { url } = mode === 'polling' ? attentive : server;
    const line = await lineTo(url, t);
    const watcher = await new Clients(url, t).login('websocket', application);
    const cut = await new Clients(line.url, t).login(mode, application);
    if (mode === 'upgrade') await cut.upgraded();
    line.cut();
    await watcher.receiveRemoval('default', cut.easyrtcid);
    assert.match(await cut.disconnected(), /^transport (close|error)$/);
  });

  test(`a message above the limit ends its connection and no other, ${mode}`, async (t) => {
    const application = { applicationName: `large-${mode}` };
    const clients = new Clients(server.url, t);
    const [watcher, large] = [
      await clients.login('websocket', application),
      await clients.login(mode, application),
    ];
    if (mode === 'upgrade') await large.upgraded();
    const fits = { targetEasyrtcid: watcher.easyrtcid, msgData: 'x'.repeat(900_000) };
    assert.equal((await large.message('fits', fits)).msgType, 'ack');
    assert.equal((await watcher.receiveType('fits')).msgData.length, 900_000);
    const oversize = { ...fits, msgData: 'x'.repeat(1_000_001) };
    large.socket.emit('easyrtcMsg', { msgType: 'oversize', ...oversize }, () => {});
    assert.match(await large.disconnected(), /^transport (close|error)$/);
    await watcher.receiveRemoval('default', large.easyrtcid);
    assert.ok(!watcher.received.some(({ message }) => message.msgType === 'oversize'));
  });
}

describe('the upgrade from polling to a WebSocket', () => {
  test('loses nothing, repeats nothing and keeps the order, in both directions', async (t) => {
    const application = { applicationName: 'upgrade-under-load' };
    const clients = new Clients(server.url, t);
    const peer = await clients.login('websocket', application);
    const upgrading = await clients.login('upgrade', application);
    const sent = { there: 0, back: 0 };
    const answers = [];
    const send = (from, to, direction) =>
      answers.push(
        from.message(direction, { targetEasyrtcid: to.easyrtcid, msgData: sent[direction]++ }),
      );
    // Messages go both ways before, during and after the upgrade.
    await until('the upgrade under load', () => {
      send(peer, upgrading, 'there');
      send(upgrading, peer, 'back');
      return upgrading.transport === 'websocket' && sent.there > 50;
    });
    for (const answer of await Promise.all(answers)) assert.equal(answer.msgType, 'ack');
    for (const [to, direction] of [[upgrading, 'there'], [peer, 'back']]) {
      const numbers = () =>
        to.received
          .filter(({ message }) => message.msgType === direction)
          .map(({ message }) => message.msgData);
      await until(`all messages ${direction}`, () => numbers().length >= sent[direction]);
      assert.deepEqual(numbers(), Array.from({ length: sent[direction] }, (_, index) => index));
    }
  });
});

test('after a cut line the client comes back by itself and logs in anew', async (t) => {
  const application = { applicationName: 'reconnect' };
  const line = await lineTo(server.url, t);
  const watcher = await new Clients(server.url, t).login('websocket', application);
  const client = await new Clients(line.url, t).connect('upgrade', {
    reconnection: true,
    reconnectionDelay: 20,
    reconnectionDelayMax: 50,
  });
  const logins = [];
  await client.login(application);
  client.socket.on('connect', () => logins.push(client.login(application)));
  await client.upgraded();
  const before = client.easyrtcid;

  line.cut();
  await watcher.receiveRemoval('default', before);
  await until('attempts on the cut line', () => line.refusals > 0);
  // What a client sends meanwhile is kept by socket.io-client, and sent before the new login.
  const early = client.command('hangup', { targetEasyrtcid: watcher.easyrtcid });
  line.mend();
  await until('the client logs in again', () => logins.length > 0);
  const token = await logins[0];
  assert.notEqual(token.msgData.easyrtcid, before);
  await watcher.receiveUpdate('default', token.msgData.easyrtcid);
  assert.equal((await watcher.roomCounts()).default, 2);
  assert.equal((await within('the early hangup is answered', early)).msgType, 'ack');
  assert.ok(!watcher.received.some(({ message }) => message.msgType === 'hangup'));
});
