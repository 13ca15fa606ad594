// Each generation of socket.io-client, in each of its modes, against the same server, and each
// with a peer of the newest.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { io as connect4 } from 'socket.io-client';
import connect1 from 'socket.io-client-1';
import connect2 from 'socket.io-client-2';
import { io as connect3 } from 'socket.io-client-3';
import { Client, Clients, MODES } from '../harness/client.mjs';
import { startServer } from '../harness/server.mjs';
import { until, within } from '../harness/wait.mjs';

/** Short enough to see heartbeats; what a client may be silent is long enough for a slow machine. */
const PING_INTERVAL = 200;

let server;
before(async () => {
  server = await startServer({ options: { pingInterval: PING_INTERVAL } });
});
after(() => server?.stop());

/** Calls `seen` with what the client is told of a namespace that does not exist. */
const error = (socket, seen) => socket.on('error', seen);
const connectError = (socket, seen) => socket.on('connect_error', ({ message }) => seen(message));

/** The older ones ping, the newer ones are pinged: `heartbeat` is what the server sends. */
const GENERATIONS = {
  1: { connect: connect1, heartbeat: 'pong', onRefusal: error },
  2: { connect: connect2, heartbeat: 'pong', onRefusal: error },
  3: { connect: connect3, heartbeat: 'ping', onRefusal: connectError },
  4: { connect: connect4, heartbeat: 'ping', onRefusal: connectError },
};

const SDP = 'v=0\r\no=- 46117317 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n';

/** A text with everything that is easily mangled on the way. */
const DIFFICULT = 'é 🎉 \u2028 "quoted" \\ \\u00e9 \u0000 \x1e 7:4 __proto__';

