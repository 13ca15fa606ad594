// What the server sends of its own accord, caused over the admin API and met by the stock client in a browser.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { startAdministered } from '../harness/admin.mjs';
import { Files } from '../harness/auth.mjs';
import { launchBrowser, Visitor } from '../harness/browser.mjs';
import { CLIENT_FILES, PAGES } from '../harness/server.mjs';
import { until, within } from '../harness/wait.mjs';

const APP = 'told';
const ROOM = '/v1/applications/{app}/rooms/{room}';
const FLAGS = ['--client-files', CLIENT_FILES, '--static', PAGES];
const TURN = { urls: ['turn:turn.example.org:3478'], username: 'ada', credential: '6f1c' };

let browser;
const cleanups = [];
before(async () => {
  browser = await launchBrowser();
});
after(async () => {
  await browser?.close();
  cleanups.forEach((end) => end());
});

const start = () =>
  startAdministered(new Files((end) => cleanups.push(end)), '', {
    flags: FLAGS,
    options: { sessionCookieEnable: true },
  });

/** A page that has logged in, and notes what an author's listeners are told. */
async function enter(url, name, app = APP) {
  const visitor = await Visitor.open(browser, `${url}/call.html`);
  await visitor.run(() => {
    seen.server = [];
    seen.rooms = [];
    easyrtc.setServerListener((...told) => seen.server.push(told));
    easyrtc.setRoomEntryListener((entered, roomName) => seen.rooms.push([entered, roomName]));
  });
  await visitor.login(app, name);
  return visitor;
}

/** Names that requests about a visitor need. */
const about = ({ easyrtcid }, more) => ({ app: APP, room: 'default', easyrtcid, name: 'topic', ...more });

/** The errors that the page's author was told, taken: they are what the test is about. */
const takeErrors = (visitor) => visitor.run(() => seen.errors.splice(0).map(({ errorCode }) => errorCode));

const dialog = (visitor) => visitor.page.textContent('#easyrtcErrorDialog');

