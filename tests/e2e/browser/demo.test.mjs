// The demo at `/`: people meet in a room by link. Screenshots of it go to target/e2e/.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { launchBrowser, Visitor } from '../harness/browser.mjs';
import { Guest, OTHERS } from '../harness/guest.mjs';
import { Line } from '../harness/line.mjs';
import { CLIENT_FILES, startServer } from '../harness/server.mjs';
import { until, within } from '../harness/wait.mjs';

/** How soon two people are in a call after the server's first log line, in milliseconds. */
const CALL_DEADLINE = 10_000;

describe('two people and the demo', () => {
  let started;
  let server;
  let browser;
  let ada;
  let ben;

  before(async () => {
    // A browser takes a while to start, and is no part of what is measured.
    browser = await launchBrowser();
    ada = await Guest.open(browser);
    ben = await Guest.open(browser);
    server = await startServer();
    started = performance.now();
  });
  after(async () => {
    await browser?.close();
    await server?.stop();
  });

  test(`are in a call ${CALL_DEADLINE} ms after the server has started`, async () => {
    await ada.visit(server.url, 'Ada');
    await ada.join();
    await ada.names(['Ada (you)']);
    const link = await ada.page.inputValue('#link');
    assert.match(link, /\/#[a-z]+-[a-z]+-[a-z]+-\d{4}$/);
    await ben.visit(link, 'Ben');
    await ben.join();
    for (const guest of [ada, ben]) {
      const { videoWidth } = await guest.sees();
      assert.ok(videoWidth > 0);
      await guest.sees('#self-place video');
    }
    const elapsed = performance.now() - started;
    assert.ok(elapsed < CALL_DEADLINE, `${elapsed} ms`);
  });

  test('see each other in the list', async () => {
    for (const [guest, names] of [
      [ada, ['Ada (you)', 'Ben']],
      [ben, ['Ada', 'Ben (you)']],
    ]) {
      const people = await guest.names(names);
      assert.deepEqual(
        people.map(({ presence }) => presence),
        ['Available', 'Available'],
      );
    }
  });

  test('hear what the other writes, as text', async () => {
    await ada.say('Hello <b>Ben</b> é');
    await ben.hears('Ada: Hello <b>Ben</b> é');
    await ben.say('Hello Ada');
    await ada.hears('You: Hello <b>Ben</b> é', 'Ben: Hello Ada');
    await until('delivered', async () => (await ada.page.$$('#messages .state')).length === 0);
  });

  test('see presence change, their own too', async () => {
    await ben.page.selectOption('#presence', 'dnd');
    for (const guest of [ada, ben]) {
      await guest.list('Ben is busy', (people) => people[1].presence === 'Do not disturb');
    }
    await ben.page.selectOption('#presence', 'away');
    await ada.list('Ben is away', (people) => people[1].presence === 'Away');
  });

  test('see which devices the other uses, and a drawn picture without a camera', async () => {
    await ben.page.click('.controls [data-switch=microphone]');
    await ben.page.click('.controls [data-switch=camera]');
    await until('both are off', async () => {
      const devices = await ada.page.$eval(
        '#people li:nth-child(2) .devices',
        (all) => all.textContent,
      );
      return devices === 'Microphone offCamera off';
    });
    await ada.sees();
    await ben.page.click('.controls [data-switch=microphone]');
    await ben.page.click('.controls [data-switch=camera]');
    await until(
      'both are on',
      async () =>
        (await ada.page.$eval('#people li:nth-child(2) .devices', (all) => all.textContent)) === '',
    );
  });

  test('see what goes over the line', async () => {
    assert.equal(await ada.fact('Transport'), 'Raw WebSocket, easyrtc.v1.json');
    assert.equal(await ada.fact('State'), 'Connected');
    const log = await ada.log();
    const received = log
      .filter(([direction]) => direction === '↓ received')
      .map(([, what]) => what);
    const sent = log.filter(([direction]) => direction === '↑ sent').map(([, what]) => what);
    for (const what of ['welcome', 'answer token', 'easyrtcCmd offer', 'easyrtcMsg message']) {
      assert.ok(received.includes(what), `${what} in ${received}`);
    }
    for (const what of [
      'resume',
      'easyrtcAuth authenticate',
      'easyrtcCmd answer',
      'easyrtcMsg message',
    ]) {
      assert.ok(sent.includes(what), `${what} in ${sent}`);
    }
    assert.ok(log.every(([, , bytes]) => bytes === '–' || parseInt(bytes, 10) > 0));
  });

  test('look good in light, in dark, and on a phone', async () => {
    await ada.page.emulateMedia({ colorScheme: 'light' });
    await ada.visitor.screenshot('demo-light');
    await ben.page.emulateMedia({ colorScheme: 'dark' });
    await ben.page.click('#log summary');
    await ben.visitor.screenshot('demo-dark');
    await ben.page.click('#log summary');
    await ben.page.setViewportSize({ width: 390, height: 844 });
    const width = await ben.page.evaluate(() => document.documentElement.scrollWidth);
    assert.equal(width, 390);
    await ben.visitor.screenshot('demo-phone');
  });

  test('switch the colours, which the next visit remembers', async () => {
    const ground = () => ada.page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const light = await ground();
    await ada.page.click('#theme');
    const dark = await ground();
    assert.notEqual(dark, light);
    const next = await ada.visitor.context.newPage();
    await next.goto(server.url);
    assert.equal(await next.evaluate(() => getComputedStyle(document.body).backgroundColor), dark);
    await next.close();
  });

  test('leave, and the other sees it at once', async () => {
    await ben.page.click('#leave');
    await ada.names(['Ada (you)']);
    await until('the picture is gone', async () => (await ada.page.$(OTHERS)) === null);
    assert.ok(await ben.page.isVisible('#lobby'));
    await ben.join();
    await ada.names(['Ada (you)', 'Ben']);
    await ada.sees();
  });

  test('close the page, and the other sees it at once, although lost lines are waited for', async () => {
    assert.equal(await ada.fact('Kept while lost'), '30 s');
    await ben.close();
    await ada.names(['Ada (you)']);
    await ada.close();
  });
});

describe('the demo', () => {
  let server;
  let browser;

  before(async () => {
    server = await startServer({ flags: ['--client-files', CLIENT_FILES] });
    browser = await launchBrowser();
  });
  after(async () => {
    await browser?.close();
    await server?.stop();
  });

  test('goes on over a new line: the picture never stops, nothing is lost or doubled', async (t) => {
    const line = await Line.to(server.url);
    t.after(() => line.close());
    const ada = await Guest.arrive(browser, `${server.url}/#resumed`, 'Ada');
    const ben = await Guest.arrive(browser, `${line.url}/?room=resumed`, 'Ben');
    await ada.join();
    await ada.names(['Ada (you)']);
    await ben.join();
    await ada.sees();
    await ben.sees();
    line.cut();
    await ben.page.waitForSelector('.notice[data-kind=line]');
    await ben.say('one');
    await ada.say('two');
    await ben.say('three');
    await until('the page tries again', () => line.refusals >= 1);
    await ben.sees();
    line.mend();
    await ada.hears('You: two', 'Ben: one', 'Ben: three');
    await ben.hears('You: one', 'You: three', 'Ada: two');
    assert.equal(await ben.fact('Lines'), 'lost 1, resumed 1');
    assert.equal(await ben.page.$('.notice[data-kind=line]'), null);
    const notes = await ada.page.$$eval('#messages .note', (all) =>
      all.map((note) => note.textContent),
    );
    assert.deepEqual(notes, ['You are in resumed.', 'Ben has joined.']);
    await ada.sees();
    await ada.close();
    await ben.close();
  });

  test('says that there is no camera, and joins with a drawn picture', async () => {
    const ada = await Guest.arrive(browser, `${server.url}/#drawn`, 'Ada');
    await ada.join();
    const ben = await Guest.arrive(browser, `${server.url}/#drawn`, 'Ben', () => {
      navigator.mediaDevices.getUserMedia = async () => {
        throw new DOMException('refused', 'NotAllowedError');
      };
    });
    const report =
      'No camera and no microphone (not allowed): others see a drawn picture and cannot hear you.';
    await until(
      'it says so',
      async () => (await ben.page.textContent('[data-devices]')) === report,
    );
    await ben.join();
    const { videoWidth } = await ada.sees();
    assert.ok(videoWidth > 0);
    await ben.sees();
    await ada.close();
    await ben.close();
  });

  test('shows why a room cannot be joined', async () => {
    const ada = await Guest.arrive(browser, `${server.url}/#bad%20name%2F`, 'Ada');
    await ada.join();
    assert.match(await ada.page.textContent('#room-problem'), /^Letters, digits/);
    assert.ok(await ada.page.isVisible('#lobby'));
    await ada.close();
  });

  test('calls people who use the stock client', async () => {
    const stock = await Visitor.open(browser, `${server.url}/demo/about`);
    for (const url of ['/socket.io/socket.io.js', '/easyrtc/easyrtc.js']) {
      await stock.page.addScriptTag({ url });
    }
    const login = stock.run(
      () =>
        new Promise((resolve, reject) => {
          document.body.append(Object.assign(document.createElement('video'), { id: 'peer' }));
          easyrtc.setStreamAcceptor((_, stream) => {
            easyrtc.setVideoObjectSrc(document.getElementById('peer'), stream);
          });
          easyrtc.setUsername('Stock');
          const join = () => easyrtc.joinRoom('mixed', null, resolve, reject);
          easyrtc.initMediaSource(() => easyrtc.connect('default', join, reject), reject);
        }),
    );
    await within('the stock client logs in', login);
    const ada = await Guest.arrive(browser, `${server.url}/#mixed`, 'Ada');
    await ada.join();
    await ada.names(['Stock', 'Ada (you)']);
    await ada.sees();
    await stock.showsVideo('#peer');
    await stock.run(() => easyrtc.sendDataWS({ targetRoom: 'mixed' }, 'message', 'Hello demo'));
    await ada.hears('Stock: Hello demo');
    await stock.run(() => easyrtc.hangupAll());
    await until('the call has ended', () =>
      ada.page.isVisible('#people button[aria-label="Call Stock"]'),
    );
    await ada.page.click('#people button[aria-label="Call Stock"]');
    await ada.sees();
    await stock.assertContent();
    await ada.close();
    await stock.close();
  });
});
