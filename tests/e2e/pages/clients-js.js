/* The stock client over a socket of clients/js, and notes of what it must not notice. */
/* global easyrtc, EasyrtcSocket, seen */
'use strict';

seen.socket = [];
seen.occupantChanges = 0;
seen.longestStop = 0;

const socket = new EasyrtcSocket(location.origin, { reconnectionDelay: 200 });
for (const event of ['connect', 'disconnect', 'suspend', 'resume', 'error']) {
  socket.on(event, () => seen.socket.push(event));
}
easyrtc.useThisSocketConnection(socket);
easyrtc.addEventListener('roomOccupant', () => (seen.occupantChanges += 1));

/** From now on notes the longest time, in ms, that the peer's picture did not change. */
function watchPicture() {
  const video = document.getElementById('peer');
  let last = performance.now();
  const look = (now) => {
    seen.longestStop = Math.max(seen.longestStop, now - last);
    last = now;
    video.requestVideoFrameCallback(look);
  };
  video.requestVideoFrameCallback(look);
}

/** Sends numbered messages through the server; resolves with the msgTypes of all answers. */
function sendNumbers(id, numbers) {
  const send = (number) => new Promise((done) => easyrtc.sendDataWS(id, 'number', number, done));
  return Promise.all(numbers.map(send)).then((answers) => answers.map(({ msgType }) => msgType));
}
