// The original's own demo pages, unchanged, as `--client-files` serves them.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launchBrowser, Visitor } from '../harness/browser.mjs';
import { startServerWithPages } from '../harness/server.mjs';

let server;
let browser;
before(async () => {
  server = await startServerWithPages();
  browser = await launchBrowser();
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

async function openTwo(path, loggedIn) {
  const visitors = [];
  for (let count = 0; count < 2; count += 1) {
    const visitor = await Visitor.open(browser, `${server.url}${path}`);
    visitor.easyrtcid = await visitor.until('logs in', loggedIn);
    visitors.push(visitor);
  }
  return visitors;
}

test('demo_audio_video_simple: one page calls the other', async () => {
  const [first, second] = await openTwo(
    '/demos/demo_audio_video_simple.html',
    () => /^I am \w/.test(document.getElementById('iam').textContent) && easyrtc.myEasyrtcid,
  );
  await first.page.click('#otherClients button');
  for (const visitor of [first, second]) await visitor.showsVideo('#callerVideo');
  await first.screenshot('demo-audio-video-simple');
  await second.close();
  await first.until(
    'the button of the one who left is gone',
    () => document.querySelectorAll('#otherClients button').length === 0,
  );
  await first.assertContent();
  await first.close();
});

test('demo_data_channel_messaging: one page connects and sends to the other', async () => {
  const [first, second] = await openTwo(
    '/demos/demo_data_channel_messaging.html',
    () => easyrtc.myEasyrtcid,
  );
  await first.page.click(`#connect_${second.easyrtcid}`);
  await first.page.fill('#sendMessageText', 'from peer to peer');
  await first.page.click(`#send_${second.easyrtcid}:enabled`);
  const sender = await second.until('the message', () => {
    const [, name, text] = /(\w+):\s(.*)/.exec(conversation.textContent) ?? [];
    return text === 'from peer to peer' && name;
  });
  assert.equal(sender, first.easyrtcid);
  await second.assertContent();
  await first.assertContent();
  await first.close();
  await second.close();
});

test('demo_instant_messaging: messages go through the server', async () => {
  const [first, second] = await openTwo(
    '/demos/demo_instant_messaging.html',
    () => easyrtc.myEasyrtcid,
  );
  await first.page.fill('#sendMessageText', 'by way of the server');
  await first.page.click('#otherClients button');
  await second.until('the message', () =>
    conversation.textContent.includes('by way of the server'),
  );
  await second.assertContent();
  await first.assertContent();
  await first.close();
  await second.close();
});
