// What is no message does not compile. Compiled by types.test.mjs, never run.

import type {
  Capability,
  ClientEvents,
  ClientFrame,
  ClientGetIceConfig,
  ClientHangup,
  ClientMessage,
  ClientOffer,
  ClientRoomJoin,
  ClientSetPresence,
  ClientSetUserCfg,
  ErrorCode,
  Replies,
  ServerFrame,
  ServerMessage,
  ServerRoomData,
} from 'easyrtc-socket/messages';

// @ts-expect-error: it is for somebody
export const toNobody: ClientOffer = { msgType: 'offer', msgData: { type: 'offer' } };
export const withData: ClientHangup = {
  msgType: 'hangup',
  targetEasyrtcid: 'a',
  // @ts-expect-error: it has no msgData
  msgData: {},
};
// @ts-expect-error: its msgData is empty, if there is one
export const notEmpty: ClientGetIceConfig = { msgType: 'getIceConfig', msgData: { a: 1 } };
export const misspelt: ClientRoomJoin = {
  msgType: 'roomJoin',
  // @ts-expect-error: the key is roomName
  msgData: { roomJoin: { kitchen: { name: 'kitchen' } } },
};
export const busy: ClientSetPresence = {
  msgType: 'setPresence',
  // @ts-expect-error: the values of show are a closed set
  msgData: { setPresence: { show: 'busy' } },
};
export const noField: ClientSetUserCfg = {
  msgType: 'setUserCfg',
  // @ts-expect-error: null removes a field, anything else is a whole field
  msgData: { setUserCfg: { apiField: { old: null, role: 'host' } } },
};
// @ts-expect-error: it is a message of the server
export const tokenOfAClient: ClientEvents['easyrtcCmd'] = { msgType: 'token' };
// @ts-expect-error: a login has an event of its own
export const login: ClientFrame = { event: 'easyrtcCmd', message: { msgType: 'authenticate' } };
// @ts-expect-error: a number is asked for
export const numbered: ClientFrame = { received: '12' };
// @ts-expect-error: an answer has no event
export const answer: ServerFrame = { event: 'ack', message: { msgType: 'ack' } };
// @ts-expect-error: a leave is answered with roomData
export const left: Replies['roomLeave'] = { msgType: 'ack' };
// @ts-expect-error: what the server says has the server's time
export const timeless: ServerMessage = { msgType: 'roomData', msgData: { roomData: {} } };

// Sets that may grow take what they do not know, but no other kind of value.
export const codes: ErrorCode[] = ['LOGIN_TIMEOUT', 'MSG_REJECT_SOMETHING_NEW'];
// @ts-expect-error: a code is a text
export const code: ErrorCode = 404;
export const capability: Capability = 'somethingNew';

/** Whoever looks at `msgType` has the type of the message. */
export function named(message: ClientMessage | ServerRoomData): string[] {
  return message.msgType === 'roomData' && 'serverTime' in message
    ? Object.values(message.msgData.roomData).map((room) => room.roomStatus)
    : [];
}
