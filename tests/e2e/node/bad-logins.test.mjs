// Tokens that are no good, and servers that fail those who rely on them: nobody gets in, and the log
// says why.

import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { Files, seconds, startBackend, token } from '../harness/auth.mjs';
import { Clients } from '../harness/client.mjs';
import { startServer } from '../harness/server.mjs';
import { until } from '../harness/wait.mjs';

const SECRET = 'a secret of the tests, of more than 32 bytes';
const FLOOD = 10_000_000;

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const other = generateKeyPairSync('rsa', { modulusLength: 2048 });
const ed25519 = generateKeyPairSync('ed25519');
const PUBLIC = rsa.publicKey.export({ type: 'spki', format: 'pem' });
const jwk = ({ publicKey }, kid) => ({ ...publicKey.export({ format: 'jwk' }), kid });

/** The middle of a token, exchanged. */
function tampered() {
  const [head, , signature] = token({ sub: 'ada' }, SECRET).split('.');
  return [head, token({ sub: 'eve' }, SECRET).split('.')[1], signature].join('.');
}

/** Each: what it is, `credential`, the code, and the reason in the log, if anybody was asked. */
const WITH_A_SECRET = [
  ['a good one', { token: token({ sub: 'ada' }, SECRET) }, 'token', 'proven'],
  ['alg none', { token: token({}, '', { alg: 'none' }) }, 'LOGIN_BAD_AUTH', 'wrong_algorithm'],
  ['an RSA key for a secret', { token: token({}, rsa.privateKey, { alg: 'RS256' }) }, 'LOGIN_BAD_AUTH', 'wrong_algorithm'],
  ['another secret', { token: token({}, `${SECRET}!`) }, 'LOGIN_BAD_AUTH', 'wrong_signature'],
  ['other claims than were signed', { token: tampered() }, 'LOGIN_BAD_AUTH', 'wrong_signature'],
  ['expired', { token: token({ exp: seconds(-1) }, SECRET) }, 'LOGIN_BAD_AUTH', 'expired_token'],
  ['expired long ago', { token: token({ exp: -1e300 }, SECRET) }, 'LOGIN_BAD_AUTH', 'expired_token'],
  ['without an end', { token: token({ exp: undefined }, SECRET) }, 'LOGIN_BAD_AUTH', 'token_without_expiry'],
  ['an end that is none', { token: token({ exp: 'never' }, SECRET) }, 'LOGIN_BAD_AUTH', 'malformed_claims'],
  ['not yet good', { token: token({ nbf: seconds(60) }, SECRET) }, 'LOGIN_BAD_AUTH', 'future_token'],
  ['issued tomorrow', { token: token({ iat: seconds(86_400) }, SECRET) }, 'LOGIN_BAD_AUTH', 'future_token'],
  ['meant for others', { token: token({ aud: 'others' }, SECRET) }, 'LOGIN_BAD_AUTH', 'wrong_audience'],
  ['a name that is none', { token: token({ sub: '' }, SECRET) }, 'LOGIN_BAD_AUTH', 'malformed_claims'],
  ['groups that are none', { token: token({ groups: { staff: true } }, SECRET) }, 'LOGIN_BAD_AUTH', 'malformed_claims'],
  ['no token at all', { token: 'let me in' }, 'LOGIN_BAD_AUTH', 'malformed_token'],
  ['an empty one', { token: '' }, 'LOGIN_BAD_AUTH', 'malformed_token'],
  ['17 KiB of it', { token: token({ x: 'x'.repeat(17_000) }, SECRET) }, 'LOGIN_BAD_AUTH', 'malformed_token'],
  ['a number', { token: 7 }, 'LOGIN_BAD_AUTH', 'no_proof'],
  ['nothing', undefined, 'LOGIN_BAD_AUTH', 'no_proof'],
  ['a text', token({ sub: 'ada' }, SECRET), 'MSG_REJECT_BAD_STRUCTURE', null],
];