for (const [generation, { connect, heartbeat, onRefusal }] of Object.entries(GENERATIONS)) {
  for (const mode of Object.keys(MODES)) {
    describe(`socket.io-client ${generation}, ${mode}`, () => {
      const applicationName = `matrix-${generation}-${mode}`;

      /** Logs in a client of this generation, upgraded if that is the mode. */
      async function login(clients, fields) {
        const client = await clients.login(mode, { applicationName, ...fields }, { connect });
        if (mode === 'upgrade') await client.upgraded();
        return client;
      }

      /** Logs in a client of this generation and a peer of the newest. */
      async function pair(t) {
        const clients = new Clients(server.url, t);
        const peer = await clients.login('websocket', { applicationName });
        return [await login(clients, { username: 'Ada' }), peer];
      }

      test('logs in', async (t) => {
        const client = await login(new Clients(server.url, t), { username: 'Ada' });
        assert.equal(client.transport, mode === 'polling' ? 'polling' : 'websocket');
        assert.match(client.easyrtcid, /^[A-Za-z0-9]{16,32}$/);
        const { roomData } = client.token.msgData;
        assert.equal(roomData.default.clientList[client.easyrtcid].username, 'Ada');
      });

      test('sees who comes, joins, leaves and goes, and is seen', async (t) => {
        const [client, peer] = await pair(t);
        const arrival = await peer.receiveUpdate('default', client.easyrtcid);
        assert.equal(arrival.username, 'Ada');
        await peer.joinRoom('meeting');
        const joined = await client.joinRoom('meeting');
        assert.ok(joined.msgData.roomData.meeting.clientList[peer.easyrtcid]);
        await peer.receiveUpdate('meeting', client.easyrtcid);
        await client.leaveRoom('meeting');
        await peer.receiveRemoval('meeting', client.easyrtcid);
        assert.equal((await client.roomCounts()).meeting, 1);
        peer.close();
        await client.receiveRemoval('default', peer.easyrtcid);
      });

      test('its going is seen', async (t) => {
        const [client, peer] = await pair(t);
        client.close();
        await peer.receiveRemoval('default', client.easyrtcid);
      });

      test('signals of a call and messages go both ways, each acknowledged', async (t) => {
        const [client, peer] = await pair(t);
        for (const [from, to] of [[client, peer], [peer, client]]) {
          const target = { targetEasyrtcid: to.easyrtcid };
          const offer = { type: 'offer', sdp: SDP + DIFFICULT };
          assert.equal((await from.command('offer', { ...target, msgData: offer })).msgType, 'ack');
          assert.deepEqual((await to.receiveType('offer')).msgData, offer);
          const note = { [DIFFICULT]: [DIFFICULT, null, 1.5, [[]]] };
          assert.equal((await from.message('note', { ...target, msgData: note })).msgType, 'ack');
          assert.deepEqual((await to.receiveType('note')).msgData, note);
        }
        for (const { ackRequested } of client.received) assert.equal(ackRequested, true);
        const nobody = { targetEasyrtcid: 'nobody0123456789', msgData: { type: 'offer' } };
        const refused = await client.command('offer', nobody);
        assert.equal(refused.msgData.errorCode, 'MSG_REJECT_TARGET_EASYRTCID');
      });

      test('messages in both directions keep their order', async (t) => {
        const [client, peer] = await pair(t);
        for (const [from, to] of [[client, peer], [peer, client]]) {
          const numbers = Array.from({ length: 100 }, (_, index) => index);
          const target = { targetEasyrtcid: to.easyrtcid };
          await Promise.all(numbers.map((msgData) => from.message('count', { ...target, msgData })));
          await to.receive('the last', ({ msgData }) => msgData === numbers.at(-1));
          const counted = to.received.filter(({ message }) => message.msgType === 'count');
          assert.deepEqual(counted.map(({ message }) => message.msgData), numbers);
        }
      });

      test('a message of 0.9 MB goes both ways', async (t) => {
        const [client, peer] = await pair(t);
        const msgData = 'x'.repeat(900_000);
        for (const [from, to] of [[client, peer], [peer, client]]) {
          const answer = await from.message('large', { targetEasyrtcid: to.easyrtcid, msgData });
          assert.equal(answer.msgType, 'ack', JSON.stringify(answer));
          assert.ok((await to.receiveType('large')).msgData === msgData);
        }
      });

      test('bytes go both ways', async (t) => {
        const [client, peer] = await pair(t);
        const small = Buffer.from([0, 1, 2, 0x1e, 0x3a, 0x62, 0xff, 0xfe]);
        const large = Buffer.from(Array.from({ length: 200_000 }, (_, index) => index % 251));
        const msgData = { name: DIFFICULT, parts: [small, { large }], again: small };
        for (const [from, to] of [[client, peer], [peer, client]]) {
          const answer = await from.message('file', { targetEasyrtcid: to.easyrtcid, msgData });
          assert.equal(answer.msgType, 'ack', JSON.stringify(answer));
          const { name, parts, again } = (await to.receiveType('file')).msgData;
          assert.equal(name, DIFFICULT);
          assert.ok(small.equals(parts[0]));
          assert.ok(large.equals(parts[1].large));
          assert.ok(small.equals(again));
        }
      });

      test('heartbeats keep a quiet client', async (t) => {
        const client = await login(new Clients(server.url, t));
        let beats = 0;
        client.socket.io.engine.on('packet', ({ type }) => (beats += type === heartbeat));
        await until('three heartbeats', () => beats >= 3);
        assert.equal(client.disconnectReason, null);
        assert.equal((await client.command('getRoomList')).msgType, 'roomList');
      });

      test('a refused login is answered, then the server disconnects', async (t) => {
        const client = await new Clients(server.url, t).connect(mode, { connect });
        if (mode === 'upgrade') await client.upgraded();
        const answer = await client.authenticate({ applicationName: 'no such name!' });
        assert.equal(answer.msgData.errorCode, 'MSG_REJECT_BAD_STRUCTURE');
        assert.equal(await client.disconnected(), 'io server disconnect');
      });

      test('an unknown namespace is refused', async (t) => {
        const client = new Client(`${server.url}/nowhere`, mode, { connect });
        t.after(() => client.close());
        const refusal = new Promise((resolve) => onRefusal(client.socket, resolve));
        assert.equal(await within('the refusal', refusal), 'Invalid namespace');
      });
    });
  }
}
