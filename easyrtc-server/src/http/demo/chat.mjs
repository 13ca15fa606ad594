// The chat, and what happens in the room, in the order in which it happened.

import { byId, element } from './dom.mjs';

/** Lines kept on the page. */
const KEPT = 300;

/** Pixels from the end of the list that still count as its end. */
const NEAR_END = 40;

const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });

export class Chat {
  #list = byId('messages');
  #field = byId('chat-text');
  #unread = 0;
  /** Whether the latest line is in view: who reads further up is left there. */
  #atEnd = true;
  #resized = new ResizeObserver(() => this.#follow());

  /** `send(text)` resolves when the server has taken a message. */
  constructor(send) {
    byId('chat-form').onsubmit = (event) => {
      event.preventDefault();
      const text = this.#field.value.trim();
      if (text === '') return;
      this.#field.value = '';
      this.#say(text, send);
    };
    this.#list.replaceChildren();
    this.#field.value = '';
    let before = 0;
    this.#list.onscroll = () => {
      const { scrollHeight, scrollTop, clientHeight } = this.#list;
      // Only a person scrolls up; what is no longer at the end for another reason is put back.
      if (scrollHeight - scrollTop - clientHeight < NEAR_END) this.#atEnd = true;
      else if (scrollTop < before) this.#atEnd = false;
      before = scrollTop;
    };
    // The list of people grows and takes its room from the chat.
    this.#resized.observe(this.#list);
    byId('to-chat').onclick = () => {
      this.#field.focus();
      this.#field.scrollIntoView({ block: 'nearest' });
      this.#count(0);
    };
    this.#field.onfocus = () => this.#count(0);
    this.#count(0);
  }

  /** Lets go of the page's list, for the next stay. */
  close() {
    this.#resized.disconnect();
  }

  /** Somebody said something. */
  hear(name, text) {
    this.#add(this.#line(name, text, 'theirs'));
    if (document.activeElement !== this.#field) this.#count(this.#unread + 1);
  }

  /** Something happened. */
  note(text) {
    this.#add(element('li', { class: 'note' }, text));
  }

  async #say(text, send) {
    const line = this.#line('You', text, 'mine');
    const state = element('small', { class: 'state' }, 'sending…');
    line.append(state);
    this.#add(line);
    try {
      await send(text);
      state.remove();
    } catch (error) {
      state.textContent = `not delivered: ${error.message}`;
      line.classList.add('failed');
    }
  }

  #line(name, text, whose) {
    const now = new Date();
    const time = element('time', { dateTime: now.toISOString() }, clock.format(now));
    const head = element('span', { class: 'head' }, element('b', {}, name), ' ', time);
    return element('li', { class: whose }, head, element('p', {}, text));
  }

  #add(line) {
    const list = this.#list;
    list.append(line);
    while (list.childElementCount > KEPT) list.firstElementChild.remove();
    if (line.classList.contains('mine')) this.#atEnd = true;
    this.#follow();
  }

  #follow() {
    if (this.#atEnd) this.#list.scrollTop = this.#list.scrollHeight;
  }

  #count(unread) {
    this.#unread = unread;
    const badge = byId('unread');
    badge.hidden = unread === 0;
    badge.textContent = unread;
    badge.setAttribute('aria-label', `${unread} unread`);
  }
}
