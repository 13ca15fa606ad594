// Who may enter, make and see rooms, and what they are like: as clients meet it over both transports.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import WebSocket from 'ws';
import { EasyrtcSocket } from '../../../clients/js/easyrtc-socket.mjs';
import { Files, make, token } from '../harness/auth.mjs';
import { Clients } from '../harness/client.mjs';
import { startServer } from '../harness/server.mjs';
import { until } from '../harness/wait.mjs';

const SECRET = 'a secret of the tests, of more than 32 bytes';
const INVITATIONS = 'what invitations of the tests are signed with';

const SETTINGS = `
[auth]
chain = ["jwt", "open"]
[auth.jwt]
secret = "${SECRET}"
[invitation]
secret_file = "invitation-key"

[options]
appAutoCreateEnable = false
roomMaxConnection = 3
roomEmptyTtl = 1
[options.applications."my.app"]
roomMaxConnection = 2
[options.applications."my.app".rooms]
Lobby = {}
Booth = { roomMaxConnection = 1 }
Back = { private = true }
Staff = { joinGroups = ["staff", "cleaners"] }
Club = { passphrase = "open sesame" }
Party = { invitation = true }
Either = { passphrase = "friend", invitation = true }
Brief = { keepEmpty = false }
"class-*" = { createGroups = ["teachers"], joinGroups = ["pupils", "teachers"] }
"kept-*" = { keepEmpty = true }
[options.applications."my.app".rooms."topic-*".fieldObj]
topic = { fieldValue = "maths", fieldOption = { isShared = true } }
hidden = { fieldValue = "unseen" }

[options.applications."closed.app"]
roomAutoCreateEnable = false
[options.applications."closed.app".rooms]
Lobby = {}

[options.applications."own.app"]
hideRoomList = true
publicOptions = { theme = "dark" }
iceServers = [{ urls = "stun:own.example.org" }]
appDefaultFieldObj.motd = { fieldValue = "hello", fieldOption = { isShared = true } }
`;

const TRANSPORTS = {
  'Socket.IO': {},
  'raw WebSocket': {
    connect: (url) => new EasyrtcSocket(url, { WebSocket, reconnection: false }),
  },
};

const YES = 'may enter';
const NO = 'may not enter';

/** What each answer is called at login and in `roomJoin`. */
const ANSWERS = {
  [YES]: ['token', 'roomData'],
  [NO]: ['LOGIN_BAD_ROOM', 'MSG_REJECT_BAD_ROOM'],
  full: ['LOGIN_GEN_FAIL', 'MSG_REJECT_BAD_ROOM'],
};

