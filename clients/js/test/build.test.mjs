import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import vm from 'node:vm';
import { script } from '../build.mjs';

const built = readFileSync(new URL('../easyrtc-socket.js', import.meta.url), 'utf8');

/** What a page has, as far as the script needs it. */
function page(extras = {}) {
  const opened = [];
  class WebSocket {
    constructor(url, protocol) {
      opened.push({ url, protocol });
    }
  }
  const location = { href: 'https://example.org/room?x=1' };
  const browser = { URL, Blob, TextEncoder, queueMicrotask, setTimeout: () => 0, clearTimeout() {} };
  const context = vm.createContext({ ...browser, WebSocket, location, ...extras });
  vm.runInContext(built, context);
  return { context, opened };
}

test('the script is what build.mjs makes of the modules', () => {
  assert.equal(built, script(), 'run: node build.mjs');
});

test('as a classic script it defines EasyrtcSocket', () => {
  const { context, opened } = page();
  const run = (code) => vm.runInContext(code, context);
  run(`new EasyrtcSocket().connect();
       new EasyrtcSocket('/signalling?a=b', { resume: false }).connect();
       new EasyrtcSocket('http://localhost:8080').connect();
       new EasyrtcSocket('wss://example.com/ws').connect();`);
  const protocol = 'easyrtc.v1.json';
  assert.deepEqual(opened, [
    { url: 'wss://example.org/ws?resume=1', protocol },
    { url: 'wss://example.org/signalling?a=b', protocol },
    { url: 'ws://localhost:8080/ws?resume=1', protocol },
    { url: 'wss://example.com/ws?resume=1', protocol },
  ]);
});

test('it stands in for Socket.IO, which the stock client looks for, unless that is there', () => {
  const { context, opened } = page();
  const options = '{ transports: ["polling"], reconnection: false, forceNew: true }';
  const connected = vm.runInContext(`io.connect("", ${options}).connect().connected`, context);
  assert.equal(connected, false);
  assert.equal(opened.length, 1);

  const io = {};
  assert.equal(page({ io }).context.io, io);
});
