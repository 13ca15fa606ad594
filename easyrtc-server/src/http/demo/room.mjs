// A stay in a room, on the page: pictures, people, chat, and the line.

import { Calls, MAX_PEOPLE } from './calls.mjs';
import { Chat } from './chat.mjs';
import { byId, element, say } from './dom.mjs';
import { copy, limitsOfLink, linkTo } from './invite.mjs';
import { Log } from './log.mjs';
import { deviceReport } from './media.mjs';
import { showPeople } from './people.mjs';
import { Session } from './session.mjs';
import { Stage } from './stage.mjs';
import { Traffic } from './traffic.mjs';

const COPIED_SHOWN_MS = 2000;

/** Where the server says its WebSocket is. */
function webSocketUrl() {
  const path = document.querySelector('meta[name="easyrtc-websocket"]').content;
  const url = new URL(path, location.href);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  return url.href;
}

/** Emits `left` with a reason (or none) when the stay is over. */
export class Room extends EventTarget {
  #name;
  #room;
  #media;
  #traffic = new Traffic();
  #session;
  #calls;
  #chat;
  #stage = new Stage(() =>
    this.#notice('sound', 'The browser holds the sound back: touch the page to hear the others.'),
  );
  #over = new AbortController();

  constructor({ room, name, media }) {
    super();
    this.#room = room;
    this.#name = name;
    this.#media = media;
    const url = webSocketUrl();
    const { WebSocket } = this.#traffic;
    new Log(this.#traffic, url);
    this.#session = new Session({ url, room, name, WebSocket });
    this.#calls = new Calls(this.#session, media);
    this.#chat = new Chat((text) => this.#session.chat(text));
    this.#listen();
    this.#showInvitation();
    this.#mediaChanged();
  }

  /** Leaves: the others see it at once. */
  leave(reason) {
    this.#over.abort();
    this.#calls.hangUp();
    this.#session.close();
    this.#traffic.close();
    this.#stage.clear();
    this.#chat.close();
    byId('notices').replaceChildren();
    this.dispatchEvent(new CustomEvent('left', { detail: reason }));
  }

  #listen() {
    const { signal } = this.#over;
    const on = (target, type, listener) => target.addEventListener(type, listener, { signal });
    on(this.#session, 'login', () => this.#loggedIn());
    on(this.#session, 'roster', ({ detail }) => this.#rosterChanged(detail));
    on(this.#session, 'chat', ({ detail }) => {
      this.#chat.hear(this.#session.roster.nameOf(detail.from), detail.text);
    });
    on(this.#session, 'lost', () => {
      this.#chat.note('The session was lost. You are joining again…');
    });
    on(this.#session, 'unreachable', () => {
      if (this.#traffic.welcome) return;
      this.#notice(
        'line',
        'The server is not reached over a WebSocket, or does not let pages of this address connect. Trying again…',
      );
    });
    on(this.#session, 'trouble', ({ detail }) => console.warn(detail));
    on(this.#session, 'failed', ({ detail }) => this.leave(detail.message));
    on(this.#calls, 'change', () => this.#show());
    on(this.#calls, 'trouble', ({ detail }) => console.warn(detail));
    on(this.#media, 'change', () => this.#mediaChanged());
    on(this.#traffic, 'line', () => this.#lineChanged());
    on(byId('presence'), 'change', ({ target }) => {
      this.#session.setPresence(target.value).catch((error) => console.warn(error));
    });
    on(byId('leave'), 'click', () => this.leave());
    for (const id of ['copy-link', 'copy-link-again'])
      on(byId(id), 'click', () => this.#copyLink(id));
    on(document, 'pointerdown', () => {
      this.#stage.resume();
      this.#notice('sound', '');
    });
    // A page that is closed leaves, where a line that is cut keeps its place for a while.
    on(window, 'pagehide', () => this.leave());
  }

  #loggedIn() {
    if (!this.#calls.callAll()) {
      const text = `${this.#session.roster.size} people are here, and calls are for ${MAX_PEOPLE}: you can chat, and call somebody from the list.`;
      this.#notice('full', text);
    }
    this.#chat.note(`You are in ${this.#room}.`);
    this.#show();
  }

  #rosterChanged({ joined, left }) {
    for (const { name, id } of joined)
      if (id !== this.#session.id) this.#chat.note(`${name} has joined.`);
    for (const { name } of left) this.#chat.note(`${name} has left.`);
    this.#show();
  }

  #mediaChanged() {
    const { camera, microphone } = this.#media;
    this.#session
      .setMedia({ camera: camera === 'on', microphone: microphone === 'on' })
      .catch(() => {});
    this.#calls.sendTracks();
    this.#notice('devices', deviceReport(this.#media));
    this.#show();
  }

  #lineChanged() {
    if (this.#traffic.state === 'connecting') return;
    const lost = this.#traffic.state === 'lost';
    const text =
      'The line to the server is interrupted. Calls go on, and what you write is sent when it is back.';
    this.#notice('line', lost ? text : '');
  }

  #show() {
    const { id: ownId, roster } = this.#session;
    if (ownId === null) return;
    const people = roster.people;
    const others = people.filter(({ id }) => id !== ownId);
    this.#stage.keep(new Set(others.map(({ id }) => id)));
    this.#stage.showSelf(this.#name, this.#media);
    for (const person of others) this.#stage.show(person, this.#calls.get(person.id));
    showPeople(
      people,
      ownId,
      (id) => Boolean(this.#calls.get(id)),
      (id) => this.#calls.call(id),
    );
    byId('invitation').hidden = others.length > 0;
  }

  #showInvitation() {
    say(byId('room-title'), this.#room);
    byId('link').value = linkTo(this.#room);
    const limits = limitsOfLink();
    byId('link-hint').hidden = limits === '';
    say(byId('link-hint'), limits);
  }

  async #copyLink(id) {
    const copied = await copy(linkTo(this.#room), byId('link'));
    const label = byId(id).querySelector('span') ?? byId(id);
    label.textContent = copied ? 'Copied' : 'Not copied';
    setTimeout(() => (label.textContent = 'Copy link'), COPIED_SHOWN_MS);
  }

  /** Shows one notice of a kind, or none if `text` is empty. */
  #notice(kind, text) {
    const place = byId('notices');
    const old = place.querySelector(`[data-kind="${kind}"]`);
    if (text === '') old?.remove();
    else if (old) say(old, text);
    else place.append(element('p', { class: 'notice', data: { kind } }, text));
  }
}
