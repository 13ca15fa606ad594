// Headless Chromium with pages that run the stock client.
//
//   CHROMIUM   the browser's executable, instead of /usr/bin/chromium

import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { chromium } from 'playwright-core';
import { TARGET } from './server.mjs';
import { DEADLINE, until, within } from './wait.mjs';

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-dev-shm-usage',
  '--disable-background-networking',
  // A camera and a microphone that need no hardware and ask nobody.
  '--use-fake-device-for-media-stream',
  '--use-fake-ui-for-media-stream',
  '--autoplay-policy=no-user-gesture-required',
  // Peers that meet on loopback, by address.
  '--allow-loopback-in-peer-connection',
  '--disable-features=WebRtcHideLocalIpsWithMdns',
  // Nothing leaves the machine.
  '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost',
];

const SCREENSHOTS = `${TARGET}/e2e`;

export function launchBrowser() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    headless: true,
    args: FLAGS,
  });
}

/** One person's page: a context of its own, and a record of everything that went wrong in it. */
export class Visitor {
  /** Exceptions, failed requests for the page's own files, and dialogs. */
  complaints = [];

  static async open(browser, url) {
    const visitor = new Visitor();
    visitor.context = await browser.newContext({ viewport: { width: 1000, height: 700 } });
    visitor.page = await visitor.context.newPage();
    visitor.page.setDefaultTimeout(DEADLINE);
    visitor.page.on('pageerror', (error) => visitor.complaints.push(`exception: ${error.message}`));
    visitor.page.on('response', (response) => {
      if (response.status() >= 400) {
        visitor.complaints.push(`${response.status()} ${response.url()}`);
      }
    });
    visitor.page.on('dialog', async (dialog) => {
      visitor.complaints.push(`dialog: ${dialog.message()}`);
      await dialog.dismiss();
    });
    await visitor.page.goto(url);
    return visitor;
  }

  /** Runs `body` in the page and resolves with what it returns. */
  run(body, argument) {
    return within(`page ${this.easyrtcid ?? ''} runs ${body}`, this.page.evaluate(body, argument));
  }

  /** Resolves with what `body` returns in the page, once that is truthy. */
  until(what, body, argument) {
    return until(`page ${this.easyrtcid ?? ''}: ${what}`, () => this.run(body, argument));
  }

  /** Logs the page of `pages/call.html` in and resolves with its easyrtcid. */
  async login(application, name, socketOptions) {
    await this.run(([a, n, o]) => login(a, n, o), [application, name, socketOptions]);
    this.easyrtcid = await this.until('logs in', () => {
      if (seen.errors.length) throw new Error(JSON.stringify(seen.errors));
      return seen.logins.at(-1);
    });
    return this.easyrtcid;
  }

  /** Resolves when `peer` is shown to the page's author as an occupant of the room. */
  sees(peer, room = 'default') {
    return this.until(
      `${peer} is in ${room}`,
      ([id, name]) => seen.occupants[name]?.others[id],
      [peer, room],
    );
  }

  /** Resolves when `peer` is not an occupant of the room. */
  missesFrom(peer, room = 'default') {
    return this.until(
      `${peer} has left ${room}`,
      ([id, name]) => seen.occupants[name] && !seen.occupants[name].others[id],
      [peer, room],
    );
  }

  /** Resolves when the video element shows pictures that change; returns its size. */
  async showsVideo(selector) {
    const state = () =>
      this.page.$eval(selector, ({ videoWidth, videoHeight, currentTime }) => ({
        videoWidth,
        videoHeight,
        currentTime,
      }));
    const first = await until(`${selector} has pictures`, async () => {
      const video = await state();
      return video.videoWidth > 0 && video.currentTime > 0 && video;
    });
    await until(`${selector} plays on`, async () => (await state()).currentTime > first.currentTime);
    return first;
  }

  /** Rejects if anything went wrong in the page, or an error was shown to its user. */
  async assertContent() {
    assert.deepEqual(this.complaints, []);
    const { errors, dialog } = await this.run(() => ({
      errors: typeof seen === 'undefined' ? [] : seen.errors,
      dialog: document.getElementById('easyrtcErrorDialog')?.textContent ?? null,
    }));
    assert.deepEqual(errors, []);
    assert.equal(dialog, null);
  }

  screenshot(name) {
    mkdirSync(SCREENSHOTS, { recursive: true });
    return this.page.screenshot({ path: `${SCREENSHOTS}/${name}.png` });
  }

  close() {
    return this.context.close();
  }
}
