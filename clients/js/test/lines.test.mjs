// What becomes of lines and sessions: cut, silent, refused, lost.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { said } from './server-messages.mjs';
import { World } from './world.mjs';

const SEED = 1;

function connectedWorld(options) {
  const world = new World(SEED, options);
  world.socket.connect();
  world.until('a session', () => world.socket.connected);
  return world;
}

const say = (world, msgData, answer) =>
  world.socket.emit('easyrtcMsg', { msgType: 'said', msgData }, answer);

const counted = (world, name) => world.names.filter((other) => other === name).length;

/** Has the server close the line in use with `code`. */
function close(world, code, options = {}) {
  const { session } = world.server;
  if (options.end) session.end(code);
  else session.closeLine(code);
  world.settle();
}

test('a cut line is no disconnect, and the session goes on', () => {
  const world = connectedWorld();
  world.cut();
  world.settle();
  assert.equal(world.socket.connected, true);
  let answer;
  say(world, 'meanwhile', (it) => (answer = it));
  world.server.session.emit('easyrtcMsg', said('to it'));
  world.until('the answer', () => answer);
  assert.deepEqual(world.names, ['connect', 'suspend', 'resume']);
  assert.equal(world.server.sessions.length, 1);
});

test('without resume a cut line is a disconnect, and another session begins', () => {
  const world = connectedWorld({ socket: { resume: false } });
  say(world, 'lost with the session', () => assert.fail());
  world.cut();
  world.settle();
  assert.deepEqual(world.told.at(-1), ['disconnect', 'transport close']);
  assert.equal(world.socket.connected, false);
  world.until('another session', () => world.socket.connected);
  assert.equal(world.server.sessions.length, 2);
  assert.deepEqual(world.server.session.taken, []);
});

test('without reconnection a lost session is the end, but a cut line is not', () => {
  const world = connectedWorld({ socket: { reconnection: false } });
  world.cut();
  world.until('it goes on', () => counted(world, 'resume') === 1);
  world.down = true;
  world.cut();
  world.until('it is lost', () => !world.socket.connected);
  world.down = false;
  world.pass(100_000);
  assert.equal(world.names.at(-1), 'disconnect');
  assert.equal(world.clock.size, 0);
  assert.equal(world.networkListeners, 0);
});

test('without reconnection a first attempt that fails is the only one', () => {
  const world = new World(SEED, { socket: { reconnection: false } });
  world.down = true;
  world.socket.connect();
  world.pass(100_000);
  assert.deepEqual(world.names, ['connect_error']);
  assert.ok(world.told[0][1] instanceof Error);
});

test('a session that nobody keeps any more is a disconnect, when its time is up', () => {
  const world = connectedWorld({ server: { keepTime: 30_000 } });
  world.down = true;
  world.cut();
  world.pass(29_999);
  assert.equal(world.socket.connected, true);
  assert.deepEqual(world.names, ['connect', 'suspend']);
  world.pass(1);
  assert.deepEqual(world.told.at(-1), ['disconnect', 'ping timeout']);
  world.down = false;
  world.until('another session', () => world.socket.connected);
  assert.equal(world.server.sessions.length, 2);
});

test('a server that does not know the session: disconnect, then connect', () => {
  const world = connectedWorld();
  say(world, 'before', () => assert.fail());
  world.server.session.forget();
  world.cut();
  world.until('another session', () => counted(world, 'connect') === 2);
  assert.deepEqual(world.names, ['connect', 'suspend', 'disconnect', 'connect']);
  assert.equal(world.told[2][1], 'session lost');
  assert.deepEqual(world.server.session.taken, []);
});

test('a listener of disconnect may end it all when the session is lost', () => {
  const world = connectedWorld();
  world.socket.on('disconnect', () => world.socket.disconnect());
  world.server.session.forget();
  world.cut();
  world.pass(60_000);
  assert.deepEqual(world.names, ['connect', 'suspend', 'disconnect']);
  assert.equal(world.socket.connected, false);
  assert.equal(world.clock.size, 0);
});

test('the server soon learns that a new token has arrived', () => {
  const world = connectedWorld();
  world.cut();
  world.until('it goes on', () => counted(world, 'resume') === 1);
  assert.equal(world.server.session.knownTokens, 2);
  world.pass(1000);
  assert.equal(world.server.session.knownTokens, 1);
});

test('what listeners of disconnect emit goes to the next session', () => {
  const world = connectedWorld();
  let answer;
  world.socket.on('disconnect', () => say(world, 'next', (it) => (answer = it)));
  world.server.session.forget();
  world.cut();
  world.until('the answer', () => answer);
  assert.equal(world.server.session.taken.length, 1);
});

test('who is sent away does not come back by itself', () => {
  const world = connectedWorld();
  close(world, 1008, { end: true });
  assert.deepEqual(world.told.at(-1), ['disconnect', 'io server disconnect']);
  world.pass(100_000);
  assert.equal(world.server.sessions.length, 1);
  assert.equal(world.clock.size, 0);
  world.socket.connect();
  world.until('another session', () => world.socket.connected);
});

