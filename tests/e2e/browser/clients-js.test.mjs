// Calls of the stock client over a socket of clients/js: a line that is cut does not end them.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { after, before, describe, test } from 'node:test';
import { launchBrowser, Visitor } from '../harness/browser.mjs';
import { Relay } from '../harness/relay.mjs';
import { CLIENT_FILES, PAGES, startServer, startServerWithPages } from '../harness/server.mjs';
import { until } from '../harness/wait.mjs';

const CLIENT = fileURLToPath(new URL('../../../clients/js/easyrtc-socket.js', import.meta.url));

/** For how long the line is cut, in ms: well within what the server keeps a session for. */
const CUT = 5000;

/** How long a picture may seem to stand still on a machine with other things to do, in ms. */
const LONGEST_STOP = 2500;

const NUMBERS = [1, 2, 3, 4, 5];

let browser;
before(async () => {
  browser = await launchBrowser();
});
after(() => browser?.close());

/** Opens the page, which finds the client's script on the server it comes from. */
function open(url) {
  const withClient = {
    async newContext(options) {
      const context = await browser.newContext(options);
      await context.route('**/easyrtc-socket.js', (route) => route.fulfill({ path: CLIENT }));
      return context;
    },
  };
  return Visitor.open(withClient, `${url}/clients-js.html`);
}

const currentTime = (visitor) => visitor.page.$eval('#peer', (video) => video.currentTime);

/** What a page's author and visitor could notice of a cut. */
const noticed = (visitor) =>
  visitor.run(() => ({
    disconnects: seen.disconnects,
    logins: seen.logins.length,
    occupantChanges: seen.occupantChanges,
    streams: seen.streams,
    connected: easyrtc.webSocketConnected,
  }));

const MOVES = {
  'is cut and mended': '127.0.0.1',
  'comes back from another address': '127.0.0.2',
};

for (const [what, address] of Object.entries(MOVES)) {
  describe(`a line that ${what}, in mid-call`, () => {
    let server;
    let relay;
    let ada;
    let ben;
    let unnoticed;
    let answers;

    before(async () => {
      server = await startServerWithPages();
      relay = await Relay.to(server.url);
      ada = await open(relay.url);
      ben = await open(server.url);
      await ada.login('clients-js', 'Ada');
      await ben.login('clients-js', 'Ben');
      await ada.sees(ben.easyrtcid);
      await ben.sees(ada.easyrtcid);
      await ada.run((id) => call(id), ben.easyrtcid);
      for (const visitor of [ada, ben]) {
        await visitor.showsVideo('#peer');
        await visitor.run(() => watchPicture());
      }
      unnoticed = await Promise.all([ada, ben].map(noticed));
    });
    after(async () => {
      await relay?.close();
      await server?.stop();
    });

    test('while it is cut both see each other, and may send', async () => {
      const start = performance.now();
      relay.cut();
      await ada.until('it is noticed', () => seen.socket.includes('suspend'));
      const send = ([id, numbers]) => {
        globalThis.answers = sendNumbers(id, numbers);
      };
      await ada.run(send, [ben.easyrtcid, NUMBERS]);
      await ben.run(send, [ada.easyrtcid, NUMBERS]);
      answers = [ada, ben].map((visitor) => () => visitor.run(() => globalThis.answers));
      const times = await Promise.all([ada, ben].map(currentTime));
      await until(`${CUT} ms have passed`, async () => {
        await ada.showsVideo('#peer');
        await ben.showsVideo('#peer');
        return performance.now() - start > CUT;
      });
      for (const [index, time] of (await Promise.all([ada, ben].map(currentTime))).entries()) {
        assert.ok(time > times[index]);
      }
      assert.equal(await ada.run(() => seen.socket.includes('resume')), false);
      assert.deepEqual(await ada.run(() => seen.messages), []);
      assert.deepEqual(await ben.run(() => seen.messages), []);
    });

    test('when it is there again, all messages arrive, once and in order', async () => {
      relay.mend(address);
      await ada.until('the session goes on', () => seen.socket.includes('resume'));
      assert.equal(relay.seen.at(-1), address);
      for (const answer of answers) assert.deepEqual(await answer(), NUMBERS.map(() => 'ack'));
      // What comes after all of them shows that nothing comes twice.
      const after = [...NUMBERS, 6];
      await ada.run((id) => sendNumbers(id, [6]), ben.easyrtcid);
      await ben.run((id) => sendNumbers(id, [6]), ada.easyrtcid);
      for (const [visitor, peer] of [[ada, ben], [ben, ada]]) {
        const messages = await visitor.until('the messages', () =>
          seen.messages.some(({ msgData }) => msgData === 6) && seen.messages,
        );
        assert.deepEqual(messages.map(({ msgData }) => msgData), after);
        assert.ok(messages.every(({ sender }) => sender === peer.easyrtcid));
      }
    });

    test('nobody noticed, and the pictures never stood still', async () => {
      assert.deepEqual(await Promise.all([ada, ben].map(noticed)), unnoticed);
      assert.deepEqual(await ada.run(() => seen.socket), ['connect', 'suspend', 'resume']);
      assert.deepEqual(await ben.run(() => seen.socket), ['connect']);
      for (const visitor of [ada, ben]) {
        await visitor.showsVideo('#peer');
        const stop = await visitor.run(() => seen.longestStop);
        assert.ok(stop > 0 && stop < LONGEST_STOP, `stood still for ${stop} ms`);
        await visitor.assertContent();
      }
    });

    test('and the call can be ended as ever', async () => {
      await ada.run((id) => easyrtc.hangup(id), ben.easyrtcid);
      for (const [visitor, peer] of [[ada, ben], [ben, ada]]) {
        await visitor.until('it has ended', (id) => seen.streams[id] === 'closed', peer.easyrtcid);
      }
      await ada.run(() => easyrtc.disconnect());
      await ben.missesFrom(ada.easyrtcid);
      await ben.assertContent();
    });
  });
}

