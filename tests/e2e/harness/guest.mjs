// One person in the demo.

import assert from 'node:assert/strict';
import { Visitor } from './browser.mjs';
import { until } from './wait.mjs';

/** The pictures of the others. */
export const OTHERS = '.tile:not(.self) video';

/** A page of the demo, and what a person does and sees there. */
export class Guest {
  /** Opens a page that is empty as yet. */
  static async open(browser) {
    const guest = new Guest();
    guest.visitor = await Visitor.open(browser, 'about:blank');
    guest.page = guest.visitor.page;
    guest.page.on('console', (message) => {
      if (/Content Security Policy|Trusted Type/i.test(message.text())) {
        guest.visitor.complaints.push(message.text());
      }
    });
    return guest;
  }

  /** Opens the demo and fills in the name. `script` runs before the page's own. */
  static async arrive(browser, url, name, script) {
    const guest = await Guest.open(browser);
    if (script) await guest.page.addInitScript(script);
    await guest.visit(url, name);
    return guest;
  }

  /** Goes to the demo and fills in the name. */
  async visit(url, name) {
    this.name = name;
    await this.page.goto(url);
    await this.page.fill('#name', name);
  }

  /** Resolves when a picture moves: of somebody else, unless said otherwise. */
  async sees(selector = OTHERS) {
    await this.page.waitForSelector(selector, { state: 'attached' });
    return this.visitor.showsVideo(selector);
  }

  /** Closes the page; rejects if anything went wrong in it. */
  async close() {
    assert.deepEqual(this.visitor.complaints, []);
    await this.visitor.close();
  }

  join() {
    return this.page.click('#join-button');
  }

  /** Resolves with `[{ name, presence }]` of the list, once `matches` holds for it. */
  list(what, matches) {
    return until(`${this.name} sees ${what}`, async () => {
      const people = await this.page.$$eval('#people li', (rows) =>
        rows.map((row) => ({
          name: row.querySelector('.name').textContent,
          presence: row.querySelector('.presence').textContent,
        })),
      );
      return matches(people) && people;
    });
  }

  /** Resolves with the list once it has these names, in this order. */
  names(expected) {
    return this.list(
      `${expected}`,
      (people) => `${people.map(({ name }) => name)}` === `${expected}`,
    );
  }

  async say(text) {
    await this.page.fill('#chat-text', text);
    await this.page.press('#chat-text', 'Enter');
  }

  /** The chat, who and what, without the times. */
  chat() {
    return this.page.$$eval('#messages li:not(.note)', (lines) =>
      lines.map(
        (line) => `${line.querySelector('b').textContent}: ${line.querySelector('p').textContent}`,
      ),
    );
  }

  /** Resolves when that many lines are in the chat; rejects if they are others. */
  async hears(...lines) {
    const heard = await until(`${this.name} hears all`, async () => {
      const chat = await this.chat();
      return chat.length >= lines.length && chat;
    });
    assert.deepEqual(heard, lines);
  }

  /** The value of one of the facts about the connection. */
  fact(name) {
    return this.page.$$eval(
      '#facts div',
      (facts, wanted) =>
        facts.find((fact) => fact.firstChild.textContent === wanted)?.lastChild.textContent,
      name,
    );
  }

  /** The log, oldest first: direction, what, bytes. */
  log() {
    return this.page.$$eval('#frames tr', (rows) =>
      rows.map((row) => [...row.cells].slice(1).map(({ textContent }) => textContent)).reverse(),
    );
  }
}
