// A line cut in mid-call, and a page that asks socket.io to reconnect: it comes back by itself.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { launchBrowser, Visitor } from '../harness/browser.mjs';
import { Line } from '../harness/line.mjs';
import { startServerWithPages } from '../harness/server.mjs';
import { until } from '../harness/wait.mjs';

/** As the stock client's own options, but for the one under test. */
const RECONNECTING = {
  transports: ['polling', 'websocket'],
  withCredentials: false,
  forceNew: true,
  reconnection: true,
  reconnectionDelay: 100,
  reconnectionDelayMax: 200,
};

/** The page's transport may be either when the line is cut. */
const MODES = {
  'polling then WebSocket': RECONNECTING,
  polling: { ...RECONNECTING, transports: ['polling'] },
};

let browser;
before(async () => {
  browser = await launchBrowser();
});
after(() => browser?.close());

for (const [mode, options] of Object.entries(MODES)) {
  describe(`a line cut in mid-call, ${mode}`, () => {
    let server;
    let line;
    let ada;
    let ben;

    before(async () => {
      server = await startServerWithPages();
      line = await Line.to(server.url);
      ada = await Visitor.open(browser, `${line.url}/call.html`);
      ben = await Visitor.open(browser, `${server.url}/call.html`);
      await ada.login('reconnect', 'Ada', options);
      await ben.login('reconnect', 'Ben');
      await ada.sees(ben.easyrtcid);
      await ada.run((id) => call(id), ben.easyrtcid);
      await ada.showsVideo('#peer');
      await ben.showsVideo('#peer');
    });
    after(async () => {
      await line?.close();
      await server?.stop();
    });

    test('the other page sees it leave', async () => {
      line.cut();
      await ada.until('the disconnect is noticed', () => seen.disconnects === 1);
      await ben.missesFrom(ada.easyrtcid);
      await until('the page tries again', () => line.refusals >= 2);
    });

    test('the page logs in again, and no error is shown', async () => {
      line.mend();
      const previous = ada.easyrtcid;
      ada.easyrtcid = await ada.until('a second login', () => seen.logins[1]);
      assert.notEqual(ada.easyrtcid, previous);
      await ben.sees(ada.easyrtcid);
      await ada.sees(ben.easyrtcid);
      await ada.assertContent();
      await ben.assertContent();
      await ada.screenshot(`reconnected-${options.transports.at(-1)}`);
    });

    test('they can call again', async () => {
      await ben.run((id) => call(id), ada.easyrtcid);
      await ada.showsVideo('#peer');
      await ben.showsVideo('#peer');
      assert.equal(await ada.run(() => seen.logins.length), 2);
      await ada.assertContent();
      await ben.assertContent();
    });
  });
}
