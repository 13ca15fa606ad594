// Every message that the server sends of its own accord, each caused over the admin API, as a client on a
// plain WebSocket gets it, and clients/js, and socket.io-client.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import WebSocket from 'ws';
import { EasyrtcSocket } from '../../../clients/js/easyrtc-socket.mjs';
import { startAdministered } from '../harness/admin.mjs';
import { Files } from '../harness/auth.mjs';
import { Clients } from '../harness/client.mjs';
import { rawSocket } from '../harness/raw-socket.mjs';
import { within } from '../harness/wait.mjs';

const CLIENTS = {
  'a plain WebSocket': { connect: rawSocket },
  'clients/js': { connect: (url) => new EasyrtcSocket(url, { WebSocket, reconnection: false }) },
  'socket.io-client': {},
};

const ROOM = '/v1/applications/{app}/rooms/{room}';
const SESSION = '/v1/applications/{app}/sessions/{easyrtcsid}';
const FORWARD = { url: 'https://example.org/help' };
const TURN = { urls: 'turn:turn.example.org', username: 'ada', credential: '6f1c' };
const field = (fieldName, fieldValue) => ({ [fieldName]: { fieldName, fieldValue } });
const update = (room, more) => ({ roomData: { [room]: { roomName: room, roomStatus: 'update', ...more } } });

/** The requests that cause each message: its name, the request, its body, and the `msgData` that comes. */
const CASES = [
  ['sessionData', `PUT ${SESSION}/fields/{name}`, { fieldValue: { seats: 3 }, isShared: true }, ({ easyrtcsid }) => ({
    sessionData: { easyrtcsid, field: field('topic', { seats: 3 }) },
  })],
  ['sessionData', `DELETE ${SESSION}/fields/{name}`, undefined, ({ easyrtcsid }) => ({
    sessionData: { easyrtcsid, field: {} },
  })],
  ['roomData', `PUT ${ROOM}/fields/{name}`, { fieldValue: ['é', null], isShared: true }, ({ room }) =>
    update(room, { field: field('topic', ['é', null]) })],
  ['roomData', `DELETE ${ROOM}/fields/{name}`, undefined, ({ room }) => update(room, { field: {} })],
  ['iceConfig', 'POST /v1/ice-configs', { iceServers: [TURN] }, () => ({
    iceConfig: { iceServers: [{ ...TURN, url: TURN.urls }] },
  })],
  ['forwardToUrl', 'POST /v1/forwards', FORWARD, () => ({ forwardToUrl: FORWARD })],
  ['forwardToUrl', 'POST /v1/forwards', { ...FORWARD, newWindow: true }, () => ({
    forwardToUrl: { ...FORWARD, newWindow: true },
    newWindow: true,
  })],
  ['error', 'POST /v1/errors', { errorCode: 'MSG_REJECT_GEN_FAIL' }, () => undefined],
  ['note', 'POST /v1/messages', { msgType: 'note', msgData: { text: 'é' } }, () => ({ text: 'é' })],
];

