// What the server of these tests says. types.test.mjs holds it against the generated types.

/** @typedef {import('../easyrtc-messages.d.ts').ServerReply} Reply */

const SERVER_TIME = 1_764_500_000_000;
const [CLIENT, OTHER] = ['Zk3Qw8rTb1Xc5VnM', 'aB4dE6gH8jK0mN2p'];

// Of a later server, which can do what nobody here has heard of.
const PROTOCOL = { revision: '2100-01-01', capabilities: ['binary', 'teleport'] };

/** What every event of the server has that passes on what another client sent. */
const PASSED_ON = { easyrtcid: CLIENT, senderEasyrtcid: OTHER, serverTime: SERVER_TIME };

/**
 * The first frame on a line.
 * @param {{ maxMessage: number, resumed: boolean, received?: number,
 *   session?: { token: string, keepTime: number, keepBytes: number } }} fields
 * @returns {import('../easyrtc-messages.d.ts').ServerFrameWelcome}
 */
export function welcome(fields) {
  const pings = { pingInterval: 25_000, pingTimeout: 20_000 };
  const first = { serverTime: SERVER_TIME, protocol: PROTOCOL, ...pings };
  return { event: 'welcome', message: { msgType: 'welcome', ...first, ...fields } };
}

/**
 * `easyrtcMsg`: another client has said something.
 * @param {unknown} msgData
 * @returns {import('../easyrtc-messages.d.ts').ServerEasyrtcMsg}
 */
export const said = (msgData) => ({
  msgType: 'said',
  ...PASSED_ON,
  targetEasyrtcid: CLIENT,
  msgData,
});

/**
 * `easyrtcCmd`: another client has found a candidate, one that can be told from others.
 * @param {number} number
 * @returns {import('../easyrtc-messages.d.ts').ServerCandidate}
 */
export function candidate(number) {
  const text = `candidate:${number} 1 udp 2122260223 192.0.2.7 50000 typ host`;
  const msgData = { type: 'candidate', label: number, id: '0', candidate: text };
  return { msgType: 'candidate', ...PASSED_ON, msgData };
}

/**
 * `error`: the server has got what is no frame.
 * @param {string} errorText
 * @returns {import('../easyrtc-messages.d.ts').ServerError}
 */
export function error(errorText) {
  const msgData = { errorCode: 'MSG_REJECT_BAD_STRUCTURE', errorText };
  return { msgType: 'error', serverTime: SERVER_TIME, msgData };
}

/** @returns {Reply} */
function token() {
  const roomData = {};
  const application = { applicationName: 'default' };
  const surroundings = { application, roomData, iceConfig: { iceServers: [] } };
  const who = { easyrtcid: CLIENT, serverTime: SERVER_TIME, protocol: PROTOCOL };
  const msgData = { ...who, ...surroundings, stillAliveInterval: 0 };
  return { msgType: 'token', serverTime: SERVER_TIME, msgData };
}

/**
 * What a message is answered with. The server-side application, to which messages without a target
 * go, says everything back.
 * @param {string} event
 * @param {any} message
 * @returns {Reply}
 */
export function answerTo(event, { msgType, msgData }) {
  if (event === 'easyrtcAuth') return token();
  if (event === 'easyrtcMsg') return { msgType, serverTime: SERVER_TIME, msgData };
  if (msgType === 'stillAlive') return { msgType: 'ack' };
  throw new Error(`no answer to ${event} with ${msgType}`);
}
