// The pictures: one tile for each of the others, and one's own in a corner.

import { byId, element, icon, say } from './dom.mjs';
import { hueOf, initials } from './picture.mjs';

const STATES = {
  new: 'Calling…',
  connecting: 'Connecting…',
  disconnected: 'The picture is interrupted…',
  failed: 'Looking for another way…',
};

/** A circle with somebody's initials. */
export function avatar(name) {
  const circle = element('span', { class: 'avatar', 'aria-hidden': 'true' }, initials(name));
  circle.style.setProperty('--hue', hueOf(name));
  return circle;
}

function makeTile(name, isSelf) {
  const video = element('video', { autoplay: true, playsInline: true, muted: isSelf });
  const label = element('span', { class: 'name' });
  const silent = element(
    'span',
    { class: 'muted', hidden: true, title: 'Microphone off' },
    icon('microphone-off'),
  );
  silent.append(element('span', { class: 'hidden' }, 'Microphone off'));
  const status = element('p', { class: 'status' });
  const cover = element('div', { class: 'cover' }, avatar(name), status);
  const figure = element('figure', { class: isSelf ? 'tile self' : 'tile' }, video, cover);
  figure.append(element('figcaption', { class: 'caption' }, label, silent));
  return { figure, video, cover, status, label, silent };
}

export class Stage {
  #tiles = new Map();
  #self = null;
  #container = byId('tiles');
  /** Called when the browser holds sound back until the person touches the page. */
  #onSilenced;

  constructor(onSilenced) {
    this.#onSilenced = onSilenced;
  }

  /** Shows oneself. */
  showSelf(name, media) {
    this.#self ??= makeTile(name, true);
    const tile = this.#self;
    byId('self-place').append(tile.figure);
    say(tile.label, `${name} (you)`);
    tile.video.setAttribute('aria-label', 'You, as others see you');
    tile.figure.classList.toggle('filmed', media.isFilmed);
    tile.cover.hidden = true;
    tile.silent.hidden = media.microphone === 'on';
    this.#play(tile.video, media.stream);
  }

  /** Shows somebody, and the call with them if there is one. */
  show(person, call) {
    const tile = this.#tile(person.id, person.name);
    const live = call && ['connected', 'disconnected', 'failed'].includes(call.state);
    const clear = call?.state === 'connected';
    tile.figure.classList.toggle('interrupted', Boolean(live && !clear));
    tile.cover.hidden = clear;
    say(tile.status, STATES[call?.state] ?? 'Not in a call with you');
    tile.silent.hidden = person.media?.microphone !== false;
    if (call) this.#play(tile.video, call.stream);
    else tile.video.srcObject = null;
  }

  /** Takes away everybody. */
  clear() {
    this.keep(new Set());
    this.#self?.figure.remove();
    this.#self = null;
  }

  /** Takes away all but those of `ids`. */
  keep(ids) {
    for (const [id, { figure, video }] of this.#tiles) {
      if (ids.has(id)) continue;
      video.srcObject = null;
      figure.remove();
      this.#tiles.delete(id);
    }
    this.#container.dataset.count = this.#tiles.size;
  }

  /** Starts what the browser would not start by itself. */
  resume() {
    for (const { video } of this.#tiles.values()) if (video.paused) video.play().catch(() => {});
  }

  #tile(id, name) {
    let tile = this.#tiles.get(id);
    if (!tile) {
      tile = makeTile(name, false);
      tile.figure.dataset.id = id;
      this.#tiles.set(id, tile);
      this.#container.append(tile.figure);
      this.#container.dataset.count = this.#tiles.size;
    }
    say(tile.label, name);
    tile.video.setAttribute('aria-label', `Picture of ${name}`);
    return tile;
  }

  #play(video, stream) {
    if (video.srcObject !== stream) video.srcObject = stream;
    if (!video.paused) return;
    video.play().catch((error) => {
      if (error.name === 'NotAllowedError') this.#onSilenced();
    });
  }
}
