// What the socket does, one thing at a time, in a world without chance.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EasyrtcSocket } from '../easyrtc-socket.mjs';
import { error, said } from './server-messages.mjs';
import { World } from './world.mjs';

const SEED = 1;

const LOGIN = { msgType: 'authenticate', msgData: { apiVersion: '1' } };

function connectedWorld(options) {
  const world = new World(SEED, options);
  world.socket.connect();
  world.until('a session', () => world.socket.connected);
  return world;
}

const say = (world, msgData, answer) =>
  world.socket.emit('easyrtcMsg', { msgType: 'said', msgData }, answer);

const taken = (session) => session.taken.map(({ message }) => message.msgData);

test('nothing opens before the first use, which is a listener for commands or an emit', () => {
  const uses = [
    (socket) => socket.on('easyrtcCmd', () => {}),
    (socket) => socket.emit('easyrtcAuth', LOGIN),
    (socket) => socket.connect(),
  ];
  for (const use of uses) {
    const world = new World(SEED);
    assert.equal(world.lines.size, 0);
    assert.equal(world.socket.connected, false);
    assert.equal(use(world.socket), world.socket);
    assert.equal(world.lines.size, 1);
    world.until('a session', () => world.socket.connected);
    assert.deepEqual(world.names, ['connect']);
  }
});

test('without autoConnect only connect opens', () => {
  const world = new World(SEED, { socket: { autoConnect: false } });
  world.socket.on('easyrtcCmd', () => {}).emit('easyrtcAuth', LOGIN);
  assert.equal(world.lines.size, 0);
  world.socket.connect();
  world.until('the message', () => world.server.session?.taken.length === 1);
});

test('what is emitted before connecting waits, and is sent in order', () => {
  const world = new World(SEED);
  const answers = [];
  for (const number of [1, 2, 3]) say(world, number, (answer) => answers.push(answer.msgData));
  world.until('the answers', () => answers.length === 3);
  assert.deepEqual(taken(world.server.session), [1, 2, 3]);
  assert.deepEqual(answers, [1, 2, 3]);
});

test('events reach all listeners, until they are taken off', () => {
  const world = connectedWorld();
  const heard = [];
  const first = ({ msgData }) => heard.push(['first', msgData]);
  const second = ({ msgData }) => heard.push(['second', msgData]);
  world.socket.on('easyrtcMsg', first).on('easyrtcMsg', second);
  const emit = (msgData) => {
    world.server.session.emit('easyrtcMsg', said(msgData));
    world.settle();
  };
  emit(1);
  world.socket.off('easyrtcMsg', first);
  emit(2);
  world.socket.off('easyrtcMsg');
  emit(3);
  assert.deepEqual(heard, [['first', 1], ['second', 1], ['second', 2]]);
});

test('a listener that throws harms nobody else, and is reported', (t) => {
  const world = connectedWorld();
  const { mock } = t.mock.method(globalThis, 'queueMicrotask', () => {});
  let heard = 0;
  world.socket.on('easyrtcMsg', () => {
    throw new Error('mistake');
  });
  world.socket.on('easyrtcMsg', () => (heard += 1));
  world.server.session.emit('easyrtcMsg', said(1));
  world.settle();
  assert.equal(heard, 1);
  assert.equal(mock.callCount(), 1);
  assert.throws(mock.calls[0].arguments[0], /mistake/);
});

test('binary values travel as base64, both ways', () => {
  const world = connectedWorld();
  const bytes = Uint8Array.from([0, 255, 7]);
  const values = [bytes, bytes.buffer, new DataView(bytes.buffer, 1, 1), Buffer.from('hi')];
  say(world, { values });
  world.settle();
  const placeholder = (num, base64) => ({ _placeholder: true, num, base64 });
  assert.deepEqual(taken(world.server.session), [
    { values: [placeholder(0, 'AP8H'), placeholder(1, 'AP8H'), placeholder(2, '/w=='), placeholder(3, 'aGk=')] },
  ]);

  let heard;
  world.socket.on('easyrtcMsg', ({ msgData }) => (heard = msgData));
  const ordinary = { _placeholder: true, num: 5 };
  const again = { _placeholder: true, num: 0 };
  world.server.session.emit('easyrtcMsg', said({ all: [placeholder(0, 'AP8H'), again, ordinary] }));
  world.settle();
  assert.deepEqual(heard, { all: [bytes.buffer, bytes.buffer, ordinary] });
});

