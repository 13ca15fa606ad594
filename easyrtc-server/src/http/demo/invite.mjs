// Rooms have friendly names, and a room's name is in its link.

const COLOURS = [
  'amber',
  'blue',
  'copper',
  'green',
  'ivory',
  'golden',
  'olive',
  'ruby',
  'silver',
  'violet',
];
const PLACES = [
  'bay',
  'bridge',
  'garden',
  'harbor',
  'island',
  'meadow',
  'orchard',
  'river',
  'summit',
  'valley',
];
const ANIMALS = [
  'badger',
  'crane',
  'falcon',
  'fox',
  'heron',
  'lynx',
  'otter',
  'panda',
  'robin',
  'wren',
];

/** What the protocol allows as a room's name. */
const ROOM_NAME = /^[A-Za-z0-9_.-]{1,32}$/;

/** A name that nobody else is likely to have: one of ten million. */
export function inventRoomName() {
  const numbers = crypto.getRandomValues(new Uint16Array(4));
  const words = [COLOURS, PLACES, ANIMALS].map((list, at) => list[numbers[at] % list.length]);
  return `${words.join('-')}-${String(numbers[3] % 10_000).padStart(4, '0')}`;
}

/** A room name made of what somebody typed or pasted, a link for instance; '' if nothing. */
export function roomNameFrom(text) {
  const typed = text.trim();
  const fromLink = /^https?:/i.test(typed) && URL.canParse(typed) ? roomNameIn(new URL(typed)) : '';
  return (fromLink || typed).replace(/\s+/g, '-');
}

/** What is wrong with a room's name, or '' if nothing is. */
export function problemWith(roomName) {
  if (roomName === '') return 'A room needs a name.';
  if (ROOM_NAME.test(roomName)) return '';
  return 'Letters, digits, “-”, “_” and “.” make a room’s name, 32 of them at most.';
}

/** The name in a link: after the `#`, or as `?room=`. */
export function roomNameIn(url) {
  let fragment = url.hash.slice(1);
  try {
    fragment = decodeURIComponent(fragment);
  } catch {
    // A stray percent sign: the name is refused with the reason where it is shown.
  }
  return fragment || url.searchParams.get('room') || '';
}

/** The link to a room. */
export function linkTo(roomName) {
  return `${location.origin}/#${roomName}`;
}

/** Why others may be unable to follow the link or to show themselves; '' if they are not. */
export function limitsOfLink() {
  const { hostname, protocol } = location;
  if (/^(localhost|127\..*|\[::1\])$/.test(hostname)) {
    return 'This link works on this computer only. To meet somebody on another device, open this page under the computer’s network address.';
  }
  if (protocol !== 'https:') {
    return 'Browsers share cameras and microphones over https only. Over http, people join with a drawn picture.';
  }
  return '';
}

/** Copies text; resolves with whether it worked. */
export async function copy(text, field) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // Over plain http there is no clipboard, but what is selected can be copied.
    field.select();
    return document.execCommand('copy');
  }
}
