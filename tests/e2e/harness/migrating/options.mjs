// What takes the place of each option of the original, tried. A try gets `Try` of ../../node/migrating.test.mjs
// and has the name of the first option of its row.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { runServer } from '../server.mjs';
import { until } from '../wait.mjs';
import { defaultOptions } from './original.mjs';

const FIELDS = (value) => ({
  topic: { fieldValue: value, fieldOption: { isShared: true } },
  unseen: { fieldValue: 1 },
});
const seen = (value) => ({ topic: { fieldName: 'topic', fieldValue: value } });
const joining = (roomName) => ({ roomJoin: { [roomName]: { roomName } } });

/** Logs in to a server with this option; resolves with the `msgData` of the answer. */
const told = async (world, options, fields) => {
  const { clients } = await world.serve({ options });
  return (await (await clients.connect('websocket')).authenticate(fields)).msgData;
};

const cookie = async (world, options) => {
  const { server } = await world.serve({ options, flags: world.clientFiles });
  return (await fetch(`${server.url}/easyrtc/easyrtc.js`)).headers.get('set-cookie');
};

/** Each option of the row is warned of, once. */
async function isWarnedOf(world, flags = []) {
  const options = Object.fromEntries(world.row.names.map((name) => [name, defaultOptions[name]]));
  const { server } = await world.serve({ options, flags });
  for (const name of world.row.names) {
    const lines = () => server.output.split('\n').filter((line) => line.includes(name));
    await until(`${name} is warned of`, () => lines().length > 0);
    assert.equal(lines().length, 1, server.output);
    assert.match(lines()[0], /WARN.*has no effect/);
  }
  return server;
}

/** The default is accepted, as text; another pattern is an error at start that names the option. */
function isFixed({ row }) {
  for (const name of row.names) {
    const check = (pattern) =>
      runServer(['--check-config', '--easyrtc-options', JSON.stringify({ [name]: pattern })]);
    const same = check(String(defaultOptions[name]));
    assert.equal(same.code, 0, same.output);
    const other = check('/^other$/');
    assert.notEqual(other.code, 0);
    assert.ok(other.output.includes(name), other.output);
  }
}

export const options = {
  async appDefaultName(world) {
    assert.equal((await told(world, { appDefaultName: 'mine' })).application.applicationName, 'mine');
  },
  async appAutoCreateEnable(world) {
    const { errorCode } = await told(world, { appAutoCreateEnable: false }, { applicationName: 'other' });
    assert.equal(errorCode, 'LOGIN_APP_AUTH_FAIL');
  },
  async appDefaultFieldObj(world) {
    const { application } = await told(world, { appDefaultFieldObj: FIELDS('tea') });
    assert.deepEqual(application.field, seen('tea'));
  },
  async appIceServers(world) {
    const { iceConfig } = await told(world, { appIceServers: [{ urls: 'stun:stun.example.org' }] });
    assert.deepEqual(iceConfig.iceServers.map(({ urls }) => urls), ['stun:stun.example.org']);
    const byDefault = (await told(world, {})).iceConfig.iceServers.map(({ urls }) => urls);
    assert.deepEqual(byDefault, defaultOptions.appIceServers.map(({ urls }) => urls));
  },
  async roomDefaultEnable(world) {
    assert.deepEqual((await told(world, { roomDefaultEnable: false })).roomData, {});
  },
  async roomDefaultName(world) {
    assert.deepEqual(Object.keys((await told(world, { roomDefaultName: 'hall' })).roomData), ['hall']);
  },
  async roomAutoCreateEnable(world) {
    const { errorCode } = await told(world, { roomAutoCreateEnable: false }, joining('other'));
    assert.equal(errorCode, 'LOGIN_BAD_ROOM');
  },
  async roomDefaultFieldObj(world) {
    const { roomData } = await told(world, { roomDefaultFieldObj: FIELDS('tea') }, joining('other'));
    assert.deepEqual(roomData.other.field, seen('tea'));
  },
  async roomMaxConnection(world) {
    for (const [most, answer] of [[1, 'error'], [0, 'token']]) {
      const { clients } = await world.serve({ options: { roomMaxConnection: most } });
      await clients.login('websocket');
      const second = await clients.connect('websocket');
      assert.equal((await second.authenticate()).msgType, answer);
    }
  },
  async connectionDefaultFieldObj(world) {
    assert.deepEqual((await told(world, { connectionDefaultFieldObj: FIELDS('tea') })).field, seen('tea'));
  },
  async sessionEnable(world) {
    assert.equal(await cookie(world, { sessionEnable: false, sessionCookieEnable: true }), null);
    const { sessionData } = await told(world, { sessionEnable: false }, { easyrtcsid: 'mine' });
    assert.equal(sessionData.easyrtcsid, 'mine');
  },
  async sessionCookieEnable(world) {
    assert.equal(await cookie(world, {}), null, 'off by default');
    const given = await cookie(world, { sessionCookieEnable: true });
    assert.match(given, /^easyrtcsid=/);
    assert.doesNotMatch(given, /HttpOnly/i, 'the stock client reads it');
  },
  async apiEnable(world) {
    const server = await isWarnedOf(world, world.clientFiles);
    assert.equal((await fetch(`${server.url}/easyrtc/easyrtc.js`)).status, 200);
  },
  async demosEnable(world) {
    const server = await isWarnedOf(world, world.clientFiles);
    assert.equal((await fetch(`${server.url}/demos/index.html`)).status, 200);
  },
  async logLevel(world) {
    await isWarnedOf(world);
    const flags = world.flags('--log-level', 'off');
    const { server } = await world.serve({ options: { logLevel: 'info' }, flags });
    assert.doesNotMatch(server.output, /WARN|INFO/);
  },
  async logDateEnable(world) {
    const server = await isWarnedOf(world, world.flags('--log-format', 'json'));
    const line = JSON.parse(server.output.split('\n').find((text) => text.startsWith('{')));
    assert.ok(Date.parse(line.timestamp) > 0, server.output);
  },
  async logErrorStackEnable(world) {
    await isWarnedOf(world);
  },
  async logMessagesEnable(world) {
    const file = world.files.path('messages.jsonl');
    const server = await isWarnedOf(world, world.flags('--message-log', file));
    await (await world.clientsOf(server)).login('websocket');
    await until('the login is in the file', () => readFileSync(file, 'utf8').includes('"authenticate"'));
  },
  apiVersionRegExp: isFixed,
  appNameRegExp: isFixed,
  easyrtcidRegExp: isFixed,
  fieldNameRegExp: isFixed,
  presenceShowRegExp: isFixed,
  usernameRegExp: isFixed,
};