const RS256 = { alg: 'RS256' };
const ISS = { iss: 'tests' };
const WITH_A_PUBLIC_KEY = [
  ['a good one', { token: token(ISS, rsa.privateKey, RS256) }, 'token', 'proven'],
  ['the public key for a secret', { token: token(ISS, PUBLIC) }, 'LOGIN_BAD_AUTH', 'wrong_algorithm'],
  ['another key', { token: token(ISS, other.privateKey, RS256) }, 'LOGIN_BAD_AUTH', 'wrong_signature'],
  ['another type of key', { token: token(ISS, ed25519.privateKey, { alg: 'EdDSA' }) }, 'LOGIN_BAD_AUTH', 'wrong_algorithm'],
  ['of somebody else', { token: token({ iss: 'eve' }, rsa.privateKey, RS256) }, 'LOGIN_BAD_AUTH', 'wrong_issuer'],
  ['of nobody', { token: token({}, rsa.privateKey, RS256) }, 'LOGIN_BAD_AUTH', 'wrong_issuer'],
];

const json = (value) => (_, response) => response.end(JSON.stringify(value));
const status = (code) => (_, response) => response.writeHead(code).end('{"decision":"allow"}');
const hang = () => {};
const breakOff = (request) => request.socket.destroy();

/** A byte now and then, for ever. */
function trickle(_, response) {
  const timer = setInterval(() => response.write(' '), 50);
  response.once('close', () => clearInterval(timer));
}

/** Ten megabytes, or as much of them as is wanted. */
function flood(_, response) {
  response.write('{"decision":"allow","username":"');
  response.end('x'.repeat(FLOOD));
}

/** Each: what is published, how, the code and the reason. */
const PUBLISHERS = [
  ['the key', json({ keys: [jwk(rsa, 'one')] }), 'token', 'proven'],
  ['another key of that name', json({ keys: [jwk(other, 'one')] }), 'LOGIN_BAD_AUTH', 'wrong_signature'],
  ['a key of another type', json({ keys: [jwk(ed25519, 'one')] }), 'LOGIN_BAD_AUTH', 'unknown_key'],
  ['other keys', json({ keys: [jwk(rsa, 'two')] }), 'LOGIN_BAD_AUTH', 'unknown_key'],
  ['no keys', json({ keys: [] }), 'LOGIN_GEN_FAIL', 'keys_unavailable'],
  ['no key set', json('soon'), 'LOGIN_GEN_FAIL', 'keys_unavailable'],
  ['an error', status(500), 'LOGIN_GEN_FAIL', 'keys_unavailable'],
  ['nothing, and hangs', hang, 'LOGIN_GEN_FAIL', 'keys_unavailable'],
  ['a byte now and then', trickle, 'LOGIN_GEN_FAIL', 'keys_unavailable'],
  ['nothing, and breaks off', breakOff, 'LOGIN_GEN_FAIL', 'keys_unavailable'],
  ['ten megabytes', flood, 'LOGIN_GEN_FAIL', 'keys_unavailable'],
];

/** Each: what the backend does, the code and the reason. */
const BACKENDS = [
  ['allows', json({ decision: 'allow', username: 'ada' }), 'token', 'proven'],
  ['denies', json({ decision: 'deny' }), 'LOGIN_BAD_AUTH', 'refused'],
  ['passes, and there is nobody else', json({ decision: 'pass' }), 'LOGIN_BAD_AUTH', 'no_proof'],
  ['hangs', hang, 'LOGIN_GEN_FAIL', 'timeout'],
  ['sends a byte now and then', trickle, 'LOGIN_GEN_FAIL', 'timeout'],
  ['breaks off', breakOff, 'LOGIN_GEN_FAIL', 'broken_response'],
  ['answers 500', status(500), 'LOGIN_GEN_FAIL', 'wrong_status'],
  ['answers 201', status(201), 'LOGIN_GEN_FAIL', 'wrong_status'],
  ['answers 307', status(307), 'LOGIN_GEN_FAIL', 'wrong_status'],
  ['answers 401, and says allow', status(401), 'LOGIN_BAD_AUTH', 'refused'],
  ['answers ten megabytes', flood, 'LOGIN_GEN_FAIL', 'response_too_long'],
  ['answers nothing', (_, response) => response.end(), 'LOGIN_GEN_FAIL', 'malformed_answer'],
  ['answers no decision', json({ username: 'ada' }), 'LOGIN_GEN_FAIL', 'malformed_answer'],
  ['allows, but another application', json({ decision: 'allow', applicationName: 'x' }), 'LOGIN_GEN_FAIL', 'malformed_answer'],
  ['allows a name that is none', json({ decision: 'allow', username: '' }), 'LOGIN_GEN_FAIL', 'malformed_answer'],
  ['allows groups that are none', json({ decision: 'allow', groups: 'staff' }), 'LOGIN_GEN_FAIL', 'malformed_answer'],
  ['allows permissions nobody knows', json({ decision: 'allow', permissions: ['all'] }), 'LOGIN_GEN_FAIL', 'malformed_answer'],
  ['allows no time', json({ decision: 'allow', expiresIn: 0 }), 'LOGIN_BAD_AUTH', 'proven'],
  ['allows a negative time', json({ decision: 'allow', expiresIn: -1 }), 'LOGIN_GEN_FAIL', 'malformed_answer'],
];

