// The page: a lobby, where one sees oneself and picks a room, and then the room.

import { byId, dress, remember, remembered, say } from './dom.mjs';
import { inventRoomName, problemWith, roomNameFrom, roomNameIn } from './invite.mjs';
import { Media, deviceReport } from './media.mjs';
import { Room } from './room.mjs';
import { startTheme } from './theme.mjs';

const LABELS = { microphone: 'Mic', camera: 'Camera' };

let media;
let room = null;

/** The name as typed, or one that shows that none was. */
function chosenName() {
  return byId('name').value.trim() || 'Guest';
}

function showDevices() {
  for (const device of Object.keys(LABELS)) {
    const state = media[device];
    const label = LABELS[device];
    const text = state === 'absent' ? `No ${label.toLowerCase()}` : `${label} ${state}`;
    for (const button of document.querySelectorAll(`[data-switch="${device}"]`)) {
      dress(button, state === 'on' ? device : `${device}-off`, text);
      button.dataset.state = state;
    }
  }
  const report = deviceReport(media);
  for (const place of document.querySelectorAll('[data-devices]')) say(place, report);
  document.querySelector('.preview .tile').classList.toggle('filmed', media.isFilmed);
}

function startMedia() {
  media = new Media(chosenName());
  media.addEventListener('change', showDevices);
  const actions = {
    microphone: () => media.toggleMicrophone(),
    camera: () => media.toggleCamera(),
  };
  for (const button of document.querySelectorAll('[data-switch]')) {
    button.addEventListener('click', actions[button.dataset.switch]);
  }
  byId('preview').srcObject = media.stream;
  showDevices();
  media.start();
}

function showLobby(title, lead) {
  room = null;
  document.title = 'EasyRTC rooms';
  byId('lobby').hidden = false;
  for (const id of ['room-view', 'here', 'transport']) byId(id).hidden = true;
  if (title) say(byId('lobby-title'), title);
  if (lead) say(byId('lobby-lead'), lead);
}

function left(reason) {
  if (reason) showLobby('That did not work', reason);
  else showLobby('You have left', 'The room’s link still works: join again, or go elsewhere.');
  byId('join-button').focus();
}

function enter(roomName) {
  const name = chosenName();
  remember('name', byId('name').value.trim());
  media.name = name;
  history.replaceState(null, '', `/#${roomName}`);
  document.title = `${roomName} – EasyRTC rooms`;
  byId('lobby').hidden = true;
  for (const id of ['room-view', 'here']) byId(id).hidden = false;
  byId('presence').value = 'chat';
  room = new Room({ room: roomName, name, media });
  room.addEventListener('left', ({ detail }) => left(detail));
  byId('room-title').focus();
}

function join(event) {
  event.preventDefault();
  const roomName = roomNameFrom(byId('room').value);
  const problem = problemWith(roomName);
  say(byId('room-problem'), problem);
  byId('room').setAttribute('aria-invalid', String(problem !== ''));
  if (problem) return byId('room').focus();
  byId('room').value = roomName;
  enter(roomName);
}

function start() {
  startTheme();
  const invited = roomNameIn(new URL(location.href));
  byId('room').value = invited || inventRoomName();
  byId('name').value = remembered('name') ?? '';
  if (invited) {
    say(byId('lobby-title'), 'You are invited');
    say(byId('lobby-lead'), `Join ${invited}: others there see and hear you as soon as you do.`);
  }
  byId('name').addEventListener('input', () => (media.name = chosenName()));
  byId('join').addEventListener('submit', join);
  startMedia();
  // Another link, opened in this very tab, is another visit; so is one restored from the past.
  addEventListener('hashchange', () => location.reload());
  addEventListener('pageshow', ({ persisted }) => persisted && location.reload());
  byId(invited ? 'name' : 'join-button').focus();
}

if ('RTCPeerConnection' in window) {
  start();
} else {
  say(byId('lobby-title'), 'This browser cannot call');
  say(byId('lobby-lead'), 'It has no WebRTC, or it is switched off.');
  byId('join-button').disabled = true;
}
