// examples/backend, as it stands: people with clients/js meet it through the server.

import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { cpSync, readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import WebSocket from 'ws';
import { EasyrtcSocket } from '../../../clients/js/easyrtc-socket.mjs';
import { Admin } from '../harness/admin.mjs';
import { Files, runBackend } from '../harness/auth.mjs';
import { Clients } from '../harness/client.mjs';
import { Relay } from '../harness/relay.mjs';
import { startServer } from '../harness/server.mjs';
import { until } from '../harness/wait.mjs';

const EXAMPLE = fileURLToPath(new URL('../../../examples/backend', import.meta.url));
const BACKEND = `${EXAMPLE}/backend.mjs`;
const KEY = 'what the webhooks are signed with, long enough';
const PASSWORDS = { ada: 'correct horse', ben: 'battery staple' };
const OPTIONS = { connect: (url) => new EasyrtcSocket(url, { WebSocket, reconnection: false }) };

test('the example has 100 lines at most, and nothing but Node', () => {
  const text = readFileSync(BACKEND, 'utf8');
  assert.ok(text.split('\n').length <= 101);
  for (const [, module] of text.matchAll(/ from '(.*)'/g)) assert.match(module, /^node:/);
});

describe('examples/backend', () => {
  const cleanups = [];
  const cleanup = (end) => cleanups.push(end);
  let files;
  let relay;
  let server;
  let backend;
  let admin;

  const startBackend = async () => {
    backend = await runBackend(cleanup, [BACKEND, '0', admin.url], { cwd: files.path('.') });
    relay.target = backend.url;
  };

  before(async () => {
    files = new Files(cleanup);
    cpSync(EXAMPLE, files.path('.'), { recursive: true });
    files.write('key', `${KEY}\n`);
    files.write('admin-token', 'the-token-of-the-tests-long-enough\n');
    // The server finds the backend here wherever it is started again.
    relay = await Relay.to('http://127.0.0.1:1');
    const settings = readFileSync(files.path('easyrtc.toml'), 'utf8')
      .replaceAll('http://127.0.0.1:3000', relay.url)
      .replace('127.0.0.1:8081', '127.0.0.1:0');
    server = await startServer({ flags: ['--config', files.write('easyrtc.toml', settings)] });
    admin = await Admin.of(server);
    await startBackend();
  });
  after(async () => {
    await server?.stop();
    await relay?.close();
    for (const end of cleanups.reverse()) await end();
  });

  const connect = (t) => new Clients(server.url, t).connect('websocket', OPTIONS);

  const credentials = (username, password = PASSWORDS[username]) => ({
    ...{ applicationName: 'my.app', username, credential: { password } },
    roomJoin: { Lobby: { roomName: 'Lobby' } },
  });

  async function enter(t, username) {
    const client = await connect(t);
    client.token = await client.login(credentials(username));
    return client;
  }

  /** The code of an answer that refuses, else its type. */
  const outcome = ({ msgType, msgData }) => (msgType === 'error' ? msgData.errorCode : msgType);

  /** The whole lines of the log. */
  const lines = () => {
    const text = readFileSync(files.path('calls.jsonl'), 'utf8');
    return text.split('\n').slice(0, -1).map((line) => JSON.parse(line));
  };

  test('people are let in by their passwords', async (t) => {
    for (const [name, password, expected] of [
      ['ada', 'correct horse', 'token'],
      ['ada', 'battery staple', 'LOGIN_BAD_AUTH'],
      ['ada', undefined, 'LOGIN_BAD_AUTH'],
      ['eve', 'correct horse', 'LOGIN_BAD_AUTH'],
      ['constructor', 'correct horse', 'LOGIN_BAD_AUTH'],
      [undefined, 'correct horse', 'LOGIN_BAD_AUTH'],
    ]) {
      const answer = await (await connect(t)).authenticate(credentials(name, password ?? null));
      assert.equal(outcome(answer), expected, name);
    }
    const ada = await enter(t, 'ada');
    assert.deepEqual(Object.keys(ada.token.msgData.groupList), ['moderators']);
  });

  test('a moderator sets the topic of a room, which everybody sees', async (t) => {
    const [ada, ben] = [await enter(t, 'ada'), await enter(t, 'ben')];
    const topic = { msgData: { room: 'Lobby', topic: 'tea at five' } };
    assert.equal(outcome(await ben.message('topic', topic)), 'MSG_REJECT_NO_AUTH');
    assert.equal(outcome(await ada.message('topic', topic)), 'ack');
    const field = { topic: { fieldName: 'topic', fieldValue: 'tea at five' } };
    for (const client of [ada, ben]) {
      const told = await client.receive('the topic', ({ msgData }) => msgData?.roomData?.Lobby?.field);
      assert.deepEqual(told.msgData.roomData.Lobby.field, field);
    }
    const late = await enter(t, 'ben');
    assert.deepEqual(late.token.msgData.roomData.Lobby.field, field);
    const nowhere = { msgData: { room: 'nowhere', topic: 'x' } };
    assert.equal(outcome(await ada.message('topic', nowhere)), 'MSG_REJECT_TARGET_ROOM');
  });

  test('a moderator kicks', async (t) => {
    const [ada, ben] = [await enter(t, 'ada'), await enter(t, 'ben')];
    const kick = (client, easyrtcid) => client.message('kick', { msgData: { easyrtcid } });
    assert.equal(outcome(await kick(ben, ada.easyrtcid)), 'MSG_REJECT_NO_AUTH');
    const answer = await kick(ada, ben.easyrtcid);
    assert.deepEqual([answer.msgType, answer.msgData], ['kicked', { easyrtcid: ben.easyrtcid }]);
    assert.equal((await ben.receiveType('error')).msgData.errorCode, 'LOGIN_GEN_FAIL');
    await ben.disconnected();
    await ada.receiveRemoval('Lobby', ben.easyrtcid);
    assert.equal(outcome(await kick(ada, ben.easyrtcid)), 'MSG_REJECT_TARGET_EASYRTCID');
    assert.equal(outcome(await kick(ada, '..')), 'MSG_REJECT_GEN_FAIL');
    assert.equal(outcome(await ada.message('kick', { msgData: null })), 'MSG_REJECT_GEN_FAIL');
    assert.equal(outcome(await ada.message('calls')), 'calls', 'and it goes on');
  });

  test('a message that it does not know is refused', async (t) => {
    const ada = await enter(t, 'ada');
    for (const msgType of ['other', 'constructor', '']) {
      assert.equal(outcome(await ada.message(msgType)), 'MSG_REJECT_BAD_TYPE');
    }
  });

  test('what is not signed is not believed', async () => {
    for (const path of ['login', 'messages', 'events', 'other']) {
      const forged = await fetch(`${backend.url}${path}`, { method: 'POST', body: '{"events":[]}' });
      assert.equal(forged.status, 400);
    }
  });

  test('its call log has who was where, though it is killed and started again meanwhile', async (t) => {
    const ben = await enter(t, 'ben');
    const rooms = Array.from({ length: 60 }, (_, number) => `Room-${number}`);
    for (const [number, room] of rooms.entries()) {
      // Twice in the middle of it, it is gone for a while.
      if (number % 20 === 15) await backend.kill();
      if (number % 20 === 18) await startBackend();
      assert.equal(outcome(await ben.joinRoom(room)), 'roomData');
      assert.equal(outcome(await ben.leaveRoom(room)), 'roomData');
    }
    await backend.kill();
    ben.close();
    await startBackend();
    const isLast = ({ type, easyrtcid }) => type === 'disconnected' && easyrtcid === ben.easyrtcid;
    await until('the last event is in the log', () => lines().some(isLast));

    const told = lines().filter(({ easyrtcid }) => easyrtcid === ben.easyrtcid);
    const visits = rooms.flatMap((room) => [`roomJoined ${room}`, `roomLeft ${room}`]);
    assert.deepEqual(
      told.filter(({ type }) => type.startsWith('room')).map(({ type, room }) => `${type} ${room}`),
      ['roomJoined Lobby', ...visits, 'roomLeft Lobby'],
    );
    assert.deepEqual([told[0].type, told.at(-1).type], ['authenticated', 'disconnected']);
    const sequences = lines().map(({ sequence }) => sequence);
    assert.deepEqual(sequences, sequences.map((_, index) => sequences[0] + index), 'each once, in order');

    const ada = await enter(t, 'ada');
    const { msgType, msgData } = await ada.message('calls');
    assert.equal(msgType, 'calls');
    const log = msgData.filter(({ easyrtcid }) => easyrtcid === ben.easyrtcid);
    assert.deepEqual(log.map(({ room }) => room), ['Lobby', ...rooms]);
    assert.ok(log.every(({ username, from, until: end }) => username === 'ben' && from <= end));
  });

  test('what it is told again, as its answer was lost, is in its log once', async () => {
    const [one, two] = [1, 2].map((sequence) => ({ id: `other-${sequence}`, sequence, type: 'connected' }));
    const tell = async (...events) => {
      const body = JSON.stringify({ server: 'other', missed: 0, events });
      const [id, time] = ['msg', Math.floor(Date.now() / 1000)];
      const signature = createHmac('sha256', KEY).update(`${id}.${time}.${body}`).digest('base64');
      const headers = { 'webhook-id': id, 'webhook-timestamp': time, 'webhook-signature': `v1,${signature}` };
      return (await fetch(`${backend.url}events`, { method: 'POST', headers, body })).status;
    };
    assert.equal(await tell(one), 200);
    assert.equal(await tell(one, two), 200);
    const told = () => lines().filter((event) => event.server === 'other').map(({ id }) => id);
    assert.deepEqual(told(), ['other-1', 'other-2']);
    await backend.kill();
    await startBackend();
    assert.equal(await tell(two), 200);
    assert.deepEqual(told(), ['other-1', 'other-2'], 'also by another process');
  });

  test('a line that was torn when it was killed does no harm', async (t) => {
    const ada = await enter(t, 'ada');
    await until('she is in the log', () => lines().some(({ easyrtcid }) => easyrtcid === ada.easyrtcid));
    await backend.kill();
    const text = readFileSync(files.path('calls.jsonl'), 'utf8');
    files.write('calls.jsonl', `${text}{"server":"torn","sequ`);
    await startBackend();
    const { msgData } = await ada.message('calls');
    assert.equal(msgData.at(-1).easyrtcid, ada.easyrtcid);
    ada.close();
    const isGone = ({ type, easyrtcid }) => type === 'disconnected' && easyrtcid === ada.easyrtcid;
    await until('what follows is in the log', () => lines().some(isGone));
  });
});