/** Starts a server with these settings; both end with the suite or test. */
async function start(t, settings, more = {}) {
  const files = new Files((end) => t.after(end));
  for (const [name, text] of Object.entries(more)) files.write(name, text);
  const flags = ['--config', files.write('easyrtc.toml', settings), '--log-level', 'trace'];
  const server = await startServer({ flags });
  t.after(() => server.stop());
  return server;
}

/** Logs in with `credential`; checks the answer, and what the log says of it. */
async function attempt(t, server, credential, expected, reason) {
  const client = await new Clients(server.url, t).connect('websocket');
  const before = server.output.length;
  const { msgType, msgData } = await client.authenticate({ credential });
  assert.equal(msgType === 'error' ? msgData.errorCode : msgType, expected);
  if (expected !== 'token') await client.disconnected();
  if (reason) {
    const said = () => server.output.slice(before).includes(`reason="${reason}"`);
    await until(`the log says ${reason}`, said, { report: () => server.output.slice(before) });
  }
  assert.ok(!server.output.includes(SECRET), 'the log has the secret');
  const signature = /^.*\..*\.(.+)$/.exec(credential?.token)?.[1];
  assert.ok(!signature || !server.output.includes(signature), 'the log has the token');
}

for (const [name, settings, rows] of [
  ['a secret', `secret = "${SECRET}"\nleeway = "0s"`, WITH_A_SECRET],
  ['a public key', 'public_key_file = "key.pem"\nissuer = "tests"', WITH_A_PUBLIC_KEY],
]) {
  describe(`jwt with ${name}, and a token`, () => {
    let server;
    const ends = [];
    before(async () => {
      const suite = { after: (end) => ends.unshift(end) };
      const chain = '[auth]\nchain = ["jwt"]\n[auth.jwt]\n';
      server = await start(suite, chain + settings, { 'key.pem': PUBLIC });
    });
    after(() => Promise.all(ends.map((end) => end())));

    for (const [what, credential, expected, reason] of rows) {
      test(`${what}: ${expected}`, (t) => attempt(t, server, credential, expected, reason));
    }
  });
}

describe('jwt with published keys, where is published', () => {
  const credential = { token: token({}, rsa.privateKey, { alg: 'RS256', kid: 'one' }) };
  const settings = (url) =>
    `[auth]\nchain = ["jwt"]\n[auth.jwt]\njwks_url = "${url}"\njwks_timeout = "500ms"\n`;

  for (const [what, answer, expected, reason] of PUBLISHERS) {
    test(`${what}: ${expected}`, async (t) => {
      const url = await startBackend((end) => t.after(end), answer);
      await attempt(t, await start(t, settings(url)), credential, expected, reason);
    });
  }

  test('nothing, and nobody is there: LOGIN_GEN_FAIL', async (t) => {
    // A port that was free a moment ago.
    const ends = [];
    const url = await startBackend((end) => ends.push(end), hang);
    ends.forEach((end) => end());
    await attempt(t, await start(t, settings(url)), credential, 'LOGIN_GEN_FAIL', 'keys_unavailable');
  });
});

describe('webhook with a backend that', () => {
  for (const [what, answer, expected, reason] of BACKENDS) {
    test(`${what}: ${expected}`, async (t) => {
      const url = await startBackend((end) => t.after(end), answer);
      const settings =
        `[auth]\nchain = ["webhook"]\n[auth.webhook]\nurl = "${url}"\nsecret = "${SECRET}"\n` +
        'attempts = 2\nattempt_timeout = "500ms"\nbackoff = "10ms"\n';
      await attempt(t, await start(t, settings), { session: 'x' }, expected, reason);
    });
  }
});
