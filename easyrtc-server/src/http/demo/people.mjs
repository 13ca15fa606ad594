// The list of who is in the room.

import { byId, element, icon } from './dom.mjs';
import { avatar } from './stage.mjs';

const PRESENCES = { chat: 'Available', away: 'Away', xa: 'Away for long', dnd: 'Do not disturb' };

function devices({ media }) {
  const shown = element('span', { class: 'devices' });
  for (const [device, off] of [
    ['microphone', 'Microphone off'],
    ['camera', 'Camera off'],
  ]) {
    if (media?.[device] !== false) continue;
    shown.append(icon(`${device}-off`), element('span', { class: 'hidden' }, off));
  }
  return shown;
}

function row(person, isSelf, inCall, onCall) {
  const name = element('span', { class: 'name' }, person.name);
  if (isSelf) name.append(element('em', {}, ' (you)'));
  const presence = element('span', { class: 'presence', data: { show: person.presence } });
  presence.append(element('i', { class: 'dot', 'aria-hidden': 'true' }));
  presence.append(PRESENCES[person.presence] ?? person.presence);
  const who = element('span', { class: 'who' }, name, presence);
  const item = element(
    'li',
    { data: { id: person.id } },
    avatar(person.name),
    who,
    devices(person),
  );
  if (!isSelf && !inCall) {
    const call = element('button', {
      type: 'button',
      class: 'quiet round',
      'aria-label': `Call ${person.name}`,
    });
    call.append(icon('call'));
    call.addEventListener('click', () => onCall(person.id));
    item.append(call);
  }
  return item;
}

/** Shows the people anew. `isInCall` and `onCall` take an id. */
export function showPeople(people, ownId, isInCall, onCall) {
  const list = byId('people');
  const focused = list.contains(document.activeElement)
    ? document.activeElement.closest('li')?.dataset.id
    : null;
  const rows = people.map((person) =>
    row(person, person.id === ownId, isInCall(person.id), onCall),
  );
  list.replaceChildren(...rows);
  byId('people-count').textContent = people.length;
  // Whoever was on a button with the keyboard stays there, if it is still there.
  if (focused) list.querySelector(`li[data-id="${CSS.escape(focused)}"] button`)?.focus();
}
