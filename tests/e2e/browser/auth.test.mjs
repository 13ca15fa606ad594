// Each authorizer, as people with the stock client meet it: let in, refused, and sent away when
// their time is over, unless they log in again before. And guarded rooms.

import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { Files, make, seconds, startBackend, startExampleBackend, token } from '../harness/auth.mjs';
import { launchBrowser, Visitor } from '../harness/browser.mjs';
import { Clients } from '../harness/client.mjs';
import { startServerWithPages } from '../harness/server.mjs';

const SECRET = 'a secret of the tests, of more than 32 bytes';
const FIELDS = { role: { fieldValue: 'host', fieldOption: { isShared: true } } };

/** Seconds; what is to be done before they are over takes some hundredths of one. */
const BRIEF = 4;

/** Users of a file, with hashes the server made. */
function staticUsers(files) {
  const user = (name, password, more) => {
    const hash = make(['hash-password'], `${password}\n`);
    return `[users.${name}]\npassword = '${hash}'\ngroups = ['staff']\n${more}\n`;
  };
  const field = 'role = { fieldValue = "host", fieldOption = { isShared = true } }';
  const ada = user('ada', 'correct horse', `[users.ada.fields]\n${field}`);
  files.write('users.toml', ada + user('brief', 'battery', `expiresIn = ${BRIEF}`));
  return {
    settings: '[auth.static]\nfile = "users.toml"',
    fields: FIELDS,
    ada: { username: 'ada', password: 'correct horse' },
    brief: () => ({ username: 'brief', password: 'battery' }),
    wrong: { username: 'ada', password: 'Correct horse' },
  };
}

/** Tokens of the command line, with a secret. */
function secretTokens(files) {
  const key = files.write('jwt-key', `${SECRET}\n`);
  const flags = ['--username', 'ada', '--group', 'staff', '--app', 'auth'];
  const made = (keyFile, time) => ({
    token: make(['token', '--key-file', keyFile, ...flags, '--expires', `${time}s`]),
  });
  return {
    settings: '[auth.jwt]\nsecret_file = "jwt-key"\nleeway = "0s"',
    fields: {},
    ada: made(key, 3600),
    brief: (more = 0) => made(key, BRIEF + more),
    wrong: made(files.write('other-key', `${SECRET}?`), 3600),
  };
}

/** Tokens of somebody who publishes keys; one of them made by the command line. */
async function publishedTokens(files, cleanup) {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const keys = [{ ...publicKey.export({ format: 'jwk' }), kid: 'one', use: 'sig' }];
  const url = await startBackend(cleanup, (_, response) => response.end(JSON.stringify({ keys })));
  const claims = { sub: 'ada', groups: ['staff'], fields: FIELDS, iss: 'tests', aud: 'calls' };
  const es256 = { alg: 'ES256', kid: 'one' };
  const pem = files.write('es256.pem', privateKey.export({ type: 'pkcs8', format: 'pem' }));
  const flags = ['token', '--key-file', pem, '--algorithm', 'ES256', '--key-id', 'one'];
  flags.push('--username', 'ada', '--group', 'staff', '--issuer', 'tests', '--audience', 'calls');
  return {
    settings: `[auth.jwt]\njwks_url = "${url}"\nissuer = "tests"\naudience = ["calls"]\nleeway = "0s"`,
    fields: FIELDS,
    ada: { token: token(claims, privateKey, es256) },
    brief: (more = 0) => ({ token: make([...flags, '--expires', `${BRIEF + more}s`]) }),
    wrong: { token: token({ ...claims, exp: seconds(-1) }, privateKey, es256) },
  };
}

/** Sessions of the example of a backend. */
async function sessions(files, cleanup) {
  const key = files.write('webhook-key', SECRET);
  const ada = { username: 'ada', groups: ['staff'], fields: FIELDS };
  const known = { 'session-1': ada, 'session-2': { ...ada, expiresIn: BRIEF } };
  const path = files.write('sessions.json', JSON.stringify(known));
  const url = await startExampleBackend(cleanup, key, path);
  return {
    settings: `[auth.webhook]\nurl = "${url}"\nsecret_file = "webhook-key"`,
    fields: FIELDS,
    ada: { session: 'session-1' },
    brief: () => ({ session: 'session-2' }),
    wrong: { session: 'session-3' },
  };
}

/** A token, or else a password. */
function tokensAndUsers(files) {
  const [tokens, users] = [secretTokens(files), staticUsers(files)];
  const settings = `${tokens.settings}\n${users.settings}`;
  return { settings, fields: FIELDS, ada: users.ada, brief: tokens.brief, wrong: users.wrong };
}

const CHAINS = {
  static: staticUsers,
  jwt: secretTokens,
  'jwt with published keys': publishedTokens,
  webhook: sessions,
  'jwt, then static': tokensAndUsers,
};

let browser;
before(async () => (browser = await launchBrowser()));
after(() => browser?.close());

