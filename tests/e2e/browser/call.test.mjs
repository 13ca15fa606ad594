// Two people with the stock client, from login to the end of their call.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { launchBrowser, Visitor } from '../harness/browser.mjs';
import { startServerWithPages } from '../harness/server.mjs';

describe('two pages with the stock client', () => {
  let server;
  let browser;
  let ada;
  let ben;

  before(async () => {
    server = await startServerWithPages();
    browser = await launchBrowser();
    ada = await Visitor.open(browser, `${server.url}/call.html`);
    ben = await Visitor.open(browser, `${server.url}/call.html`);
    await ada.login('call', 'Ada');
    await ben.login('call', 'Ben');
  });
  after(async () => {
    await browser?.close();
    await server?.stop();
  });

  test('see each other in the list of occupants', async () => {
    const entry = await ada.sees(ben.easyrtcid);
    assert.equal(entry.username, 'Ben');
    assert.equal((await ben.sees(ada.easyrtcid)).username, 'Ada');
    const self = await ada.run(() => seen.occupants.default.self);
    assert.equal(self.easyrtcid, ada.easyrtcid);
    assert.equal(await ben.run((id) => easyrtc.idToName(id), ada.easyrtcid), 'Ada');
  });

  test('see presence change', async () => {
    await ada.run(() => easyrtc.updatePresence('dnd', 'writing'));
    const presence = await ben.until(
      'Ada is busy',
      (id) => {
        const { presence } = seen.occupants.default.others[id];
        return presence.show === 'dnd' && presence;
      },
      ada.easyrtcid,
    );
    assert.equal(presence.status, 'writing');
  });

  test('see fields of a room change, and keep both', async () => {
    const set = ([name, value]) => easyrtc.setRoomApiField('default', name, value);
    await ada.run(set, ['mood', { text: 'fine é' }]);
    await ada.run(set, ['seat', 7]);
    const mood = await ben.until(
      'both fields are there',
      (id) => {
        const field = (name) => easyrtc.getRoomApiField('default', id, name);
        return field('seat') === 7 && field('mood');
      },
      ada.easyrtcid,
    );
    assert.deepEqual(mood, { text: 'fine é' });
    await ada.run(set, ['seat', null]);
    await ben.until(
      'one field is gone',
      (id) => {
        const { apiField } = seen.occupants.default.others[id];
        return !apiField.seat && apiField.mood;
      },
      ada.easyrtcid,
    );
  });

  test('send messages through the server, to each other and to the room', async () => {
    const ack = await ada.run(
      (id) => new Promise((done) => easyrtc.sendDataWS(id, 'note', { text: 'hi' }, done)),
      ben.easyrtcid,
    );
    assert.equal(ack.msgType, 'ack');
    const note = await ben.until('the note', () =>
      seen.messages.find(({ msgType }) => msgType === 'note'),
    );
    assert.deepEqual(note.msgData, { text: 'hi' });
    assert.equal(note.sender, ada.easyrtcid);
    assert.equal(note.targeting.targetEasyrtcid, ben.easyrtcid);

    await ben.run(() => easyrtc.sendDataWS({ targetRoom: 'default' }, 'all', 'hello'));
    const all = await ada.until('the message to all', () =>
      seen.messages.find(({ msgType }) => msgType === 'all'),
    );
    assert.equal(all.targeting.targetRoom, 'default');
  });

  test('call: both see and hear each other', async () => {
    await ada.run((id) => call(id), ben.easyrtcid);
    for (const visitor of [ada, ben]) {
      const { videoWidth, videoHeight } = await visitor.showsVideo('#peer');
      assert.ok(videoWidth > 0 && videoHeight > 0);
      await visitor.showsVideo('#self');
    }
    await ada.screenshot('call-ada');
    await ben.screenshot('call-ben');
    const tracks = await ben.run(() =>
      document
        .getElementById('peer')
        .srcObject.getTracks()
        .map(({ kind, readyState }) => `${kind} ${readyState}`)
        .sort(),
    );
    assert.deepEqual(tracks, ['audio live', 'video live']);
  });

  test('send data from peer to peer, there and back', async () => {
    const pairs = [[ada, ben], [ben, ada]];
    for (const [from, to] of pairs) {
      await from.until('the channel opens', (id) => seen.channels[id] === 'open', to.easyrtcid);
    }
    for (const [from, to] of pairs) {
      const msgData = { from: from.easyrtcid, long: 'é'.repeat(50_000) };
      await from.run(([id, data]) => easyrtc.sendDataP2P(id, 'direct', data), [
        to.easyrtcid,
        msgData,
      ]);
      const direct = await to.until('the data', () =>
        seen.messages.find(({ msgType }) => msgType === 'direct'),
      );
      assert.deepEqual(direct.msgData, msgData);
      assert.equal(direct.sender, from.easyrtcid);
    }
  });

  test('hang up: the other side is told and its picture ends', async () => {
    await ada.run((id) => easyrtc.hangup(id), ben.easyrtcid);
    for (const [visitor, peer] of [[ada, ben], [ben, ada]]) {
      await visitor.until(
        'the call has ended',
        (id) => seen.streams[id] === 'closed' && easyrtc.getConnectStatus(id) === easyrtc.NOT_CONNECTED,
        peer.easyrtcid,
      );
    }
    // They stay logged in, and in each other's list.
    await ada.sees(ben.easyrtcid);
  });

  test('join another room, are listed in it, and leave it', async () => {
    const join = (room) => new Promise((done, fail) => easyrtc.joinRoom(room, null, done, fail));
    const list = () => new Promise((done, fail) => easyrtc.getRoomList(done, fail));
    assert.equal(await ada.run(join, 'lounge'), 'lounge');
    await ben.run(join, 'lounge');
    await ada.sees(ben.easyrtcid, 'lounge');
    await ben.sees(ada.easyrtcid, 'lounge');
    const rooms = await ben.run(list);
    assert.equal(rooms.lounge.numberClients, 2);
    assert.equal(rooms.default.numberClients, 2);

    await ben.run(
      (room) => new Promise((done, fail) => easyrtc.leaveRoom(room, done, fail)),
      'lounge',
    );
    await ada.missesFrom(ben.easyrtcid, 'lounge');
    assert.equal((await ada.run(list)).lounge.numberClients, 1);
    assert.deepEqual(await ben.run(() => easyrtc.getRoomsJoined()), { default: true });
    await ada.sees(ben.easyrtcid);
  });

  test('show nobody an error', async () => {
    await ada.assertContent();
    await ben.assertContent();
  });

  test('see that the other page is closed in mid-call', async () => {
    await ben.run((id) => call(id), ada.easyrtcid);
    await ada.showsVideo('#peer');
    await ben.close();
    await ada.missesFrom(ben.easyrtcid);
    await ada.until('the call has ended', (id) => seen.streams[id] === 'closed', ben.easyrtcid);
    await ada.assertContent();
  });
});
