// Sessions as browsers have them: the cookie, who can read it, and what the stock client makes of it.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { launchBrowser, Visitor } from '../harness/browser.mjs';
import { CLIENT_FILES, startServerWithPages } from '../harness/server.mjs';

const OPTIONS = { sessionCookieEnable: true, sessionRequireIssued: true };

let browser;
before(async () => (browser = await launchBrowser()));
after(() => browser?.close());

describe('the stock client', () => {
  let server;
  before(async () => (server = await startServerWithPages(OPTIONS)));
  after(() => server?.stop());

  /** The server's address under another name of this machine, which is another host to a browser. */
  const elsewhere = () => server.url.replace('127.0.0.1', 'localhost');

  async function open(t, url, prepare = () => {}) {
    const visitor = await Visitor.open(browser, 'about:blank');
    t.after(() => visitor.close());
    await prepare(visitor.context);
    await visitor.page.goto(`${url}/call.html`);
    return visitor;
  }

  /** Another tab of the same browser. */
  async function openTab(visitor, url) {
    const tab = new Visitor();
    tab.context = visitor.context;
    tab.page = await visitor.context.newPage();
    await tab.page.goto(url);
    return tab;
  }

  /** Has another web server deliver the page: none of its files comes with a cookie of ours. */
  const deliveredByOthers = (context) =>
    context.route(
      (url) => !/^\/socket\.io\/$/.test(url.pathname),
      async (route) => {
        const file = await fetch(route.request().url());
        const body = Buffer.from(await file.arrayBuffer());
        await route.fulfill({ contentType: file.headers.get('content-type'), body });
      },
    );

  /** Logs in; resolves with the session the page is in. */
  async function session(visitor, target, socketOptions) {
    const id = await visitor.run(
      ([url, options]) => {
        if (url) easyrtc.setSocketUrl(url, options);
        return enter('sessions', 'Ada', null);
      },
      [target, socketOptions],
    );
    assert.equal(typeof id, 'string', JSON.stringify(id));
    return visitor.run(() => easyrtc.easyrtcsid);
  }

  const cookieOf = (visitor) => visitor.run(() => /easyrtcsid=([^;]+)/.exec(document.cookie)?.[1]);

  test('two tabs of one browser share a session, another browser has its own', async (t) => {
    const ada = await open(t, server.url);
    const tab = await openTab(ada, `${server.url}/call.html`);
    const [one, two] = [await session(ada), await session(tab)];
    assert.ok(one, 'there is a session');
    assert.equal(one, two);
    assert.equal(one, await cookieOf(ada));
    const ben = await open(t, server.url);
    assert.notEqual(await session(ben), one);
    for (const visitor of [ada, tab, ben]) await visitor.assertContent();
  });

  const WAYS = {
    'polling first': undefined,
    'WebSocket only': { transports: ['websocket'], forceNew: true, reconnection: false },
  };
  for (const [way, socketOptions] of Object.entries(WAYS)) {
    test(`the cookie of the handshake is there before the login, ${way}`, async (t) => {
      const ada = await open(t, server.url, deliveredByOthers);
      assert.equal(await cookieOf(ada), undefined);
      const target = socketOptions && server.url;
      const first = await session(ada, target, socketOptions);
      assert.ok(first, 'there is a session');
      assert.equal(first, await cookieOf(ada));
      const [cookie] = await ada.context.cookies();
      const { name, path, httpOnly, secure, sameSite } = cookie;
      assert.deepEqual(
        { name, path, httpOnly, secure, sameSite },
        { name: 'easyrtcsid', path: '/', httpOnly: false, secure: false, sameSite: 'Lax' },
      );
      // It stays: the next tab is in the same session.
      const tab = await openTab(ada, `${server.url}/call.html`);
      assert.equal(await session(tab, target, socketOptions), first);
      await tab.assertContent();
    });

    test(`a page of another host gets none, and logs in all the same, ${way}`, async (t) => {
      const ada = await open(t, elsewhere(), deliveredByOthers);
      assert.equal(await session(ada, server.url, socketOptions), undefined);
      assert.deepEqual(await ada.context.cookies(), []);
      await ada.assertContent();
    });
  }

  test('a cookie that the server did not issue is refused where that is required', async (t) => {
    const ada = await open(t, server.url, (context) =>
      context.addCookies([{ name: 'easyrtcsid', value: 'forged', url: server.url }]),
    );
    // The page itself came with a good one.
    assert.notEqual(await cookieOf(ada), 'forged');
    await ada.run(() => (document.cookie = 'easyrtcsid=forged; path=/'));
    const entered = await ada.run(() => enter('sessions', 'Ada', null));
    assert.equal(entered.code, 'LOGIN_GEN_FAIL', JSON.stringify(entered));
  });

  // These poll with credentials unless told otherwise, and browsers ask for leave.
  for (const version of [1, 2]) {
    test(`socket.io-client ${version} polls from another origin`, async (t) => {
      const ada = await open(t, elsewhere());
      const bundle = `${CLIENT_FILES}/node_modules/socket.io-client-${version}/dist/socket.io.js`;
      await ada.page.addScriptTag({ path: bundle });
      const answer = await ada.run(
        (url) =>
          new Promise((resolve, reject) => {
            const socket = io(url, { transports: ['polling'], reconnection: false, forceNew: true });
            socket.on('connect_error', (error) => reject(new Error(`no connection: ${error}`)));
            socket.on('connect', () => {
              const msgData = { apiVersion: '1.1.1', applicationName: 'sessions' };
              socket.emit('easyrtcAuth', { msgType: 'authenticate', msgData }, resolve);
            });
          }),
        server.url,
      );
      assert.equal(answer.msgType, 'token', JSON.stringify(answer));
    });
  }
});