/** Each: what it is about, the room, `roomParameter`, what the token says, and what comes of it. */
const ENTRIES = [
  ['a room of all', 'Lobby', undefined, {}, YES],
  ['without a token', 'Lobby', undefined, undefined, YES],
  ['a new room', 'new', undefined, {}, YES],
  ['a new room without createRoom', 'other', undefined, { permissions: ['listRooms'] }, NO],
  ['one that is there without createRoom', 'Lobby', undefined, { permissions: [] }, YES],
  ['a new room where none are made', 'new', undefined, { app: 'closed.app' }, NO],
  ['one that is there where none are made', 'Lobby', undefined, { app: 'closed.app' }, YES],

  ['joinGroups: in one', 'Staff', undefined, { groups: ['x', 'cleaners'] }, YES],
  ['joinGroups: in others', 'Staff', undefined, { groups: ['x', 'pupils'] }, NO],
  ['joinGroups: in none', 'Staff', undefined, {}, NO],
  ['joinGroups: enterAnyRoom', 'Staff', undefined, { permissions: ['enterAnyRoom'] }, YES],

  ['createGroups: in another', 'class-1', undefined, { groups: ['pupils'] }, NO],
  ['createGroups: in one', 'class-1', undefined, { groups: ['teachers'] }, YES],
  ['createGroups: enterAnyRoom', 'class-2', undefined, { permissions: ['enterAnyRoom', 'createRoom'] }, YES],
  ['a prefix, and in no group', 'class-3', undefined, {}, NO],

  ['granted rooms: one', 'Lobby', undefined, { rooms: ['Lobby', 'class-*'] }, YES],
  ['granted rooms: a prefix', 'class-4', undefined, { rooms: ['class-*'], groups: ['teachers'] }, YES],
  ['granted rooms: another', 'Back', undefined, { rooms: ['Lobby', 'class-*'] }, NO],
  ['granted rooms: none', 'Lobby', undefined, { rooms: [] }, NO],
  ['granted rooms: enterAnyRoom', 'Back', undefined, { rooms: ['Lobby'], permissions: ['enterAnyRoom'] }, NO],
  ['granted rooms: guarded all the same', 'Club', undefined, { rooms: ['Club'] }, NO],

  ['a private room', 'Back', undefined, {}, YES],

  ['passphrase: right', 'Club', { passphrase: 'open sesame' }, {}, YES],
  ['passphrase: right, and no token', 'Club', { passphrase: 'open sesame' }, undefined, YES],
  ['passphrase: wrong', 'Club', { passphrase: 'Open Sesame' }, {}, NO],
  ['passphrase: the beginning of it', 'Club', { passphrase: 'open' }, {}, NO],
  ['passphrase: empty', 'Club', { passphrase: '' }, {}, NO],
  ['passphrase: no text', 'Club', { passphrase: ['open sesame'] }, {}, NO],
  ['passphrase: of another room', 'Club', { passphrase: 'friend' }, {}, NO],
  ['passphrase: under another key', 'Club', { password: 'open sesame' }, {}, NO],
  ['passphrase: missing', 'Club', undefined, {}, NO],
  ['passphrase: enterAnyRoom', 'Club', undefined, { permissions: ['enterAnyRoom'] }, YES],
  ['passphrase: an invitation instead', 'Club', () => invite('Club'), {}, NO],

  ['invitation: to it', 'Party', () => invite('Party'), {}, YES],
  ['invitation: to rooms that begin so', 'Party', () => invite('Pa*'), {}, YES],
  ['invitation: to another room', 'Party', () => invite('Lobby'), {}, NO],
  ['invitation: to another application', 'Party', () => invite('Party', { app: 'closed.app' }), {}, NO],
  ['invitation: for somebody', 'Party', () => invite('Party', { username: 'ada' }), { sub: 'ada' }, YES],
  ['invitation: for somebody else', 'Party', () => invite('Party', { username: 'ada' }), { sub: 'ben' }, NO],
  ['invitation: expired', 'Party', () => invite('Party', { exp: 1 }), {}, NO],
  ['invitation: forged', 'Party', () => invite('Party', {}, SECRET), {}, NO],
  ['invitation: alg none', 'Party', () => invite('Party', {}, '', 'none'), {}, NO],
  ['invitation: a token', 'Party', () => ({ invitation: token({ sub: 'ada' }, INVITATIONS) }), {}, NO],
  ['invitation: no text', 'Party', { invitation: { room: 'Party' } }, {}, NO],
  ['invitation: missing', 'Party', undefined, {}, NO],

  ['either: the passphrase', 'Either', { passphrase: 'friend' }, {}, YES],
  ['either: the invitation', 'Either', () => invite('Either'), {}, YES],
  ['either: neither', 'Either', { passphrase: 'foe', invitation: 'please' }, {}, NO],

  ['capacity: of the room', 'Booth', undefined, {}, 'full'],
  ['capacity: whoever it is', 'Booth', undefined, { permissions: ['enterAnyRoom'] }, 'full'],
];

/** A `roomParameter` with an invitation of our own making. */
function invite(room, claims = {}, key = INVITATIONS, alg = 'HS256') {
  const invitation = { aud: 'easyrtc-invitation', app: 'my.app', room, ...claims };
  return { invitation: token(invitation, key, { alg }) };
}

/** The fields of a login in `my.app`, or in the `app` of the claims, with a token that says so. */
function login(claims, rooms = {}) {
  const { app = 'my.app', ...others } = claims ?? {};
  const credential = claims && { token: token(others, SECRET) };
  return { applicationName: app, credential, roomJoin: rooms };
}

function roomJoin(roomName, roomParameter) {
  const parameter = typeof roomParameter === 'function' ? roomParameter() : roomParameter;
  return { [roomName]: { roomName, roomParameter: parameter } };
}

/** What an answer says in a word: its type, or the code of an error. */
const outcome = ({ msgType, msgData }) => (msgType === 'error' ? msgData.errorCode : msgType);

