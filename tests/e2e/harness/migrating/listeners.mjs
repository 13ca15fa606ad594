// What takes the place of each event listener of the original, tried.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { startAdministered } from '../admin.mjs';
import { until, within } from '../wait.mjs';

const TURN = { urls: 'turn:turn.example.org', username: 'ada', credential: '6f1c' };
const joining = (...names) => ({ roomJoin: Object.fromEntries(names.map((roomName) => [roomName, { roomName }])) });
const of = ({ easyrtcid }) => (event) => event.easyrtcid === easyrtcid;

/** A server whose messages go into a file, and what is in it, line by line. */
async function logged(world) {
  const file = world.files.path('messages.jsonl');
  const { clients } = await world.serve({ flags: world.flags('--message-log', file) });
  const lines = () => readFileSync(file, 'utf8').split('\n').slice(0, -1).map((line) => JSON.parse(line));
  const has = (matches) => until('the file has it', () => lines().find(matches));
  return { clients, has };
}

/** Asks for a room that may not be made; the backend is told. */
async function isRefused(world, event, ask) {
  const ada = await world.enter();
  const code = (await ask(ada)).msgData.errorCode;
  const told = await world.event('error', of(ada));
  assert.deepEqual([told.event, told.errorCode], [event, code]);
}

const joined = async (world) => {
  const ada = await world.enter();
  await ada.client.joinRoom('Office');
  const event = await world.event('roomJoined', (told) => of(ada)(told) && told.room === 'Office');
  assert.equal(event.application, ada.app);
  return ada;
};

const left = async (world) => {
  const ada = await world.enter(joining('Lobby', 'Office'));
  await ada.client.leaveRoom('Office');
  assert.equal((await world.event('roomLeft', of(ada))).room, 'Office');
};

async function iceOf(client) {
  return (await client.command('getIceConfig')).msgData.iceConfig.iceServers;
}