describe('the stock client, told by the server', () => {
  let server;
  let admin;
  let ada;
  let ben;

  before(async () => {
    ({ server, admin } = await start());
    ada = await enter(server.url, 'Ada');
    ben = await enter(server.url, 'Ben');
    await ada.sees(ben.easyrtcid);
  });
  after(() => server?.stop());

  test('sessionData: fields of its session', async () => {
    const { easyrtcsid } = await admin.ask('GET /v1/connections/{easyrtcid}', about(ada));
    assert.equal(easyrtcsid, await ada.run(() => easyrtc.easyrtcsid), 'of its cookie');
    const field = '/v1/applications/{app}/sessions/{easyrtcsid}/fields/{name}';
    const names = about(ada, { easyrtcsid });
    await admin.ask(`PUT ${field}`, names, { fieldValue: { seats: 3 }, isShared: true });
    const value = await ada.until('the field', () => easyrtc.getSessionField('topic'));
    assert.deepEqual(value, { seats: 3 });
    await admin.ask(`DELETE ${field}`, names);
    await ada.until('it is gone', () => !('topic' in easyrtc.getSessionFields()));
  });

  test('roomData: fields of its room', async () => {
    const fieldOf = (room) => easyrtc.getRoomFields(room)?.topic?.fieldValue;
    await admin.ask(`PUT ${ROOM}/fields/{name}`, about(ada), { fieldValue: 'tea at five', isShared: true });
    for (const visitor of [ada, ben]) assert.equal(await visitor.until('it', fieldOf, 'default'), 'tea at five');
    await admin.ask(`DELETE ${ROOM}/fields/{name}`, about(ada));
    for (const visitor of [ada, ben]) {
      await visitor.until('it is gone', () => JSON.stringify(easyrtc.getRoomFields('default')) === '{}');
    }
  });

  test('iceConfig: the servers of its next calls', async () => {
    const isTurn = () => easyrtc.isTurnServer('turn.example.org');
    assert.equal(await ada.run(isTurn), false);
    await admin.ask('POST /v1/ice-configs', {}, { to: { easyrtcid: ada.easyrtcid }, iceServers: [TURN] });
    await ada.until('it has them', isTurn);
    assert.equal(await ben.run(isTurn), false);
    await admin.ask('POST /v1/ice-configs', {}, { to: { application: APP }, iceServers: [] });
    await ada.until('it has none', () => !easyrtc.isTurnServer('turn.example.org'));
  });

  test('easyrtcMsg from the server, at its server listener', async () => {
    const to = { application: APP, room: 'default' };
    await admin.ask('POST /v1/messages', {}, { to, msgType: 'notice', msgData: { text: 'tea é' } });
    for (const visitor of [ada, ben]) {
      const told = await visitor.until('the notice', () => seen.server.at(0));
      assert.deepEqual(told.slice(0, 2), ['notice', { text: 'tea é' }]);
      assert.deepEqual(await visitor.run(() => seen.messages), [], 'from no peer');
    }
  });

  test('roomData: put into a room, and out of it when it is closed', async () => {
    const names = about(ada, { room: 'office' });
    await admin.ask(`PUT ${ROOM}`, names);
    await admin.ask(`PUT ${ROOM}/members/{easyrtcid}`, names);
    await ada.until('it is in', () => easyrtc.getRoomsJoined().office);
    // The stock client sets a field of its own there, and would be refused it in a room that is gone.
    await until('it is settled', async () => {
      const { items } = await admin.ask(`GET ${ROOM}/members`, names);
      return items[0].apiField?.mediaIds;
    });
    await admin.ask(`DELETE ${ROOM}`, names);
    await ada.until('it is out', () => !easyrtc.getRoomsJoined().office);
    const entries = await ada.run(() => seen.rooms.filter(([, roomName]) => roomName === 'office'));
    assert.deepEqual(entries, [[true, 'office'], [false, 'office']]);
    assert.deepEqual(await ada.run(() => easyrtc.getRoomsJoined()), { default: true });
  });

  test('roomData: presence that the operator sets', async () => {
    await admin.ask('PUT /v1/connections/{easyrtcid}/presence', about(ada), { show: 'dnd', status: 'busy' });
    const isBusy = (id) => seen.occupants.default.others[id]?.presence.status === 'busy';
    await ben.until('Ada is busy', isBusy, ada.easyrtcid);
  });

  test('all that without an error', async () => {
    await ada.assertContent();
    await ben.assertContent();
  });

  test('error: shown to its user; the connection stays', async () => {
    const to = { easyrtcid: ben.easyrtcid };
    await admin.ask('POST /v1/errors', {}, { to, errorCode: 'MSG_REJECT_PRESENCE' });
    await ben.until('the error', () => seen.errors.length);
    assert.deepEqual(await takeErrors(ben), ['MSG_REJECT_PRESENCE']);
    assert.match(await dialog(ben), /Presence/);
    assert.deepEqual(await takeErrors(ada), []);
    assert.equal(await ben.run(() => seen.disconnects), 0);
  });

  test('error by a kick: shown to its user, and the others see it go', async () => {
    await admin.ask('DELETE /v1/connections/{easyrtcid}', about(ben));
    await ben.until('the end', () => seen.disconnects === 1);
    assert.deepEqual(await takeErrors(ben), ['LOGIN_GEN_FAIL']);
    assert.match(await dialog(ben), /Authentication failed/);
    await ben.screenshot('server-messages-kicked');
    await ada.missesFrom(ben.easyrtcid);
    await ben.close();
    await ada.assertContent();
  });

  test('forwardToUrl with newWindow: another window, and the page goes on', async () => {
    const popup = ada.page.waitForEvent('popup');
    const url = `${server.url}/demos/index.html`;
    const to = { easyrtcid: ada.easyrtcid };
    await admin.ask('POST /v1/forwards', {}, { to, url, newWindow: true });
    const opened = await popup;
    await opened.waitForURL(url);
    await opened.waitForLoadState();
    assert.match(await opened.title(), /EasyRTC/);
    assert.equal(ada.page.url(), `${server.url}/call.html`);
    await opened.close();
    await ada.screenshot('server-messages-stays');
    await ada.assertContent();
  });

  test('forwardToUrl: the page is left', async () => {
    const url = `${server.url}/demos/index.html`;
    await admin.ask('POST /v1/forwards', {}, { to: { easyrtcid: ada.easyrtcid }, url });
    await ada.page.waitForURL(url);
    await ada.screenshot('server-messages-forwarded');
    await until('it has left', async () => {
      const { status } = await admin.send('GET', `/v1/connections/${ada.easyrtcid}`);
      return status === 404;
    });
    assert.equal(ada.page.context().pages().length, 1, 'no other window');
    await ada.close();
  });
});

test('error by a drain: SERVER_SHUTDOWN, shown to everybody, and the server ends', async () => {
  const { server, admin } = await start();
  cleanups.push(() => server.signal('SIGKILL'));
  const visitors = [await enter(server.url, 'Ada'), await enter(server.url, 'Ben')];
  await admin.ask('POST /v1/drain', {}, {});
  for (const visitor of visitors) {
    await visitor.until('the error', () => seen.errors.length);
    assert.equal((await takeErrors(visitor))[0], 'SERVER_SHUTDOWN');
    assert.match(await dialog(visitor), /Server is being shutdown/);
  }
  await visitors[0].screenshot('server-messages-shutdown');
  assert.deepEqual(await within('the server ends', server.exited), { code: 0, signal: null });
  for (const visitor of visitors) await visitor.close();
});