test('a server that restarts keeps nobody, and everybody comes back', () => {
  const world = connectedWorld();
  close(world, 1001, { end: true });
  assert.equal(world.socket.connected, true, 'whether the session can go on is not known yet');
  world.until('another session', () => world.server.sessions.length === 2 && world.socket.connected);
  assert.deepEqual(world.names, ['connect', 'suspend', 'disconnect', 'connect']);
});

test('after an offence nothing is sent again', () => {
  for (const code of [1002, 1003, 1007, 1009]) {
    const world = connectedWorld();
    world.server.session.answers = false;
    say(world, 'offence');
    world.settle();
    close(world, code);
    assert.deepEqual(world.told.at(-1), ['disconnect', 'transport close']);
    world.until('another session', () => world.socket.connected);
    assert.equal(world.server.sessions.length, 2);
    assert.deepEqual(world.server.session.taken, []);
  }
});

test('any other close leaves the session', () => {
  for (const code of [1000, 1005, 1006, 1011, 1012, 1013, 4000]) {
    const world = connectedWorld();
    world.cut({ clientHears: false });
    for (const line of world.lines) line.toClient.push({ code });
    world.until('it goes on', () => counted(world, 'resume') === 1);
    assert.equal(world.server.sessions.length, 1, `${code}`);
  }
});

test('a line that only seems to be there is noticed, and left', () => {
  const world = connectedWorld();
  world.cut({ clientHears: false, serverHears: false });
  world.pass(24_999);
  assert.deepEqual(world.names, ['connect']);
  world.pass(1);
  assert.deepEqual(world.told.at(-1), ['suspend', 'ping timeout']);
  world.until('it goes on', () => counted(world, 'resume') === 1);
});

test('a quiet line that answers is kept', () => {
  const world = connectedWorld();
  world.pass(600_000);
  assert.deepEqual(world.names, ['connect']);
  assert.deepEqual(world.server.session.taken, []);
  assert.equal(world.lines.size, 1);
});

test('a server that keeps nothing is not told what has come', () => {
  const world = connectedWorld({ socket: { resume: false } });
  world.server.session.emit('easyrtcMsg', said('to it'));
  world.settle();
  // The server would protest.
  world.pass(5000);
  assert.deepEqual(world.names, ['connect']);
});

test('a change of network has the line asked at once', () => {
  for (const event of ['online', 'offline']) {
    const world = connectedWorld();
    world.cut({ clientHears: false, serverHears: false });
    world.network(event);
    world.pass(10_000);
    assert.deepEqual(world.told[1], ['suspend', 'ping timeout']);
  }
});

test('a network that is back has the next attempt made at once', () => {
  const world = new World(SEED, { socket: { reconnectionDelay: 1e9, reconnectionDelayMax: 1e9 } });
  world.down = true;
  world.socket.connect();
  world.settle();
  let attempt;
  world.socket.on('reconnect_attempt', (number) => (attempt = number));
  for (let time = 0; time < 3; time += 1) {
    world.network('online');
    world.settle();
  }
  assert.equal(attempt, 1);
  world.down = false;
  world.network('online');
  world.settle();
  assert.equal(world.socket.connected, true);
});

test('attempts are further and further apart, within bounds, and not in step', () => {
  const delays = (random) => {
    const world = new World(SEED, { socket: { random: () => random } });
    const at = [];
    world.socket.on('reconnect_attempt', (attempt) => at.push([attempt, world.clock.now]));
    world.down = true;
    world.socket.connect();
    world.until('five attempts', () => at.length === 5);
    assert.deepEqual(at.map(([attempt]) => attempt), [1, 2, 3, 4, 5]);
    return at.map(([, now], index) => now - (at[index - 1]?.[1] ?? 0));
  };
  assert.deepEqual(delays(0.5), [1000, 2000, 4000, 5000, 5000]);
  assert.deepEqual(delays(0), [500, 1000, 2000, 2500, 2500]);
  assert.deepEqual(delays(1), [1500, 3000, 6000, 7500, 7500]);
});

test('a success starts the delays anew', () => {
  const world = new World(SEED, { socket: { random: () => 0.5 } });
  world.down = true;
  world.socket.connect();
  world.pass(20_000);
  world.down = false;
  world.until('a session', () => world.socket.connected);
  let attempt;
  world.socket.on('reconnect_attempt', (number) => (attempt = number));
  world.cut();
  world.until('it goes on', () => counted(world, 'resume') === 1);
  assert.equal(attempt, 1);
});

test('an attempt without a welcome ends after the timeout', () => {
  const world = new World(SEED, { socket: { timeout: 700 } });
  world.socket.connect();
  world.cut({ clientHears: false, serverHears: false });
  world.pass(699);
  assert.deepEqual(world.names, []);
  world.pass(1);
  assert.equal(world.told[0][1].message, 'timeout');
  world.until('a session', () => world.socket.connected);
});

test('a WebSocket that cannot be made is an attempt that failed', () => {
  const forbidden = class {
    constructor() {
      throw new Error('forbidden by the page');
    }
  };
  const world = new World(SEED, { socket: { WebSocket: forbidden } });
  world.socket.connect();
  assert.deepEqual(world.names, [], 'not before connect has returned');
  world.pass(3000);
  assert.ok(counted(world, 'connect_error') >= 2);
  assert.match(world.told[0][1].message, /forbidden/);
});
