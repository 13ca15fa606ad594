// Uses each member as its types promise. Compiled by types.test.mjs, never run.

import { EasyrtcSocket, type EasyrtcSocketOptions } from 'easyrtc-socket';

const options: EasyrtcSocketOptions = { resume: true, WebSocket, network: window };
const socket = new EasyrtcSocket('https://example.org', options);
new EasyrtcSocket();
new EasyrtcSocket(new URL('wss://example.org/ws'));

const connected: boolean = socket.connected;
socket.on('connect', () => {}).on('disconnect', (reason) => reason.toUpperCase());
socket.on('connect_error', (error) => error.message).on('suspend', (reason) => reason.length);
socket.on('reconnect_attempt', (attempt) => attempt.toFixed());
socket.on('easyrtcMsg', (message) => message.msgType.length);
socket.on('something else', (first: number) => first);
socket.off('connect').off('connect', () => {});
socket.emit('easyrtcCmd', { msgType: 'getRoomList' }, (answer) => answer.msgType);
socket.connect().disconnect().close();

// What the socket carries has the types of its event, and an answer those of what it answers.
socket.on('easyrtcCmd', (message) => {
  if (message.msgType === 'offer') message.senderEasyrtcid.length;
  if (message.msgType === 'roomData') Object.values(message.msgData.roomData).at(0)?.roomName;
});
socket.emit('easyrtcAuth', { msgType: 'authenticate', msgData: { apiVersion: '1.0' } }, (answer) => {
  if (answer.msgType === 'token') answer.msgData.easyrtcid.length;
  else answer.msgData.errorCode.length;
  // @ts-expect-error: no login is answered with it
  answer.msgType === 'ack';
});
socket.emit('easyrtcCmd', { msgType: 'getRoomList' }, (answer) => {
  if (answer.msgType === 'roomList') answer.msgData.roomList.kitchen?.numberClients.toFixed();
  // @ts-expect-error: it is no answer to this
  answer.msgType === 'roomData';
});
socket.emit('easyrtcMsg', { msgType: 'chat', targetRoom: 'kitchen', msgData: 1 }, (answer) => {
  answer.msgType.length;
});
// What a later server understands can be sent all the same.
socket.emit('easyrtcCmd', { msgType: 'whoIsThere' }, (answer) => answer.msgData.anything);

// @ts-expect-error: an answer is asked for by a function
socket.emit('easyrtcCmd', {}, true);
// @ts-expect-error: only the socket sets it
socket.connected = connected;
// @ts-expect-error: an unknown option
new EasyrtcSocket('', { resumed: true });
