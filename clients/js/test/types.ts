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

// @ts-expect-error: an answer is asked for by a function
socket.emit('easyrtcCmd', {}, true);
// @ts-expect-error: only the socket sets it
socket.connected = connected;
// @ts-expect-error: an unknown option
new EasyrtcSocket('', { resumed: true });