describe('a line that is cut for longer than the session is kept', () => {
  let directory;
  let server;
  let relay;
  let ada;
  let ben;

  before(async () => {
    directory = mkdtempSync(join(tmpdir(), 'easyrtc-'));
    const config = join(directory, 'easyrtc.toml');
    writeFileSync(config, '[transport.ws]\nkeep_time = "1s"\n');
    const flags = ['--client-files', CLIENT_FILES, '--static', PAGES, '--config', config];
    server = await startServer({ flags });
    relay = await Relay.to(server.url);
    ada = await open(relay.url);
    ben = await open(server.url);
    await ada.login('clients-js-lost', 'Ada');
    await ben.login('clients-js-lost', 'Ben');
    await ada.sees(ben.easyrtcid);
    await ada.run((id) => call(id), ben.easyrtcid);
    await ada.showsVideo('#peer');
  });
  after(async () => {
    await relay?.close();
    await server?.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  test('is a disconnect, for the page and for the others', async () => {
    relay.cut();
    await ada.until('the disconnect is noticed', () => seen.disconnects === 1);
    await ben.missesFrom(ada.easyrtcid);
  });

  test('the stock client logs in again by itself, and no error is shown', async () => {
    relay.mend();
    const previous = ada.easyrtcid;
    ada.easyrtcid = await ada.until('a second login', () => seen.logins[1]);
    assert.notEqual(ada.easyrtcid, previous);
    await ben.sees(ada.easyrtcid);
    await ada.sees(ben.easyrtcid);
    await ben.run((id) => call(id), ada.easyrtcid);
    await ada.showsVideo('#peer');
    await ben.showsVideo('#peer');
    const socket = await ada.run(() => seen.socket);
    assert.deepEqual(socket, ['connect', 'suspend', 'disconnect', 'connect']);
    await ada.assertContent();
    await ben.assertContent();
  });
});