test('long binary values survive', () => {
  const world = connectedWorld({ server: { maxMessage: 10_000_000 } });
  const bytes = new Uint8Array(300_000).map((_, at) => at * 7);
  let back;
  world.socket.on('easyrtcMsg', ({ msgData }) => (back = new Uint8Array(msgData)));
  say(world, bytes);
  world.settle();
  world.server.session.emit('easyrtcMsg', said(taken(world.server.session)[0]));
  world.settle();
  assert.deepEqual(back, bytes);
});

test('what cannot be sent is refused at once', () => {
  const { socket } = connectedWorld();
  assert.throws(() => socket.emit('connect', {}), TypeError);
  assert.throws(() => socket.emit('easyrtcMsg', { msgType: 'said', msgData: new Blob(['x']) }), TypeError);
  assert.throws(() => socket.emit('easyrtcMsg', { msgType: 'said', msgData: 1n }), TypeError);
  assert.throws(() => new EasyrtcSocket('http://'), TypeError);
});

/** The error that a message with `msgData` is answered with. */
async function errorOf(world, msgData) {
  let answer;
  say(world, msgData, (it) => (answer = it));
  assert.equal(answer, undefined, 'an answer comes after emit has returned');
  await Promise.resolve();
  assert.equal(answer.msgType, 'error');
  assert.equal(typeof answer.msgData.errorText, 'string');
  return answer.msgData.errorCode;
}

test('a message that is too large is answered with an error, and nothing breaks', async () => {
  const world = connectedWorld({ server: { maxMessage: 200 } });
  assert.equal(await errorOf(world, 'é'.repeat(90)), 'MSG_REJECT_BAD_SIZE');
  const many = Array.from({ length: 33 }, () => new ArrayBuffer(0));
  assert.equal(await errorOf(world, many), 'MSG_REJECT_BAD_SIZE');
  say(world, 'é'.repeat(60));
  world.settle();
  assert.equal(taken(world.server.session).length, 1);
  assert.deepEqual(world.names, ['connect']);
});

test('what waits is bounded in bytes, and room comes back', async () => {
  const world = connectedWorld({ socket: { maxBufferedBytes: 1000 } });
  world.cut();
  const much = 'x'.repeat(400);
  say(world, much);
  say(world, much);
  assert.equal(await errorOf(world, much), 'MSG_REJECT_GEN_FAIL');
  world.until('both are there', () => world.server.session.taken.length === 2);
  say(world, much);
  world.settle();
  assert.equal(world.server.session.taken.length, 3);
});

test('what the server says it has makes room, before any answer', () => {
  const world = connectedWorld({ socket: { maxBufferedBytes: 1000 } });
  world.server.session.answers = false;
  for (let number = 0; number < 10; number += 1) {
    say(world, 'x'.repeat(400));
    world.pass(1000);
  }
  assert.equal(world.server.session.taken.length, 10);
});

test('answers that are due are bounded', async () => {
  const world = connectedWorld({ socket: { maxPendingAnswers: 2 } });
  world.server.session.answers = false;
  say(world, 1);
  say(world, 2);
  assert.equal(await errorOf(world, 3), 'MSG_REJECT_GEN_FAIL');

  // Those of a session that is lost are not due any more.
  world.server.session.forget();
  world.cut();
  world.until('another session', () => world.server.sessions.length === 2 && world.socket.connected);
  let answers = 0;
  for (const number of [1, 2, 3, 4]) {
    say(world, number, () => (answers += 1));
    world.settle();
  }
  assert.equal(answers, 4);
});

