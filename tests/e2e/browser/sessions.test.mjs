// Sessions as browsers have them: the cookie, who can read it, and what the stock client makes of it.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, request } from 'node:http';
import { connect } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { launchBrowser, Visitor } from '../harness/browser.mjs';
import { CLIENT_FILES, startServerWithPages } from '../harness/server.mjs';

/**
 * Another web server, which delivers the pages and passes on what is for the signalling server: no
 * page or file from there comes with a cookie of ours.
 */
async function startFrontend(t, backend) {
  const { hostname, port } = new URL(backend);
  const frontend = createServer((incoming, outgoing) => {
    const { method, headers, url: path } = incoming;
    const asked = request({ hostname, port, method, path, headers }, (answer) => {
      if (!path.startsWith('/socket.io/?')) delete answer.headers['set-cookie'];
      outgoing.writeHead(answer.statusCode, answer.headers);
      answer.pipe(outgoing);
    });
    asked.on('error', () => outgoing.destroy());
    outgoing.on('close', () => asked.destroy());
    incoming.pipe(asked);
  });
  frontend.on('upgrade', ({ url, rawHeaders, httpVersion }, near) => {
    const far = connect({ host: hostname, port });
    const lines = [`GET ${url} HTTP/${httpVersion}`];
    for (let i = 0; i < rawHeaders.length; i += 2) lines.push(`${rawHeaders[i]}: ${rawHeaders[i + 1]}`);
    far.write(`${lines.join('\r\n')}\r\n\r\n`);
    near.pipe(far).pipe(near);
    for (const socket of [near, far]) socket.on('error', () => {});
    near.on('close', () => far.destroy());
    far.on('close', () => near.destroy());
  });
  frontend.listen(0, '127.0.0.1');
  await once(frontend, 'listening');
  t.after(() => {
    frontend.close();
    frontend.closeAllConnections();
  });
  return `http://127.0.0.1:${frontend.address().port}`;
}

const OPTIONS = { sessionCookieEnable: true, sessionRequireIssued: true };

let browser;
before(async () => (browser = await launchBrowser()));
after(() => browser?.close());

describe('the stock client', () => {
  let server;
  before(async () => (server = await startServerWithPages(OPTIONS)));
  after(() => server?.stop());

  /** An address under another name of this machine, which is another host to a browser. */
  const elsewhere = (url) => url.replace('127.0.0.1', 'localhost');

  async function open(t, url) {
    const visitor = await Visitor.open(browser, `${url}/call.html`);
    t.after(() => visitor.close());
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
      const frontend = await startFrontend(t, server.url);
      const ada = await open(t, frontend);
      assert.equal(await cookieOf(ada), undefined);
      const first = await session(ada, frontend, socketOptions);
      assert.ok(first, 'there is a session');
      assert.equal(first, await cookieOf(ada));
      const [{ name, path, httpOnly, secure, sameSite }] = await ada.context.cookies();
      assert.deepEqual(
        { name, path, httpOnly, secure, sameSite },
        { name: 'easyrtcsid', path: '/', httpOnly: false, secure: false, sameSite: 'Lax' },
      );
      // It stays: the next tab is in the same session.
      const tab = await openTab(ada, `${frontend}/call.html`);
      assert.equal(await session(tab, frontend, socketOptions), first);
      await tab.assertContent();
    });

    test(`a page of another host gets none, and logs in all the same, ${way}`, async (t) => {
      const ada = await open(t, elsewhere(await startFrontend(t, server.url)));
      assert.equal(await session(ada, server.url, socketOptions), undefined);
      assert.deepEqual(await ada.context.cookies(), []);
      await ada.assertContent();
    });

    test(`a cookie that the server did not issue is replaced before the login, ${way}`, async (t) => {
      const ada = await open(t, server.url);
      await ada.run(() => (document.cookie = 'easyrtcsid=forged; path=/'));
      const first = await session(ada, server.url, socketOptions);
      assert.notEqual(first, 'forged');
      assert.equal(first, await cookieOf(ada));
      await ada.assertContent();
    });
  }

  // These poll with credentials unless told otherwise, and browsers ask for leave.
  for (const version of [1, 2]) {
    test(`socket.io-client ${version} polls from another origin`, async (t) => {
      const ada = await open(t, elsewhere(server.url));
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
