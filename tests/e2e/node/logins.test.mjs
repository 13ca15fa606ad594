// Where a token may be, whose claims count, what a backend is asked and may grant, and how many
// logins may wait: over both transports.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import WebSocket from 'ws';
import { EasyrtcSocket } from '../../../clients/js/easyrtc-socket.mjs';
import { Files, seconds, startBackend, token } from '../harness/auth.mjs';
import { Clients } from '../harness/client.mjs';
import { Relay } from '../harness/relay.mjs';
import { startServer } from '../harness/server.mjs';
import { until } from '../harness/wait.mjs';

const SECRET = 'a secret of the tests, of more than 32 bytes';

/** Starts a server with these settings; it ends with the suite or test. */
async function start(t, settings) {
  const files = new Files((end) => t.after(end));
  const server = await startServer({ flags: ['--config', files.write('easyrtc.toml', settings)] });
  t.after(() => server.stop());
  return server;
}

/** Options of a client on a raw WebSocket at this URL of the server. */
const raw = (path = '/ws', headers = {}) => ({
  connect: (url, { reconnection }) =>
    new EasyrtcSocket(url + path, {
      reconnection,
      // Browsers can't send headers; other clients can.
      WebSocket: function (address, protocols) {
        return new WebSocket(address, protocols, { headers });
      },
    }),
});

const outcome = ({ msgType, msgData }) => (msgType === 'error' ? msgData.errorCode : msgType);
const own = ({ msgData }) => Object.values(msgData.roomData)[0].clientList[msgData.easyrtcid];

describe('jwt', () => {
  const settings = `
    auth.chain = ["jwt"]
    [auth.jwt]
    secret = "${SECRET}"
    leeway = "0s"
    credential = ["sso", "jwt"]
    claims.username = "name"
    claims.groups = ["realm_access", "roles"]
  `;
  const claims = { name: 'ada', realm_access: { roles: ['staff'] }, sub: '17', groups: ['wheel'] };
  const good = token(claims, SECRET);
  const bad = token(claims, `${SECRET}?`);
  const inCredential = { credential: { sso: { jwt: good } } };
  const bearer = { authorization: `Bearer ${good}` };
  let server;
  const ends = [];
  before(async () => (server = await start({ after: (end) => ends.unshift(end) }, settings)));
  after(() => Promise.all(ends.map((end) => end())));

  for (const [where, mode, options, fields, expected] of [
    ['the credential', 'websocket', {}, inCredential, 'token'],
    ['the credential', 'raw', raw(), inCredential, 'token'],
    ['the query', 'websocket', { query: { access_token: good } }, {}, 'token'],
    ['the query', 'polling', { query: { access_token: good } }, {}, 'token'],
    ['the query', 'raw', raw(`/ws?access_token=${good}`), {}, 'token'],
    ['a header', 'websocket', { extraHeaders: bearer }, {}, 'token'],
    ['a header', 'polling', { extraHeaders: bearer }, {}, 'token'],
    ['a header', 'raw', raw('/ws', bearer), {}, 'token'],
    ['another place', 'websocket', {}, { credential: { token: good } }, 'LOGIN_BAD_AUTH'],
    ['another place', 'raw', raw(`/ws?token=${good}`), {}, 'LOGIN_BAD_AUTH'],
    ['no place', 'raw', raw(), {}, 'LOGIN_BAD_AUTH'],
    // What is sent at login counts, not what came before.
    ['the credential, a bad one in the query', 'raw', raw(`/ws?access_token=${bad}`), inCredential, 'token'],
    ['the query, a bad one in the credential', 'raw', raw(`/ws?access_token=${good}`), { credential: { sso: { jwt: bad } } }, 'LOGIN_BAD_AUTH'],
  ]) {
    test(`a token in ${where}, by ${mode}: ${expected}`, async (t) => {
      const client = await new Clients(server.url, t).connect(mode, options);
      const answer = await client.authenticate(fields);
      assert.equal(outcome(answer), expected);
      if (expected !== 'token') return;
      assert.equal(own(answer).username, 'ada');
      assert.deepEqual(Object.keys(answer.msgData.groupList), ['staff']);
    });
  }

  for (const [mode, options] of [['websocket', {}], ['polling', {}], ['raw', raw()]]) {
    test(`a login ends with its token, and the client stays away, by ${mode}`, async (t) => {
      const brief = token({ ...claims, exp: seconds(3) }, SECRET);
      const fields = { credential: { sso: { jwt: brief } } };
      const clients = new Clients(server.url, t);
      const client = await clients.login(mode, fields, { ...options, reconnection: true });
      const { msgData } = await client.receiveType('error');
      assert.equal(msgData.errorCode, 'LOGIN_TIMEOUT');
      assert.equal(await client.disconnected(), 'io server disconnect');
      const again = await clients.connect(mode, options);
      assert.equal(outcome(await again.authenticate(fields)), 'LOGIN_BAD_AUTH');
    });
  }

  test('a login ends with its token also while the line is cut', async (t) => {
    const clients = new Clients(server.url, t);
    const watcher = await clients.login('websocket', inCredential);
    const relay = await Relay.to(server.url);
    t.after(() => relay.close());
    const brief = token({ ...claims, exp: seconds(3) }, SECRET);
    const options = { ...raw(), reconnection: true };
    const client = await new Clients(relay.url, t).login('raw', { credential: { sso: { jwt: brief } } }, options);
    relay.cut();
    await watcher.receiveRemoval('default', client.easyrtcid);
    relay.mend();
    await client.disconnected();
    assert.equal((await watcher.roomCounts()).default, 1);
  });
});

