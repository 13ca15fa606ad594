/* A page as an application's author writes it: callbacks of the stock client that note what they
   are told in `seen`. The tests drive the rest through `easyrtc` itself. */
/* global easyrtc */
'use strict';

const seen = {
  errors: [],
  logins: [],
  disconnects: 0,
  occupants: {},
  messages: [],
  channels: {},
  streams: {},
};

// The stock handler stays: it shows people a dialog, which the tests look for too.
const showDialog = easyrtc.onError;
easyrtc.setOnError(function (error) {
  seen.errors.push(error);
  showDialog.call(easyrtc, error);
});

easyrtc.setDisconnectListener(() => (seen.disconnects += 1));
easyrtc.setRoomOccupantListener((roomName, occupants, self) => {
  if (roomName) seen.occupants[roomName] = { others: occupants, self };
});
easyrtc.setPeerListener((sender, msgType, msgData, targeting) => {
  seen.messages.push({ sender, msgType, msgData, targeting });
});
easyrtc.setDataChannelOpenListener((id) => (seen.channels[id] = 'open'));
easyrtc.setDataChannelCloseListener((id) => (seen.channels[id] = 'closed'));
easyrtc.setStreamAcceptor((id, stream) => {
  seen.streams[id] = 'open';
  easyrtc.setVideoObjectSrc(document.getElementById('peer'), stream);
});
easyrtc.setOnStreamClosed((id) => {
  seen.streams[id] = 'closed';
  easyrtc.setVideoObjectSrc(document.getElementById('peer'), '');
});

/** Takes camera and microphone and logs in. `options` are for socket.io, if any. */
function login(application, name, options) {
  document.getElementById('name').textContent = name;
  if (options) easyrtc.setSocketUrl(location.origin, options);
  easyrtc.setUsername(name);
  easyrtc.setVideoDims(320, 240);
  easyrtc.enableDataChannels(true);
  const fail = (code, text) => seen.errors.push({ errorCode: code, errorText: text });
  easyrtc.initMediaSource((stream) => {
    easyrtc.setVideoObjectSrc(document.getElementById('self'), stream);
    // After a reconnect the stock client logs in again and calls this again.
    easyrtc.connect(application, (id) => seen.logins.push(id), fail);
  }, fail);
}

/** Logs in without camera and microphone; resolves with the easyrtcid, or `{ code, text }`. */
function enter(application, name, credential) {
  easyrtc.setUsername(name);
  easyrtc.setCredential(credential);
  return new Promise((resolve) => {
    easyrtc.connect(application, resolve, (code, text) => resolve({ code, text }));
  });
}

/** Logs in again on the connection there is; resolves as `enter` does. */
function enterAgain(credential) {
  return new Promise((resolve) => {
    easyrtc.setCredential(credential, resolve, (code, text) => resolve({ code, text }));
  });
}

/** Calls a peer; resolves with the kinds of media that came, or rejects with the error's text. */
function call(id) {
  return new Promise((resolve, reject) => {
    easyrtc.call(
      id,
      (caller, mediaType) => resolve(mediaType),
      (code, text) => reject(new Error(`${code}: ${text}`)),
      (accepted) => accepted || reject(new Error('rejected')),
    );
  });
}
