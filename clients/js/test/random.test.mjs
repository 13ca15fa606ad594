// Everything at random: what both sides say, what is delivered when, which lines are cut and who
// hears of it. To play one seed again: SEED=17 node --test test/random.test.mjs

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { candidate } from './server-messages.mjs';
import { World } from './world.mjs';

const SEEDS = process.env.SEED ? [Number(process.env.SEED)] : Array.from({ length: 500 }, (_, i) => i);
const STEPS = 300;

/** What the two sides said to each other in one world. */
class Talk {
  emitted = [];
  answered = [];
  received = [];
  #said = 0;

  constructor(seed, options) {
    this.world = new World(seed, options);
    this.world.socket.on('easyrtcCmd', ({ msgData }) => this.received.push(msgData.label));
  }

  clientSays() {
    const number = this.#said++;
    this.emitted.push(number);
    this.world.socket.emit('easyrtcMsg', { msgType: 'said', msgData: number }, ({ msgData }) =>
      this.answered.push(msgData),
    );
  }

  serverSays() {
    const { session } = this.world;
    if (session && !session.ended) session.emit('easyrtcCmd', candidate(this.#said++));
  }

  get taken() {
    return this.world.server.sessions.flatMap(({ taken }) => taken.map((it) => it.message.msgData));
  }

  get sent() {
    return this.world.server.sessions.flatMap(({ emitted }) => emitted.map((it) => it.msgData.label));
  }

  step() {
    const { world } = this;
    const chance = world.random();
    if (chance < 0.15) return this.clientSays();
    if (chance < 0.3) return this.serverSays();
    if (chance < 0.35) {
      const [clientHears, serverHears] = [world.random() < 0.8, world.random() < 0.8];
      return world.cut({ clientHears, serverHears });
    }
    if (chance < 0.37) return (world.down = !world.down);
    if (chance < 0.39) return world.network(world.pick(['online', 'offline']));
    const deliveries = world.deliveries();
    if (deliveries.length && chance < 0.85) return world.pick(deliveries)();
    world.clock.advance();
  }

  /** A while of cuts, then a good line. */
  play(condition) {
    for (let step = 0; step < STEPS; step += 1) this.step();
    this.world.down = false;
    this.world.until('all is said', condition);
  }
}

function forEachSeed(body) {
  for (const seed of SEEDS) {
    try {
      body(seed);
    } catch (error) {
      error.message = `SEED=${seed}: ${error.message}`;
      throw error;
    }
  }
}

const inOrder = (numbers) => numbers.every((number, at) => at === 0 || numbers[at - 1] < number);

test('a session that is kept loses nothing, repeats nothing, and keeps the order', () => {
  let resumes = 0;
  forEachSeed((seed) => {
    const talk = new Talk(seed, { server: { keepTime: 1e12 } });
    const { names } = talk.world;
    talk.play(() => {
      const { answered, emitted, received, sent } = talk;
      return answered.length === emitted.length && received.length === sent.length;
    });
    assert.deepEqual(talk.taken, talk.emitted);
    assert.deepEqual(talk.received, talk.sent);
    assert.deepEqual(talk.answered, talk.emitted);
    assert.equal(talk.world.names.filter((name) => name === 'disconnect').length, 0);
    assert.ok(talk.world.names.filter((name) => name === 'connect').length === 1, `${names}`);
    resumes += talk.world.names.filter((name) => name === 'resume').length;
  });
  assert.ok(process.env.SEED || resumes > 3 * SEEDS.length, `only ${resumes} resumes: too tame`);
});

test('sessions that are lost repeat nothing and keep the order', () => {
  const ends = { disconnect: 0, resume: 0 };
  forEachSeed((seed) => {
    const talk = new Talk(seed, { server: { keepTime: 4000 } });
    talk.play(() => talk.world.socket.connected);
    // A cut that neither end has heard of yet may still cost the session.
    talk.world.pass(60_000);
    talk.clientSays();
    talk.world.until('an answer', () => talk.answered.at(-1) === talk.emitted.at(-1));
    for (const numbers of [talk.taken, talk.received, talk.answered]) {
      assert.ok(inOrder(numbers), `${numbers}`);
    }
    const states = talk.world.names.filter((name) => name === 'connect' || name === 'disconnect');
    states.forEach((name, at) => assert.equal(name, at % 2 ? 'disconnect' : 'connect'));
    for (const name of Object.keys(ends)) {
      ends[name] += talk.world.names.filter((other) => other === name).length;
    }
    talk.world.socket.disconnect();
    assert.equal(talk.world.networkListeners, 0);
  });
  const { disconnect, resume } = ends;
  assert.ok(process.env.SEED || (disconnect > SEEDS.length && resume > SEEDS.length), JSON.stringify(ends));
});