describe('webhook', () => {
  const settings = (url, more = '') =>
    `auth.chain = ["webhook"]\nauth.webhook.url = "${url}"\nauth.webhook.secret = "${SECRET}"\n${more}`;

  for (const [transport, mode, options] of [
    ['socketio', 'websocket', { query: { tenant: 'a' }, extraHeaders: { cookie: 'sid=1' } }],
    ['ws', 'raw', raw('/ws?tenant=a', { cookie: 'sid=1' })],
  ]) {
    test(`a backend is told of the login, and its grant holds: ${transport}`, async (t) => {
      const asked = [];
      const url = await startBackend((end) => t.after(end), async (request, response) => {
        let body = '';
        for await (const chunk of request) body += chunk;
        asked.push(JSON.parse(body));
        response.end(JSON.stringify({
          decision: 'allow',
          username: 'Ada L.',
          groups: ['staff'],
          rooms: ['Lobby', 'class-*'],
          permissions: ['createRoom'],
          iceServers: [{ urls: 'turn:turn.example.org', username: 'u', credential: 'c' }],
          fields: { role: { fieldValue: 'host', fieldOption: { isShared: true } } },
        }));
      });
      const server = await start(t, settings(url));
      const client = await new Clients(server.url, t).connect(mode, options);
      const roomJoin = { 'class-7': { roomName: 'class-7', roomParameter: { seat: 4 } } };
      const credential = { session: 's' };
      const fields = { applicationName: 'my.app', username: 'ada', credential, roomJoin };
      const { msgType, msgData } = await client.authenticate(fields);

      assert.equal(asked.length, 1);
      const { connection, ...login } = asked[0];
      assert.deepEqual(login, {
        applicationName: 'my.app',
        username: 'ada',
        credential,
        rooms: { 'class-7': { seat: 4 } },
      });
      assert.equal(connection.transport, transport);
      assert.equal(connection.address, '127.0.0.1');
      assert.equal(connection.cookie, 'sid=1');
      assert.match(connection.query, /\btenant=a\b/);

      assert.equal(msgType, 'token', JSON.stringify(msgData));
      assert.equal(own({ msgData }).username, 'Ada L.');
      assert.deepEqual(Object.keys(msgData.groupList), ['staff']);
      assert.equal(msgData.field.role.fieldValue, 'host');
      const urls = msgData.iceConfig.iceServers.flatMap((server) => server.urls);
      assert.deepEqual(urls, ['turn:turn.example.org']);
      assert.equal(outcome(await client.joinRoom('Lobby')), 'roomData');
      assert.equal(outcome(await client.joinRoom('Office')), 'MSG_REJECT_BAD_ROOM');
      assert.equal(outcome(await client.command('getRoomList')), 'MSG_REJECT_NO_ROOM_LIST');
      const ice = await client.command('getIceConfig');
      assert.equal(ice.msgData.iceConfig.iceServers[0].credential, 'c');
    });
  }

  test('logins that wait are bounded, and those that wait are answered', async (t) => {
    const waiting = [];
    const url = await startBackend((end) => t.after(end), (_, response) => waiting.push(response));
    const more = 'auth.max_in_flight = 2\nauth.webhook.attempt_timeout = "9s"\nauth.timeout = "9s"';
    const server = await start(t, settings(url, more));
    const clients = new Clients(server.url, t);
    const log = async () => (await clients.connect('websocket')).authenticate();
    const answers = [log(), log()];
    await until('the backend is asked twice', () => waiting.length === 2);
    assert.equal(outcome(await log()), 'LOGIN_GEN_FAIL');
    assert.equal(waiting.length, 2, 'nobody was asked about the third');
    waiting.forEach((response) => response.end('{"decision":"allow"}'));
    for (const answer of answers) assert.equal(outcome(await answer), 'token');
  });

  test('a client that leaves while its login is decided upon is not there afterwards', async (t) => {
    const waiting = [];
    const url = await startBackend((end) => t.after(end), (_, response) => waiting.push(response));
    const server = await start(t, settings(url));
    const clients = new Clients(server.url, t);
    const leaves = await clients.connect('websocket');
    leaves.socket.emit('easyrtcAuth', leaves.authentication(), () => {});
    await until('the backend is asked', () => waiting.length === 1);
    leaves.close();
    const stays = await clients.connect('websocket');
    const answer = stays.authenticate();
    await until('the backend is asked again', () => waiting.length === 2);
    waiting.forEach((response) => response.end('{"decision":"allow"}'));
    assert.equal(outcome(await answer), 'token');
    await until('there is only one', async () => (await stays.roomCounts()).default === 1);
  });
});