test('an answer that comes twice is heard once, and one that was before its time is no matter', () => {
  const world = connectedWorld();
  let answers = 0;
  say(world, 1, () => (answers += 1));
  world.settle();
  const { session } = world.server;
  session.sendAside({ ack: 1, message: { msgType: 'ack' } });
  session.sendAside({ received: 0 });
  world.settle();
  assert.equal(answers, 1);
  say(world, 2);
  world.settle();
  session.sendAside({ received: 2 });
  world.settle();
  assert.deepEqual(world.names, ['connect']);
});

test('the server learns what has come, at most once a second, and lets go of it', () => {
  const world = connectedWorld();
  const { session } = world.server;
  for (let number = 0; number < 5; number += 1) session.emit('easyrtcMsg', said(number));
  world.settle();
  assert.equal(session.keptFrames, 5);
  world.pass(999);
  assert.equal(session.keptFrames, 5);
  world.pass(1);
  assert.equal(session.keptFrames, 0);
});

test('disconnect ends the session and stays', () => {
  for (const end of ['disconnect', 'close']) {
    const world = connectedWorld();
    const { session } = world.server;
    assert.equal(world.networkListeners, 2);
    world.socket[end]();
    assert.deepEqual(world.told.at(-1), ['disconnect', 'io client disconnect']);
    assert.equal(world.socket.connected, false);
    world.pass(100_000);
    assert.equal(session.ended, true);
    assert.equal(world.names.length, 2);
    assert.equal(world.clock.size, 0);
    assert.equal(world.networkListeners, 0);

    world.socket.connect();
    world.until('another session', () => world.socket.connected);
    assert.equal(world.server.sessions.length, 2);
  }
});

test('disconnect in any listener is obeyed', () => {
  for (const event of ['connect', 'suspend', 'resume', 'disconnect', 'connect_error']) {
    const world = new World(SEED, { server: { keepTime: 5000 } });
    const { socket } = world;
    world.down = event === 'connect_error';
    let called = 0;
    socket.on(event, () => {
      called += 1;
      socket.disconnect();
    });
    socket.connect();
    world.settle();
    world.cut();
    world.settle();
    world.down = event === 'disconnect';
    world.pass(6000);
    world.down = false;
    world.pass(100_000);
    assert.ok(called >= 1, event);
    assert.equal(socket.connected, false, event);
    assert.equal(world.clock.size, 0, event);
  }
});

test('reserved names and unknown answers from the server are no events of the socket', () => {
  const world = connectedWorld();
  const { session } = world.server;
  session.sendWrong('{"event":"disconnect","message":"no"}');
  session.sendAside({ ack: 99, message: { msgType: 'ack' } });
  session.sendAside({ something: 'of a later revision' });
  world.settle();
  assert.deepEqual(world.names, ['connect']);
  let answered = false;
  say(world, 1, () => (answered = true));
  world.settle();
  assert.ok(answered);
});

test('a frame that breaks the rules ends the session, and another begins', () => {
  const noBytes = { _placeholder: true, num: 0, base64: '!' };
  const broken = JSON.stringify({ event: 'easyrtcMsg', message: said(noBytes) });
  for (const frame of ['{', '[', '{"received":7}', '{"received":"1"}', broken]) {
    const world = connectedWorld();
    const { session } = world.server;
    session.sendWrong(frame);
    world.settle();
    assert.deepEqual(world.names, ['connect', 'error', 'disconnect'], frame);
    assert.ok(world.told[1][1] instanceof Error);
    assert.equal(world.told[2][1], 'parse error');
    world.until('another session', () => world.socket.connected);
    assert.equal(session.ended, true);
  }
});

test('an error of the server is told', () => {
  const world = connectedWorld();
  const message = error('The frame has no event.');
  world.server.session.sendAside({ event: 'error', message });
  world.settle();
  assert.deepEqual(world.told.at(-1), ['error', message]);
});
