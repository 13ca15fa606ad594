// The state of the line, and the log of what goes over it.

import { byId, element, say } from './dom.mjs';

const STATES = {
  idle: 'Not connected',
  connecting: 'Connecting…',
  open: 'Connected',
  lost: 'Line lost, reconnecting…',
  closed: 'Left',
};

const ARROWS = { sent: '↑ sent', received: '↓ received', line: '• line' };

const clock = new Intl.DateTimeFormat(undefined, {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
});
const number = new Intl.NumberFormat();

/** Rows shown. */
const SHOWN = 100;

export class Log {
  #traffic;
  #url;
  #panel = byId('log');
  #rows = byId('frames');

  constructor(traffic, url) {
    this.#traffic = traffic;
    this.#url = url;
    this.#rows.replaceChildren();
    for (const entry of traffic.entries) this.#add(entry);
    traffic.addEventListener('entry', ({ detail }) => {
      this.#add(detail);
      this.#showFacts();
    });
    traffic.addEventListener('line', () => this.#showFacts());
    byId('transport').onclick = () => {
      this.#panel.open = true;
      this.#panel.scrollIntoView({ block: 'nearest' });
      this.#panel.querySelector('summary').focus();
    };
    this.#showFacts();
  }

  /** In words: the state of the line, and whether the session went on over a new one. */
  get #state() {
    const { state, resumed } = this.#traffic;
    return state === 'open' && resumed > 0 ? 'Connected, session resumed' : STATES[state];
  }

  #showFacts() {
    const { sent, received, losses, resumed, subprotocol, state, welcome } = this.#traffic;
    // Times in the welcome are in milliseconds.
    const heartbeat = welcome?.pingInterval;
    const keepTime = welcome?.session?.keepTime;
    byId('transport').hidden = false;
    byId('transport').dataset.state = state;
    say(byId('transport-text'), state === 'open' ? 'WebSocket' : `WebSocket · ${STATES[state]}`);
    const total = (way) => `${number.format(way.frames)} frames, ${number.format(way.bytes)} bytes`;
    say(byId('log-summary'), `${this.#state} · ${sent.frames + received.frames} frames`);
    const facts = {
      Transport: `Raw WebSocket${subprotocol ? `, ${subprotocol}` : ''}`,
      Address: this.#url,
      State: this.#state,
      Heartbeat: heartbeat ? `every ${heartbeat / 1000} s` : '–',
      Lines: losses ? `lost ${losses}, resumed ${resumed}` : 'one, never lost',
      'Kept while lost': keepTime ? `${keepTime / 1000} s` : 'not at all',
      Protocol: welcome?.protocol?.revision ?? '–',
      Sent: total(sent),
      Received: total(received),
    };
    const entries = Object.entries(facts).map(([name, value]) =>
      element('div', {}, element('dt', {}, name), element('dd', {}, value)),
    );
    byId('facts').replaceChildren(...entries);
  }

  #add({ time, direction, what, bytes }) {
    const way = element('td', { class: direction }, ARROWS[direction]);
    const count = element('td', { class: 'number' }, bytes === null ? '–' : number.format(bytes));
    const row = element(
      'tr',
      {},
      element('td', {}, clock.format(time)),
      way,
      element('td', {}, what),
      count,
    );
    this.#rows.prepend(row);
    while (this.#rows.childElementCount > SHOWN) this.#rows.lastElementChild.remove();
  }
}
