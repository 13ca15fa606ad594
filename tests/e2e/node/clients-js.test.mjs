// Two sockets of clients/js over lines that break all the time, each after so many bytes.
// To play one seed again: SEED=3 node --test node/clients-js.test.mjs

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import WebSocket from 'ws';
import { EasyrtcSocket } from '../../../clients/js/easyrtc-socket.mjs';
import { Relay } from '../harness/relay.mjs';
import { startServer } from '../harness/server.mjs';
import { until, within } from '../harness/wait.mjs';

const SEEDS = process.env.SEED ? [Number(process.env.SEED)] : [1, 2, 3, 4, 5, 6, 7, 8];
const MESSAGES = 40;

/** Bytes of a line that may break before, within or after its handshake and welcome. */
const SHORTEST = 50;
const LONGEST = 6000;

/** Numbers from 0 to 1 that a seed determines (mulberry32). */
function randomNumbers(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** One client on a breaking line. */
class Talker {
  received = [];
  answers = [];
  told = [];
  /** Changes of the room that it was told of. */
  deltas = 0;

  static async open(url, random) {
    const talker = new Talker();
    talker.relay = await Relay.to(url);
    talker.relay.nextBudget = () => Math.floor(SHORTEST + random() * (LONGEST - SHORTEST));
    const options = { WebSocket, random, reconnectionDelay: 1, reconnectionDelayMax: 5 };
    talker.socket = new EasyrtcSocket(talker.relay.url, options);
    for (const event of ['connect', 'disconnect', 'error', 'resume']) {
      talker.socket.on(event, () => talker.told.push(event));
    }
    talker.socket.on('easyrtcMsg', ({ msgData }) => talker.received.push(msgData.number));
    talker.socket.on('easyrtcCmd', ({ msgType }) => (talker.deltas += msgType === 'roomData'));
    return talker;
  }

  ask(event, message) {
    return within('an answer', new Promise((done) => this.socket.emit(event, message, done)));
  }

  async login(applicationName) {
    const msgData = { apiVersion: '1', applicationName };
    const token = await this.ask('easyrtcAuth', { msgType: 'authenticate', msgData });
    assert.equal(token.msgType, 'token', JSON.stringify(token));
    this.easyrtcid = token.msgData.easyrtcid;
  }

  say(number, targetEasyrtcid) {
    // Of all lengths, but some lines carry the longest, or it would never arrive.
    const msgData = { number, filler: 'é'.repeat((number * 97) % 700) };
    const take = (answer) => this.answers.push(answer.msgType);
    this.socket.emit('easyrtcMsg', { msgType: 'number', targetEasyrtcid, msgData }, take);
  }

  /** How many times the session went on. */
  get resumes() {
    return this.told.filter((event) => event === 'resume').length;
  }

  async close() {
    this.socket.disconnect();
    await this.relay.close();
  }
}

describe('clients/js and the server, over lines that break at any byte', () => {
  let server;
  before(async () => {
    server = await startServer();
  });
  after(() => server?.stop());

  for (const seed of SEEDS) {
    test(`nothing is lost, repeated or disordered (SEED=${seed})`, async (t) => {
      const random = randomNumbers(seed);
      const talkers = [await Talker.open(server.url, random), await Talker.open(server.url, random)];
      t.after(() => Promise.all(talkers.map((talker) => talker.close())));
      const [ada, ben] = talkers;
      // Whoever leaves over a broken line stays for a while: the next seed is not to see that.
      await ada.login(`seed${seed}`);
      await ben.login(`seed${seed}`);
      await until('ada knows ben', () => ada.deltas === 1);
      for (let number = 0; number < MESSAGES; number += 1) {
        ada.say(number, ben.easyrtcid);
        ben.say(number, ada.easyrtcid);
        // Some at once, some one after the other.
        const arrived = () => ada.received.length > number && ben.received.length > number;
        if (random() < 0.5) await until('they arrive', arrived);
      }
      await until(
        'everything arrives and is answered',
        () => talkers.every(({ received, answers }) => Math.min(received.length, answers.length) >= MESSAGES),
        { report: () => JSON.stringify(talkers) },
      );
      // They would be the last to come if anything came twice.
      ada.say(MESSAGES, ben.easyrtcid);
      ben.say(MESSAGES, ada.easyrtcid);
      await until('the last arrive', () => talkers.every(({ received }) => received.includes(MESSAGES)));
      const numbers = Array.from({ length: MESSAGES + 1 }, (_, number) => number);
      for (const talker of talkers) {
        await until('all answers', () => talker.answers.length > MESSAGES);
        assert.deepEqual(talker.received, numbers);
        assert.deepEqual(talker.answers, numbers.map(() => 'ack'));
        assert.deepEqual(talker.told.filter((event) => event !== 'resume'), ['connect']);
        assert.ok(talker.resumes >= 5, `only ${talker.resumes} resumes: too tame`);
      }
      assert.deepEqual(talkers.map(({ deltas }) => deltas), [1, 0], 'nobody seems to leave');
    });
  }
});