for (const [transport, options] of Object.entries(TRANSPORTS)) {
  describe(`rooms over ${transport}`, () => {
    let server;
    const cleanups = [];
    let files;

    before(async () => {
      files = new Files((end) => cleanups.push(end));
      files.write('invitation-key', INVITATIONS);
      const config = files.write('easyrtc.toml', SETTINGS);
      server = await startServer({ flags: ['--config', config] });
    });
    after(async () => {
      await server?.stop();
      cleanups.forEach((end) => end());
    });

    const clients = (t) => new Clients(server.url, t);
    const connect = (t) => clients(t).connect('websocket', options);
    const enter = (t, claims, rooms) => clients(t).login('websocket', login(claims, rooms), options);

    describe('entering', () => {
      // The only place in it is taken.
      let sitter;
      before(async () => {
        const cleanup = { after: (end) => cleanups.push(end) };
        sitter = await enter(cleanup, {}, roomJoin('Booth'));
      });
      after(() => sitter?.close());

      for (const [what, room, parameter, claims, expected] of ENTRIES) {
        test(`${what}: ${expected}`, async (t) => {
          const [atLogin, byJoining] = ANSWERS[expected];
          const newcomer = await connect(t);
          const answer = await newcomer.authenticate(login(claims, roomJoin(room, parameter)));
          assert.equal(outcome(answer), atLogin);
          if (atLogin === 'token') assert.deepEqual(Object.keys(answer.msgData.roomData), [room]);
          else await newcomer.disconnected();
          // As empty as before: a room that is made by entering it is to be made again.
          newcomer.close();
          await until('it is gone', async () => !(await counts(t, claims))[room] || room === 'Booth');

          // The default room must not be in the way.
          const member = await enter(t, claims, {});
          const joined = await member.command('roomJoin', { msgData: { roomJoin: roomJoin(room, parameter) } });
          assert.equal(outcome(joined), byJoining);
        });
      }
    });

    /** `{ room: members }` of all rooms. */
    async function counts(t, claims) {
      const all = { app: claims?.app, permissions: ['seePrivateRooms', 'listRooms'] };
      const watcher = await enter(t, { ...all, rooms: [] });
      const found = await watcher.roomCounts();
      watcher.close();
      return found;
    }

    test('whether a room is there or not, its refusal is the same', async (t) => {
      const { permissions, ...member } = { permissions: ['listRooms'], groups: [] };
      const prober = await enter(t, { ...member, permissions });
      const ask = async (room, parameter) => {
        const rooms = roomJoin(room, parameter);
        const { serverTime, ...answer } = await prober.command('roomJoin', { msgData: { roomJoin: rooms } });
        assert.equal(typeof serverTime, 'number');
        return answer;
      };
      const missing = await ask('nowhere');
      assert.equal(outcome(missing), 'MSG_REJECT_BAD_ROOM');
      for (const room of ['Staff', 'Club', 'Party', 'Booth-2', 'class-1']) {
        assert.deepEqual(await ask(room, { passphrase: 'a guess' }), missing, room);
      }
    });

    test('an invitation of the command line opens its room', async (t) => {
      const flags = ['invitation', '--key-file', files.path('invitation-key'), '--app', 'my.app'];
      const invitation = make([...flags, '--room', 'Party', '--expires', '2days']);
      const guest = await enter(t, undefined, roomJoin('Party', { invitation }));
      assert.deepEqual(Object.keys(guest.token.msgData.roomData), ['Party']);
    });

    test('one room that may not be entered keeps out of all', async (t) => {
      const member = await enter(t, {});
      const rooms = { ...roomJoin('Lobby'), ...roomJoin('Club', { passphrase: 'wrong' }) };
      const answer = await member.command('roomJoin', { msgData: { roomJoin: rooms } });
      assert.equal(outcome(answer), 'MSG_REJECT_BAD_ROOM');
      assert.equal((await member.roomCounts()).Lobby, 0);
    });

    test('a full room takes its members again, and others once there is a place', async (t) => {
      const [first, second] = [await enter(t, {}), await enter(t, {})];
      const third = await enter(t, {}, roomJoin('Lobby'));
      for (const member of [first, second]) assert.equal(outcome(await member.joinRoom('duo')), 'roomData');
      assert.equal(outcome(await third.joinRoom('duo')), 'MSG_REJECT_BAD_ROOM', 'two, as the application says');
      assert.equal(outcome(await second.joinRoom('duo')), 'roomData');
      await first.leaveRoom('duo');
      assert.equal(outcome(await third.joinRoom('duo')), 'roomData');
    });

    test('a private room is listed for its members, and for who may see private rooms', async (t) => {
      const stranger = await enter(t, {}, roomJoin('Lobby'));
      const seer = await enter(t, { permissions: ['seePrivateRooms', 'listRooms'] }, roomJoin('Lobby'));
      const member = await enter(t, {}, roomJoin('Back'));
      for (const [client, sees] of [[stranger, undefined], [seer, 1], [member, 1]]) {
        assert.equal((await client.roomCounts()).Back, sees);
      }
      await member.leaveRoom('Back');
      assert.equal((await member.roomCounts()).Back, undefined);
    });

    test('without a permission what needs it is refused', async (t) => {
      const all = await enter(t, {}, roomJoin('Lobby'));
      const none = await enter(t, { permissions: [] }, roomJoin('Lobby'));
      const note = { targetEasyrtcid: all.easyrtcid, msgData: 'hello' };
      assert.equal(outcome(await none.command('getRoomList')), 'MSG_REJECT_NO_ROOM_LIST');
      assert.equal(outcome(await none.message('note', note)), 'MSG_REJECT_NO_AUTH');
      const back = { targetEasyrtcid: none.easyrtcid, msgData: 'hello' };
      assert.equal(outcome(await all.message('note', back)), 'ack');
      // Signals are part of being in a room.
      const hangup = await none.command('hangup', { targetEasyrtcid: all.easyrtcid });
      assert.equal(outcome(hangup), 'ack');
    });

    test('rooms have the fields of their rule', async (t) => {
      const member = await enter(t, {}, { ...roomJoin('topic-1'), ...roomJoin('Lobby') });
      const { roomData } = member.token.msgData;
      assert.deepEqual(roomData['topic-1'].field, { topic: { fieldName: 'topic', fieldValue: 'maths' } });
      assert.equal(roomData.Lobby.field, undefined);
    });

    test('empty rooms stay or go as configured', async (t) => {
      const member = await enter(t, {}, roomJoin('Lobby'));
      const rooms = ['kept-1', 'Brief', 'made'];
      for (const room of rooms) assert.equal(outcome(await member.joinRoom(room)), 'roomData');
      for (const room of rooms) await member.leaveRoom(room);
      const left = await until('those that go are gone', async () => {
        const listed = await member.roomCounts();
        return !('Brief' in listed) && !('made' in listed) && listed;
      });
      assert.equal(left['kept-1'], 0);
      assert.equal(left.Club, 0);
      assert.equal(outcome(await member.joinRoom('Brief')), 'roomData', 'it is made again');
    });

    test('an application has what is configured for it, and another has not', async (t) => {
      for (const [app, theme, motd, ice] of [
        ['own.app', 'dark', 'hello', 1],
        ['my.app', undefined, undefined, 0],
      ]) {
        const { token } = await enter(t, { app }, roomJoin('Lobby'));
        const { application, iceConfig } = token.msgData;
        assert.equal(application.option?.theme, theme);
        assert.equal(application.field?.motd.fieldValue, motd);
        const urls = iceConfig.iceServers.flatMap((server) => server.urls);
        assert.equal(urls.filter((url) => url === 'stun:own.example.org').length, ice);
      }
      const hidden = await enter(t, { app: 'own.app', permissions: ['listRooms'] });
      assert.equal(outcome(await hidden.command('getRoomList')), 'MSG_REJECT_NO_ROOM_LIST');
    });

    for (const [what, fields, expected] of [
      ['one that is configured', { applicationName: 'my.app' }, 'token'],
      ['one that is not', { applicationName: 'other.app' }, 'LOGIN_APP_AUTH_FAIL'],
      ['one the token is good for', { ...login({ applications: ['my.app'] }) }, 'token'],
      ['one the token is not good for', { ...login({ applications: ['closed.app'] }) }, 'LOGIN_APP_AUTH_FAIL'],
    ]) {
      test(`an application, ${what}: ${expected}`, async (t) => {
        assert.equal(outcome(await (await connect(t)).authenticate(fields)), expected);
      });
    }
  });
}
