// The protocol as an application's own Node client meets it, in each of socket.io-client's modes.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Clients, MODES } from '../harness/client.mjs';
import { startServer } from '../harness/server.mjs';
import { within } from '../harness/wait.mjs';

let server;
before(async () => {
  server = await startServer();
});
after(() => server?.stop());

const TRANSPORT_OF = { websocket: 'websocket', polling: 'polling', upgrade: 'websocket' };

const SDP = 'v=0\r\no=- 46117317 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n';

/** A text with everything that is easily mangled on the way. */
const DIFFICULT = 'é 🎉 \u2028 "quoted" \\ \u0000 \x1e __proto__';

for (const mode of Object.keys(MODES)) {
  describe(`socket.io-client, ${mode}`, () => {
    // Applications keep the tests apart: nothing crosses from one to the other.
    const application = `protocol-${mode}`;
    const login = (clients, fields) =>
      clients.login(mode, { applicationName: application, ...fields });

    test('the transport is the one asked for, also after an upgrade', async (t) => {
      const client = await new Clients(server.url, t).connect(mode);
      if (mode === 'upgrade') await client.upgraded();
      assert.equal(client.transport, TRANSPORT_OF[mode]);
    });

    test('a login is answered with a token that has what the stock client reads', async (t) => {
      const { token, easyrtcid } = await login(new Clients(server.url, t), { username: 'Ada' });
      assert.match(easyrtcid, /^[A-Za-z0-9]{16,32}$/);
      const { application: joined, iceConfig, roomData } = token.msgData;
      assert.equal(joined.applicationName, application);
      assert.ok(Array.isArray(iceConfig.iceServers));
      assert.equal(roomData.default.roomStatus, 'join');
      const self = roomData.default.clientList[easyrtcid];
      assert.equal(self.easyrtcid, easyrtcid);
      assert.equal(self.username, 'Ada');
      assert.equal(self.presence.show, 'chat');
    });

    test('those present are told who comes, joins, leaves and goes', async (t) => {
      const clients = new Clients(server.url, t);
      const [ada, ben] = [await login(clients), await login(clients, { username: 'Ben' })];
      const arrival = await ada.receiveUpdate('default', ben.easyrtcid);
      assert.equal(arrival.username, 'Ben');
      assert.ok(ben.token.msgData.roomData.default.clientList[ada.easyrtcid]);

      const room = 'meeting';
      await ada.joinRoom(room);
      const joined = await ben.joinRoom(room);
      assert.equal(joined.msgType, 'roomData');
      assert.deepEqual(
        Object.keys(joined.msgData.roomData[room].clientList).sort(),
        [ada.easyrtcid, ben.easyrtcid].sort(),
      );
      await ada.receiveUpdate(room, ben.easyrtcid);
      assert.equal((await ada.roomCounts())[room], 2);

      const left = await ben.leaveRoom(room);
      assert.deepEqual(left.msgData.roomData, { [room]: { roomName: room, roomStatus: 'leave' } });
      await ada.receiveRemoval(room, ben.easyrtcid);
      assert.equal((await ada.roomCounts())[room], 1);

      ben.close();
      await ada.receiveRemoval('default', ben.easyrtcid);
      assert.equal((await ada.roomCounts()).default, 1);
    });

    test('signals of a call reach their target, and each is acknowledged', async (t) => {
      const clients = new Clients(server.url, t);
      const [caller, called] = [await login(clients), await login(clients)];
      const signals = [
        ['offer', caller, called, { type: 'offer', sdp: SDP }],
        ['answer', called, caller, { type: 'answer', sdp: SDP + DIFFICULT }],
        ['candidate', caller, called, { type: 'candidate', label: 0, id: '0', candidate: '…' }],
        ['reject', called, caller, undefined],
        ['hangup', caller, called, undefined],
      ];
      for (const [msgType, from, to, msgData] of signals) {
        const answer = await from.command(msgType, { targetEasyrtcid: to.easyrtcid, msgData });
        assert.equal(answer.msgType, 'ack', `${msgType}: ${JSON.stringify(answer)}`);
        const relayed = await to.receiveType(msgType);
        assert.deepEqual(relayed.msgData, msgData);
        assert.equal(relayed.senderEasyrtcid, from.easyrtcid);
        assert.equal(relayed.easyrtcid, to.easyrtcid);
      }
    });

    test('application messages reach a client, and a room but for their sender', async (t) => {
      const clients = new Clients(server.url, t);
      const [ada, ben, eve] = [await login(clients), await login(clients), await login(clients)];
      await ada.joinRoom('pair');
      await ben.joinRoom('pair');

      const note = { text: DIFFICULT, nested: [null, 1.5, { deep: [[]] }] };
      const direct = { targetEasyrtcid: ben.easyrtcid, msgData: note };
      assert.equal((await ada.message('note', direct)).msgType, 'ack');
      const received = await ben.receiveType('note');
      assert.deepEqual(received.msgData, note);
      assert.equal(received.senderEasyrtcid, ada.easyrtcid);

      const toRoom = { targetRoom: 'pair', msgData: 'all of you' };
      assert.equal((await ben.message('call-out', toRoom)).msgType, 'ack');
      assert.equal((await ada.receiveType('call-out')).targetRoom, 'pair');

      // A message keeps its place in the order, so when this one is there, no earlier is to come.
      for (const client of [ben, eve]) {
        await ada.message('fence', { targetEasyrtcid: client.easyrtcid });
        await client.receiveType('fence');
        assert.ok(!client.received.some(({ message }) => message.msgType === 'call-out'));
      }

      const nobody = { targetEasyrtcid: 'nobody0123456789' };
      const refused = await ada.message('note', nobody);
      assert.equal(refused.msgType, 'error');
      assert.equal(refused.msgData.errorCode, 'MSG_REJECT_GEN_FAIL');
    });

    test('bytes within msgData arrive as they were sent', async (t) => {
      const clients = new Clients(server.url, t);
      const [ada, ben] = [await login(clients), await login(clients)];
      const small = Buffer.from([0, 1, 2, 0x1e, 0x62, 0xff, 0xfe]);
      const large = Buffer.alloc(200_000, (_, index) => index % 251);
      large.forEach((_, index) => (large[index] = index % 251));
      const msgData = { name: 'picture', parts: [small, { large }], again: small };
      const answer = await ada.message('file', { targetEasyrtcid: ben.easyrtcid, msgData });
      assert.equal(answer.msgType, 'ack', JSON.stringify(answer));
      const { name, parts, again } = (await ben.receiveType('file')).msgData;
      assert.equal(name, 'picture');
      assert.ok(small.equals(parts[0]));
      assert.ok(large.equals(parts[1].large));
      assert.ok(small.equals(again));
    });

    test('what the server emits asks for an ack, and an ack with any content is fine', async (t) => {
      const clients = new Clients(server.url, t);
      const [ada, ben] = [await login(clients), await login(clients)];
      const answers = [[], [null], ['text', 2, Buffer.from([1, 2, 3])], [{ msgType: 'error' }]];
      ben.socket.off('easyrtcMsg');
      ben.socket.on('easyrtcMsg', (message, acknowledge) => {
        ben.received.push({ message, ackRequested: typeof acknowledge === 'function' });
        acknowledge(...answers[message.msgData]);
      });
      for (const index of answers.keys()) {
        await ada.message('try', { targetEasyrtcid: ben.easyrtcid, msgData: index });
        await ben.receive(`try ${index}`, (message) => message.msgData === index);
      }
      // Its acks are behind it: the connection still works.
      assert.equal((await ben.command('getRoomList')).msgType, 'roomList');
      for (const { ackRequested } of [...ada.received, ...ben.received]) assert.ok(ackRequested);
    });

    test('messages of one client arrive in the order they were sent', async (t) => {
      const clients = new Clients(server.url, t);
      const [ada, ben] = [await login(clients), await login(clients)];
      const numbers = Array.from({ length: 200 }, (_, index) => index);
      const target = { targetEasyrtcid: ben.easyrtcid };
      await Promise.all(numbers.map((msgData) => ada.message('count', { ...target, msgData })));
      await ben.receive('the last', ({ msgData }) => msgData === numbers.at(-1));
      const counted = ben.received.filter(({ message }) => message.msgType === 'count');
      assert.deepEqual(
        counted.map(({ message }) => message.msgData),
        numbers,
      );
    });

    test('presence and fields of a room are seen by the others', async (t) => {
      const clients = new Clients(server.url, t);
      const [ada, ben] = [await login(clients), await login(clients)];
      const setPresence = { show: 'dnd', status: 'in a call' };
      assert.equal((await ada.command('setPresence', { msgData: { setPresence } })).msgType, 'roomData');
      const busy = await ben.receiveUpdate(
        'default',
        ada.easyrtcid,
        ({ presence }) => presence.show === 'dnd',
      );
      assert.equal(busy.presence.status, 'in a call');

      const field = { mood: { fieldName: 'mood', fieldValue: { text: DIFFICULT } } };
      const setRoomApiField = { roomName: 'default', field };
      const answer = await ada.command('setRoomApiField', { msgData: { setRoomApiField } });
      assert.equal(answer.msgType, 'roomData', JSON.stringify(answer));
      const update = await ben.receiveUpdate('default', ada.easyrtcid, ({ apiField }) => apiField);
      assert.deepEqual(update.apiField, field);
    });

    test('a refused login is answered before the connection ends', async (t) => {
      const client = await new Clients(server.url, t).connect(mode);
      const events = [];
      client.socket.on('disconnect', () => events.push('disconnect'));
      // By callback, since a promise would resolve after what comes in the same chunk.
      const answer = await within(
        'the login is answered',
        new Promise((resolve) => {
          const authenticate = client.authentication({ applicationName: 'no such name!' });
          client.socket.emit('easyrtcAuth', authenticate, (message) => {
            events.push('answer');
            resolve(message);
          });
        }),
      );
      assert.equal(answer.msgType, 'error');
      assert.equal(answer.msgData.errorCode, 'MSG_REJECT_BAD_STRUCTURE');
      assert.equal(typeof answer.msgData.errorText, 'string');
      assert.equal(await client.disconnected(), 'io server disconnect');
      assert.deepEqual(events, ['answer', 'disconnect']);
    });
  });
}
