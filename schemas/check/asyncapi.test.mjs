// The AsyncAPI document is valid, and leaves out nothing that the schemas have.

import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { before, test } from 'node:test';
import { Parser } from '@asyncapi/parser';
import Ajv from 'ajv';

const read = (path) => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');
const schema = (path) => JSON.parse(read(`${path}.json`));

/** The messages of an event, or of `reply`, by the schema of the event. */
const messagesOf = (side, event) =>
  event === 'easyrtcMsg'
    ? [event]
    : schema(`${side}/${event}`).anyOf.map(({ $ref }) => $ref.replace('.json', ''));

const RECEIVED = ['easyrtcAuth', 'easyrtcCmd', 'easyrtcMsg'];
const SENT = ['easyrtcCmd', 'easyrtcMsg'];
const CHANNELS = ['socketio', 'websocket'];

const names = (messages) => messages.map((message) => message.name()).sort();

let document;
let diagnostics;

before(async () => {
  ({ document, diagnostics } = await new Parser().parse(read('asyncapi.json')));
});

const operation = (id) => {
  const found = document.operations().get(id);
  assert.ok(found, `no operation ${id}`);
  return found;
};

test('the official parser has nothing to say against it', () => {
  // It is an AsyncAPI 3.0 document for the sake of tools that read no later version.
  const complaints = diagnostics.filter(({ code }) => code !== 'asyncapi-latest-version');
  assert.deepEqual(complaints, []);
});

for (const side of ['client', 'server']) {
  test(`every message of the ${side} has an event, or is an answer`, () => {
    const events = side === 'client' ? RECEIVED : [...SENT, 'reply'];
    const files = readdirSync(new URL(`../${side}`, import.meta.url));
    const messages = files.map((file) => file.replace('.json', ''));
    const roots = messages.filter((name) => schema(`${side}/${name}`).anyOf);
    const carried = new Set(events.flatMap((event) => messagesOf(side, event)));
    assert.deepEqual([...carried, ...roots].sort(), messages.sort());
  });
}

for (const channel of CHANNELS) {
  test(`${channel}: what clients may send is received, and answered`, () => {
    const answers = new Set();
    for (const event of RECEIVED) {
      for (const name of messagesOf('client', event)) {
        const received = operation(`${channel}.receive.${name}`);
        assert.deepEqual(names(received.messages().all()), [name]);
        assert.ok(received.isReceive());
        assert.equal(received.extensions().get('x-event').value(), event);
        const reply = names(received.reply().messages().all());
        assert.ok(reply.includes('error') && reply.length > 1, `${name}: ${reply}`);
        reply.forEach((answer) => answers.add(answer));
      }
    }
    assert.deepEqual([...answers].sort(), messagesOf('server', 'reply').sort());
    const login = operation(`${channel}.receive.authenticate`).reply();
    assert.deepEqual(names(login.messages().all()), ['error', 'token']);
  });

  test(`${channel}: what the server may send is sent`, () => {
    for (const event of SENT) {
      for (const name of messagesOf('server', event)) {
        const sent = operation(`${channel}.send.${name}`);
        assert.deepEqual(names(sent.messages().all()), [name]);
        assert.ok(sent.isSend());
        assert.equal(sent.extensions().get('x-event').value(), event);
        const reply = sent.reply() ? names(sent.reply().messages().all()) : [];
        assert.deepEqual(reply, channel === 'socketio' ? ['ack'] : []);
      }
    }
  });
}

test('the frames that carry no message are there', () => {
  const frames = document.operations().all().map((found) => found.id());
  assert.deepEqual(
    frames.filter((id) => id.startsWith('websocket') && id.includes('.frame.')).sort(),
    [
      'websocket.receive.frame.received',
      'websocket.receive.frame.resume',
      'websocket.send.frame.error',
      'websocket.send.frame.received',
      'websocket.send.frame.welcome',
    ],
  );
  const answer = operation('websocket.receive.frame.resume').reply();
  assert.deepEqual(names(answer.messages().all()), ['welcome']);
});

test('an answer has the number of its frame', () => {
  const asked = operation('websocket.receive.roomJoin');
  const location = (message) => message.correlationId().location();
  assert.equal(location(asked.messages().all()[0]), '$message.payload#/id');
  for (const answer of asked.reply().messages().all()) {
    assert.equal(location(answer), '$message.payload#/ack');
  }
});

test('every example is what it is an example of', () => {
  const ajv = new Ajv({ strict: false });
  let checked = 0;
  for (const message of document.messages().all()) {
    const valid = ajv.compile(message.payload().json());
    for (const example of message.examples().all()) {
      assert.ok(valid(example.payload()), `${message.id()}: ${ajv.errorsText(valid.errors)}`);
      checked += 1;
    }
    assert.ok(message.id() === 'ClientAck' || !valid({}), `${message.id()} may be empty`);
  }
  assert.ok(checked > document.messages().all().length, `only ${checked} examples`);
});