for (const [name, prepare] of Object.entries(CHAINS)) {
  describe(name, () => {
    let server;
    let given;
    const cleanups = [];
    const cleanup = (end) => cleanups.push(end);

    before(async () => {
      const files = new Files(cleanup);
      given = await prepare(files, cleanup);
      const chain = name.split(' with ')[0].split(', then ');
      const settings = `[auth]\nchain = ${JSON.stringify(chain)}\n${given.settings}\n`;
      server = await startServerWithPages({}, ['--config', files.write('easyrtc.toml', settings)]);
    });
    after(async () => {
      await server?.stop();
      cleanups.forEach((end) => end());
    });

    /** A page that has logged in, or tried to: `entered` is what came of it. */
    async function arrive(t, proof) {
      const visitor = await Visitor.open(browser, `${server.url}/call.html`);
      t.after(() => visitor.close());
      // What is good for a short time is made when the page is there.
      const credential = proof();
      visitor.entered = await visitor.run((c) => enter('auth', 'Somebody', c), credential);
      return visitor;
    }

    test('lets in, with what it grants', async (t) => {
      const watcher = await new Clients(server.url, t).login('websocket', {
        applicationName: 'auth',
        credential: given.ada,
      });
      const ada = await arrive(t, () => given.ada);
      assert.equal(typeof ada.entered, 'string', JSON.stringify(ada.entered));
      const entry = await watcher.receiveUpdate('default', ada.entered);
      assert.equal(entry.username, 'ada', 'not the name the page gave itself');
      const own = await ada.run(() => easyrtc.getConnectionFields());
      assert.equal(own.role?.fieldValue, given.fields.role?.fieldValue);
      // What is sent to a group arrives at those who are in it.
      await watcher.message('note', { targetGroup: 'staff', msgData: 'hello' });
      await ada.until('the note to the group', () =>
        seen.messages.find(({ msgType }) => msgType === 'note'),
      );
      await ada.assertContent();
    });

    for (const [what, credential] of [
      ['a wrong proof', () => given.wrong],
      ['a proof of no kind it knows', () => ({ fingerprint: 'left thumb' })],
      ['no proof', () => null],
    ]) {
      test(`refuses ${what}, and says so to the page`, async (t) => {
        const visitor = await arrive(t, credential);
        assert.equal(visitor.entered.code, 'LOGIN_BAD_AUTH', JSON.stringify(visitor.entered));
        await visitor.until('the connection ends', () => seen.disconnects > 0);
        assert.ok(!server.output.includes('fingerprint'), server.output);
      });
    }

    test('sends away whose time is over, but not who logged in again before', async (t) => {
      const stays = await arrive(t, () => given.brief());
      assert.equal(typeof stays.entered, 'string', JSON.stringify(stays.entered));
      const again = await stays.run((credential) => enterAgain(credential), given.ada);
      assert.equal(again, stays.entered, 'the easyrtcid stays');
      // The time of this one ends after that of the first login would have.
      const goes = await arrive(t, () => given.brief(1));
      assert.equal(typeof goes.entered, 'string', JSON.stringify(goes.entered));
      await goes.until('the connection ends', () => seen.disconnects > 0);
      const errors = await goes.run(() => seen.errors.map(({ errorCode }) => errorCode));
      assert.deepEqual(errors, ['LOGIN_TIMEOUT']);
      await stays.missesFrom(goes.entered);
      assert.equal(await stays.run(() => seen.disconnects), 0);
      const rooms = () => new Promise((done, fail) => easyrtc.getRoomList(done, fail));
      assert.equal((await stays.run(rooms)).default.numberClients, 1);
      await stays.assertContent();
    });
  });
}

describe('guarded rooms', () => {
  const ROOMS = { Club: { passphrase: 'open sesame' }, Lounge: { passphrase: 'friend' } };
  let server;
  before(async () => {
    server = await startServerWithPages({ applications: { auth: { rooms: ROOMS } } });
  });
  after(() => server?.stop());

  /** Joins a room as a page does; resolves with its name, or the code of the refusal. */
  const join = ([room, parameter]) =>
    new Promise((resolve) => easyrtc.joinRoom(room, parameter, resolve, resolve));

  test('open to who gives their passphrases, then and at login', async (t) => {
    const visitor = await Visitor.open(browser, `${server.url}/call.html`);
    t.after(() => visitor.close());
    await visitor.run(() => {
      const roomParameter = { passphrase: 'friend' };
      easyrtc.roomJoin.Lounge = { roomName: 'Lounge', roomParameter };
    });
    const id = await visitor.run(() => enter('auth', 'Ada', null));
    assert.equal(typeof id, 'string', JSON.stringify(id));
    assert.equal(await visitor.run(join, ['Club', { passphrase: 'friend' }]), 'MSG_REJECT_BAD_ROOM');
    assert.equal(await visitor.run(join, ['Club', { passphrase: 'open sesame' }]), 'Club');
    assert.deepEqual(await visitor.run(() => Object.keys(easyrtc.getRoomsJoined()).sort()), ['Club', 'Lounge']);

    // Logging in again: the stock client has forgotten what it joined the rooms with, and is in them.
    const again = await visitor.run(() => enterAgain({ any: 'thing' }));
    assert.equal(again, id);
    await visitor.assertContent();
    assert.deepEqual(await visitor.run(() => Object.keys(easyrtc.getRoomsJoined()).sort()), ['Club', 'Lounge']);
  });
});