export const listeners = {
  async startup({ server }) {
    assert.match(server.output, /listening on http/);
    assert.equal((await fetch(`${server.url}/healthz`)).status, 200);
  },
  async shutdown(world) {
    const bySignal = ({ server }) => server.signal('SIGTERM');
    for (const end of [bySignal, ({ admin }) => admin.ask('POST /v1/drain', {}, {})]) {
      const ended = await startAdministered(world.files, world.hooks.settings);
      const { easyrtcid, client } = await world.enter({}, ended.server);
      await end(ended);
      assert.equal((await client.receiveType('error')).msgData.errorCode, 'SERVER_SHUTDOWN');
      assert.equal((await within('it ends', ended.server.exited)).code, 0);
      await world.event('disconnected', of({ easyrtcid }));
      ended.admin.used.forEach((what) => world.admin.used.add(what));
    }
  },
  async connection(world) {
    const { connection } = await world.event('authenticated', of(await world.enter()));
    const connected = await world.event('connected', (event) => event.connection === connection);
    assert.equal(connected.address, '127.0.0.1');
  },
  async easyrtcAuth(world) {
    await world.event('authenticated', of(await world.enter()));
    const stranger = await world.connect();
    world.hooks.login = () => ({ decision: 'deny' });
    const { errorCode } = (await stranger.authenticate()).msgData;
    const told = await world.event('error', (event) => event.event === 'easyrtcAuth');
    assert.deepEqual([told.errorCode, errorCode], ['LOGIN_BAD_AUTH', 'LOGIN_BAD_AUTH']);
  },
  async authenticate(world) {
    const asked = [];
    world.hooks.login = (question) => {
      asked.push(question);
      return { decision: question.credential.password === 'sesame' ? 'allow' : 'deny' };
    };
    const login = { username: 'ada', easyrtcsid: 'mine', credential: { password: 'sesame' } };
    const { app } = await world.enter({ ...login, ...joining('Lobby') });
    const refused = await (await world.connect()).authenticate({ credential: { password: 'x' } });
    assert.equal(refused.msgData.errorCode, 'LOGIN_BAD_AUTH');
    const { connection, ...question } = asked[0];
    assert.deepEqual(question, { applicationName: app, ...login, rooms: { Lobby: null } });
    assert.equal(connection.address, '127.0.0.1');
  },
  async authenticated(world) {
    const fields = { role: { fieldValue: 'host', fieldOption: { isShared: true } } };
    world.hooks.login = () => ({ decision: 'allow', username: 'Ada', groups: ['staff'], fields });
    const ada = await world.enter();
    assert.equal((await world.event('authenticated', of(ada))).username, 'Ada');
    const { field, groupList } = ada.client.token.msgData;
    assert.deepEqual([field.role.fieldValue, Object.keys(groupList)], ['host', ['staff']]);
  },
  async disconnect(world) {
    const ada = await world.enter(joining('Lobby', 'Office'));
    ada.client.close();
    await world.event('disconnected', of(ada));
    await world.event('roomLeft', of(ada));
    const types = world.hooks.events.filter(of(ada)).map(({ type }) => type);
    assert.deepEqual(types.slice(-3), ['roomLeft', 'roomLeft', 'disconnected']);
  },
  async easyrtcCmd(world) {
    const { clients, has } = await logged(world);
    await (await clients.login('websocket')).roomCounts();
    await has(({ event, message }) => event === 'easyrtcCmd' && message.msgType === 'getRoomList');
  },
  async easyrtcMsg(world) {
    const asked = [];
    world.hooks.message = (message) => asked.push(message) && { msgType: 'pong', msgData: [1] };
    const { client, app, easyrtcid } = await world.enter();
    const answer = await client.message('ping', { msgData: { n: 1 } });
    assert.deepEqual([answer.msgType, answer.msgData], ['pong', [1]]);
    const { application, msgType, msgData } = asked[0];
    assert.deepEqual({ application, easyrtcid: asked[0].easyrtcid, msgType, msgData }, {
      ...{ application: app, easyrtcid, msgType: 'ping', msgData: { n: 1 } },
    });
    assert.equal((await world.event('message', of({ easyrtcid }))).msgType, 'ping');

    const { clients, has } = await logged(world);
    const [ada, ben] = [await clients.login('websocket'), await clients.login('websocket')];
    await ada.message('note', { targetEasyrtcid: ben.easyrtcid });
    await has(({ direction, message }) => direction === 'server' && message.senderEasyrtcid === ada.easyrtcid);
  },
  async emitEasyrtcCmd({ enter, admin }) {
    const ada = await enter();
    const to = { easyrtcid: ada.easyrtcid };
    await admin.ask('POST /v1/forwards', {}, { to, url: '/help' });
    await admin.ask('POST /v1/ice-configs', {}, { to, iceServers: [] });
    await admin.ask('POST /v1/connections/{easyrtcid}/token', ada);
    for (const msgType of ['forwardToUrl', 'iceConfig', 'token']) await ada.client.receiveType(msgType);
  },
  async emitEasyrtcMsg({ enter, admin }) {
    const ada = await enter();
    const to = { application: ada.app };
    await admin.ask('POST /v1/messages', {}, { to, msgType: 'note', msgData: 1 });
    assert.equal((await ada.client.receiveType('note')).msgData, 1);
  },
  async emitError({ enter, admin }) {
    const { client, easyrtcid } = await enter();
    await admin.ask('POST /v1/errors', {}, { to: { easyrtcid }, errorCode: 'MSG_REJECT_GEN_FAIL' });
    assert.equal((await client.receiveType('error')).msgData.errorCode, 'MSG_REJECT_GEN_FAIL');
  },
  async emitReturnAck(world) {
    world.hooks.message = () => undefined;
    const { client } = await world.enter();
    assert.equal((await client.message('ping')).msgType, 'ack');
  },
  async emitReturnError(world) {
    world.hooks.message = () => ({ error: 'MSG_REJECT_NO_AUTH' });
    await isRefused(world, 'easyrtcMsg', ({ client }) => client.message('ping'));
  },
  async emitReturnToken(world) {
    world.hooks.login = () => ({ decision: 'allow', username: 'Ada', iceServers: [TURN] });
    const { client, easyrtcid } = await world.enter(joining('Lobby'));
    const { iceConfig, roomData } = client.token.msgData;
    assert.equal(iceConfig.iceServers[0].urls, TURN.urls);
    assert.equal(roomData.Lobby.clientList[easyrtcid].username, 'Ada');
  },
  async log(world) {
    const flags = world.flags('--log-level', 'debug', '--log-format', 'json');
    const { server } = await world.serve({ flags });
    const lines = server.output.split('\n').filter((line) => line.startsWith('{'));
    assert.ok(lines.length > 0);
    for (const line of lines) assert.equal(typeof JSON.parse(line).level, 'string');
  },
  async getIceConfig(world) {
    world.hooks.login = () => ({ decision: 'allow', iceServers: [TURN] });
    const { client, easyrtcid } = await world.enter();
    assert.deepEqual((await iceOf(client)).map(({ urls }) => urls), [TURN.urls]);
    await world.admin.ask('POST /v1/ice-configs', {}, { to: { easyrtcid }, iceServers: [] });
    assert.deepEqual(await iceOf(client), []);
  },
  async roomCreate(world) {
    const { app } = await joined(world);
    await world.event('roomCreated', (event) => event.application === app && event.room === 'Office');
  },
  async roomJoin(world) {
    await joined(world);
    world.hooks.login = () => ({ decision: 'allow', rooms: ['Lobby'] });
    const ben = await world.enter(joining('Lobby'));
    assert.equal((await ben.client.joinRoom('Office')).msgData.errorCode, 'MSG_REJECT_BAD_ROOM');
  },
  roomLeave: left,
  async msgTypeGetIceConfig({ enter }) {
    assert.ok((await iceOf((await enter()).client)).length > 0);
  },
  async msgTypeGetRoomList({ enter }) {
    const ada = await enter({ applicationName: 'rules', ...joining('Lobby') });
    assert.deepEqual(await ada.client.roomCounts(), { Lobby: 1, default: 0 }, 'without the private one');
    const ben = await enter({ applicationName: 'hidden' });
    assert.equal((await ben.client.command('getRoomList')).msgData.errorCode, 'MSG_REJECT_NO_ROOM_LIST');
  },
  async msgTypeRoomJoin(world) {
    await joined(world);
    await isRefused(world, 'easyrtcCmd', ({ client }) => client.joinRoom('no room'));
  },
  msgTypeRoomLeave: left,
  async msgTypeSetPresence({ enter, admin }) {
    const [ada, ben] = [await enter(), await enter()];
    const setPresence = { show: 'away', status: 'lunch' };
    await ada.client.command('setPresence', { msgData: { setPresence } });
    await ben.client.receiveUpdate('default', ada.easyrtcid, ({ presence }) => presence.show === 'away');
    assert.deepEqual((await admin.ask('GET /v1/connections/{easyrtcid}', ada)).presence, setPresence);
  },
  async msgTypeSetRoomApiField({ enter, admin }) {
    const [ada, ben] = [await enter(), await enter()];
    const { room, client } = ada;
    const field = { hand: { fieldName: 'hand', fieldValue: 'up' } };
    await client.command('setRoomApiField', { msgData: { setRoomApiField: { roomName: room, field } } });
    await ben.client.receiveUpdate(room, ada.easyrtcid, ({ apiField }) => apiField?.hand.fieldValue === 'up');
    const { items } = await admin.ask('GET /v1/applications/{app}/rooms/{room}/members', ada);
    assert.deepEqual(items.find(of(ada)).apiField, field);
  },
};