for (const [kind, options] of Object.entries(CLIENTS)) {
  describe(`messages of the server, to ${kind}`, () => {
    const cleanups = [];
    let server;
    let admin;

    before(async () => {
      const files = new Files((end) => cleanups.push(end));
      ({ server, admin } = await startAdministered(files));
    });
    after(async () => {
      await server?.stop();
      cleanups.forEach((end) => end());
    });

    /** A client of an application of its own, and names that requests about it need. */
    async function enter(t, app, fields = {}, { url } = server) {
      const easyrtcsid = `session-of-${app}`;
      const login = { applicationName: app, easyrtcsid, roomJoin: { Lobby: { roomName: 'Lobby' } }, ...fields };
      const client = await new Clients(url, t).login('websocket', login, options);
      const { easyrtcid } = client;
      return { client, app, easyrtcsid, easyrtcid, room: 'Lobby', name: 'topic' };
    }

    /** The next event that `client` has not taken yet, without what changes from run to run. */
    async function next(client, msgType) {
      const message = await client.receiveType(msgType);
      client.received.splice(client.received.findIndex((entry) => entry.message === message), 1);
      const { serverTime, ...told } = message;
      assert.equal(typeof serverTime, 'number');
      assert.equal(told.easyrtcid, client.easyrtcid);
      return told;
    }

    test('each, with exactly what was asked for', async (t) => {
      const names = await enter(t, 'each');
      const { client, easyrtcid } = names;
      for (const [msgType, request, body, expected] of CASES) {
        const to = request.startsWith('POST') ? { to: { easyrtcid } } : {};
        await admin.ask(request, names, body && { ...to, ...body });
        const { msgData, ...told } = await next(client, msgType);
        assert.deepEqual(told, { msgType, easyrtcid }, request);
        if (msgType === 'error') assert.equal(msgData.errorCode, body.errorCode);
        else assert.deepEqual(msgData, expected(names), request);
      }
      assert.deepEqual(client.received, [], 'nothing else came');
      assert.equal(client.disconnectReason, null);
    });

    test('ICE servers that were pushed are those of getIceConfig, until the configured ones are', async (t) => {
      const { client, easyrtcid } = await enter(t, 'ice');
      const asked = async () => (await client.command('getIceConfig')).msgData.iceConfig.iceServers;
      const configured = await asked();
      for (const [body, expected] of [
        [{ iceServers: [TURN] }, [{ ...TURN, url: TURN.urls }]],
        [{ iceServers: [] }, []],
        [{}, configured],
      ]) {
        await admin.ask('POST /v1/ice-configs', {}, { to: { easyrtcid }, ...body });
        assert.deepEqual((await next(client, 'iceConfig')).msgData.iceConfig.iceServers, expected);
        assert.deepEqual(await asked(), expected);
      }
    });

    test('token again, with what changed since the login (D20)', async (t) => {
      const names = await enter(t, 'token');
      const { client, easyrtcid } = names;
      const shared = { fieldValue: 1, isShared: true };
      await admin.ask('PUT /v1/connections/{easyrtcid}/fields/{name}', names, shared);
      await admin.ask('PUT /v1/applications/{app}/fields/{name}', names, { ...shared, fieldValue: 2 });
      await admin.ask('PUT /v1/applications/{app}/groups/{group}/members/{easyrtcid}', { ...names, group: 'staff' });
      assert.deepEqual(client.received, [], 'no token as a side effect');
      await admin.ask('POST /v1/connections/{easyrtcid}/token', names);
      const { msgData } = await next(client, 'token');
      assert.equal(msgData.easyrtcid, easyrtcid);
      assert.deepEqual(msgData.field, field('topic', 1));
      assert.deepEqual(msgData.application.field, field('topic', 2));
      assert.deepEqual(msgData.groupList, { staff: { groupName: 'staff' } });
      assert.deepEqual(Object.keys(msgData.roomData.Lobby.clientList), [easyrtcid]);
    });

    test('easyrtcMsg to a client, a room, a group, an application and everybody', async (t) => {
      const ada = await enter(t, 'messages');
      const ben = await enter(t, 'messages');
      const eve = await enter(t, 'other');
      await ben.client.joinRoom('Office');
      const group = 'staff';
      await admin.ask('PUT /v1/applications/{app}/groups/{group}/members/{easyrtcid}', { ...ben, group });
      const { app } = ada;
      const audiences = [
        [{ easyrtcid: ada.easyrtcid }, [ada]],
        [{ application: app, room: 'Office' }, [ben]],
        [{ application: app, room: 'Lobby' }, [ada, ben]],
        [{ application: app, group }, [ben]],
        [{ application: app }, [ada, ben]],
        [{ everybody: true }, [ada, ben, eve]],
      ];
      const expected = new Map([ada, ben, eve].map((one) => [one, []]));
      for (const [index, [to, receivers]] of audiences.entries()) {
        const answer = await admin.ask('POST /v1/messages', {}, { to, msgType: `note-${index}`, msgData: to });
        assert.deepEqual(answer, { sentTo: receivers.length }, JSON.stringify(to));
        receivers.forEach((one) => expected.get(one).push([`note-${index}`, to]));
      }
      for (const [{ client }, notes] of expected) {
        await client.receiveType(notes.at(-1)[0]);
        const told = client.received.filter(({ event }) => event === 'easyrtcMsg').map(({ message }) => message);
        assert.deepEqual(told.map(({ msgType, msgData }) => [msgType, msgData]), notes);
        assert.ok(told.every((message) => !('senderEasyrtcid' in message)), 'nobody sent them');
      }
    });

    test('roomData join and leave: put in, taken out, and out of a room that is closed', async (t) => {
      const ada = await enter(t, 'rooms');
      const ben = await enter(t, 'rooms');
      const member = `${ROOM}/members/{easyrtcid}`;
      await ada.client.receiveUpdate('Lobby', ben.easyrtcid);
      await admin.ask(`PUT ${ROOM}`, { ...ada, room: 'Office' });
      await admin.ask(`PUT ${member}`, { ...ada, room: 'Office' });
      await ada.client.receive('the room', ({ msgData }) => msgData?.roomData?.Office?.roomStatus === 'join');
      await admin.ask(`PUT ${member}`, { ...ben, room: 'Office' });
      const joined = await ben.client.receive('the room', ({ msgData }) => msgData?.roomData?.Office);
      const { roomStatus, clientList } = joined.msgData.roomData.Office;
      assert.equal(roomStatus, 'join');
      assert.deepEqual(Object.keys(clientList).sort(), [ada.easyrtcid, ben.easyrtcid].sort());
      await ada.client.receiveUpdate('Office', ben.easyrtcid);

      const isOut = (room) => ({ msgData }) => msgData?.roomData?.[room]?.roomStatus === 'leave';
      await admin.ask(`DELETE ${member}`, { ...ben, room: 'Office' });
      const out = await ben.client.receive('that it is out', isOut('Office'));
      assert.deepEqual(out.msgData.roomData, { Office: { roomName: 'Office', roomStatus: 'leave' } });
      await ada.client.receiveRemoval('Office', ben.easyrtcid);

      await admin.ask(`DELETE ${ROOM}`, ada);
      for (const { client } of [ada, ben]) {
        const closed = await client.receive('that it is closed', isOut('Lobby'));
        assert.deepEqual(closed.msgData.roomData, { Lobby: { roomName: 'Lobby', roomStatus: 'leave' } });
      }
      assert.deepEqual(await ada.client.roomCounts(), { Office: 1, default: 0 });
    });

    test('roomData: presence that the operator sets', async (t) => {
      const ada = await enter(t, 'presence');
      const ben = await enter(t, 'presence');
      const presence = { show: 'dnd', status: 'in a meeting' };
      await admin.ask('PUT /v1/connections/{easyrtcid}/presence', ada, presence);
      const isBusy = (entry) => entry.presence.show === 'dnd';
      const entry = await ben.client.receiveUpdate('Lobby', ada.easyrtcid, isBusy);
      assert.deepEqual(entry.presence, presence);
    });

    test('error by a kick, which ends the connection', async (t) => {
      const ada = await enter(t, 'kick');
      const ben = await enter(t, 'kick');
      await admin.ask('DELETE /v1/connections/{easyrtcid}', ada);
      const { msgData } = await next(ada.client, 'error');
      assert.equal(msgData.errorCode, 'LOGIN_GEN_FAIL');
      await ada.client.disconnected();
      await ben.client.receiveRemoval('Lobby', ada.easyrtcid);
      assert.equal((await admin.send('DELETE', `/v1/connections/${ada.easyrtcid}`)).status, 404);
    });

    const drain = async (t, body) => {
      const drained = await startAdministered(new Files((end) => t.after(end)));
      t.after(() => drained.server.signal('SIGKILL'));
      const { client } = await enter(t, 'drain', {}, drained.server);
      await drained.admin.ask('POST /v1/drain', {}, body);
      return { client, server: drained.server };
    };
    const ends = async ({ exited }) =>
      assert.deepEqual(await within('the server ends', exited), { code: 0, signal: null });

    for (const [what, body] of Object.entries({ 'at once': {}, 'when its time is over': { within: 1 } })) {
      test(`error by a drain, ${what}`, async (t) => {
        const { client, server } = await drain(t, body);
        assert.equal((await next(client, 'error')).msgData.errorCode, 'SERVER_SHUTDOWN');
        // clients/js would go on, should the server come back.
        await ends(server);
      });
    }

    test('a drain lets nobody in, and those there carry on until they leave', async (t) => {
      const { client, server } = await drain(t, { within: 600 });
      assert.equal((await fetch(`${server.url}/healthz`)).status, 503);
      const late = new Clients(server.url, t).connect('websocket', { connect: rawSocket });
      await assert.rejects(late, /503/);
      assert.equal((await client.command('getRoomList')).msgType, 'roomList');
      client.close();
      await ends(server);
    });
  });
}