describe('a call, while the admin API is used and abused', () => {
  /** How long a picture may seem to stand still on a machine with other things to do, in ms. */
  const LONGEST_STOP = 2500;

  let server;
  let admin;
  let callers;

  before(async () => {
    ({ server, admin } = await start());
    callers = [await enter(server.url, 'Ada', 'call'), await enter(server.url, 'Ben', 'call')];
    const [ada, ben] = callers;
    await ada.sees(ben.easyrtcid);
    await ben.sees(ada.easyrtcid);
    await ada.run((id) => call(id), ben.easyrtcid);
    for (const caller of callers) {
      await caller.showsVideo('#peer');
      await caller.run(() => {
        const video = document.getElementById('peer');
        const start = performance.now();
        Object.assign(seen, { frames: 0, longestStop: 0, heard: 0, last: start });
        const look = (now) => {
          seen.frames += 1;
          seen.longestStop = Math.max(seen.longestStop, now - seen.last);
          seen.last = now;
          video.requestVideoFrameCallback(look);
        };
        video.requestVideoFrameCallback(look);
        easyrtc.webSocket.on('easyrtcCmd', () => (seen.heard += 1));
        easyrtc.webSocket.on('easyrtcMsg', () => (seen.heard += 1));
      });
    }
  });
  after(() => server?.stop());

  /** One request of each kind that is wrong, and of each that only concerns others. */
  const abuse = (round) => {
    const room = `/v1/applications/call/rooms/of-round-${round}`;
    const shared = JSON.stringify({ fieldValue: 'x'.repeat(100_000), isShared: true });
    const everything = [
      ['GET', '/v1/applications'],
      ['GET', '/v1/connections?application=call&limit=1000'],
      ['GET', `${room}/members`],
      ['PUT', room],
      ['PUT', `${room}/fields/topic`, shared],
      ['DELETE', room],
      ['PUT', '/v1/applications/call/rooms/default/fields/%00', shared],
      ['PUT', '/v1/applications/call/rooms/%2e%2e%2f%2e%2e/fields/topic', shared],
      ['PUT', `/v1/applications/${'a'.repeat(10_000)}/fields/topic`, shared],
      ['POST', '/v1/messages', 'no JSON'],
      ['POST', '/v1/messages', `{"to":{"everybody":true},"msgType":"n","msgData":"${'x'.repeat(2_000_000)}"}`],
      ['POST', '/v1/messages', '['.repeat(100_000)],
      ['POST', '/v1/forwards', '{"to":{"easyrtcid":"nobody"},"url":"/"}'],
      ['POST', '/v1/bans', '{"address":"192.0.2.0/24","expiresIn":1}'],
      ['DELETE', '/v1/connections/nobody'],
      ['PATCH', '/v1/status'],
    ];
    const without = admin.send('DELETE', `/v1/connections/${callers[0].easyrtcid}`, {
      headers: { authorization: `Bearer guess-${round}` },
    });
    const others = everything.map(([method, path, body]) =>
      admin.send(method, path, { body }).catch((error) => ({ error })),
    );
    return Promise.all([without, ...others]);
  };

  test('its pictures go on, and its pages hear nothing of it', async () => {
    const progress = () => Promise.all(callers.map((caller) => caller.run(() => seen.frames)));
    const before = await progress();
    const statuses = new Set();
    let round = 0;
    // For as long as it takes the pictures to move on a good deal: five seconds of a camera at least.
    await until('the pictures move on', async () => {
      for (const { status, error } of await abuse((round += 1))) statuses.add(error ? 'cut' : status);
      const now = await progress();
      return round >= 30 && now.every((frames, index) => frames - before[index] >= 100);
    });
    assert.ok(statuses.has(401) && statuses.has(400) && statuses.has(404), `${[...statuses]}`);
    assert.ok(![...statuses].some((status) => status >= 500), `${[...statuses]}`);
    for (const caller of callers) {
      const { heard, longestStop, disconnects } = await caller.run(() => seen);
      assert.equal(heard, 0);
      assert.equal(disconnects, 0);
      assert.ok(longestStop > 0 && longestStop < LONGEST_STOP, `stood still for ${longestStop} ms`);
      await caller.showsVideo('#peer');
      await caller.assertContent();
    }
    await callers[0].screenshot('server-messages-call');
  });

  test('and can be ended by a kick', async () => {
    const [ada, ben] = callers;
    await admin.ask('DELETE /v1/connections/{easyrtcid}', about(ben));
    await ben.until('the end', () => seen.disconnects === 1);
    await ada.missesFrom(ben.easyrtcid);
    await ada.until('the call has ended', (id) => seen.streams[id] === 'closed', ben.easyrtcid);
  });
});
