// A server-side application beside `easyrtc-server --config easyrtc.toml`: who gets in, what moderators
// may do, and who was in which room. In a directory with `key`, `admin-token` and `users.json`, run
// node backend.mjs [PORT [ADMIN_URL]]
import { createHmac, scrypt, timingSafeEqual } from 'node:crypto';
import { appendFileSync, existsSync, readFileSync, truncateSync } from 'node:fs';
import { createServer } from 'node:http';
import { promisify } from 'node:util';

const [port = '3000', admin = 'http://127.0.0.1:8081'] = process.argv.slice(2);
const [key, token] = ['key', 'admin-token'].map((file) => readFileSync(file, 'utf8').trimEnd());

// Who gets in: the users of a file, by password. It is read each time, so it may change.
async function login({ username, credential }) {
  const user = new Map(Object.entries(JSON.parse(readFileSync('users.json', 'utf8')))).get(username);
  const hash = await promisify(scrypt)(String(credential?.password), user?.salt ?? '', 32);
  const isRight = user && timingSafeEqual(hash, Buffer.from(user.hash, 'hex'));
  return isRight ? { decision: 'allow', username, groups: user.groups } : { decision: 'deny' };
}

// What people may ask for, with easyrtc.sendServerMessage.
const commands = new Map(Object.entries({
  kick: moderators(async ({ msgData }) => {
    const isDone = await ask('DELETE', path`/v1/connections/${msgData.easyrtcid}`);
    return isDone ? { msgType: 'kicked', msgData } : { error: 'MSG_REJECT_TARGET_EASYRTCID' };
  }),
  topic: moderators(async ({ application, msgData: { room, topic } }) => {
    const field = path`/v1/applications/${application}/rooms/${room}/fields/topic`;
    const isDone = await ask('PUT', field, { fieldValue: topic, isShared: true });
    return isDone ? {} : { error: 'MSG_REJECT_TARGET_ROOM' };
  }),
  calls: () => ({ msgType: 'calls', msgData: visits }),
}));

function moderators(command) {
  const isOne = ({ groups }) => groups.includes('moderators');
  return (message) => (isOne(message) ? command(message) : { error: 'MSG_REJECT_NO_AUTH' });
}

// A path with names in it. URLs can't have `.` and `..`, as rooms may be called.
function path(parts, ...names) {
  if (names.some((name) => /^\.{0,2}$/.test(name))) throw new Error('no such path');
  return String.raw({ raw: parts }, ...names.map(encodeURIComponent));
}

async function ask(method, where, body) {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const options = { method, headers, body: JSON.stringify(body), signal: AbortSignal.timeout(4000) };
  const { ok, status } = await fetch(admin + where, options);
  if (!ok && status !== 404) throw new Error(`${method} ${where}: ${status}`);
  return ok;
}

// The call log: in a file all that happened, and what it comes to: the last thousand visits to rooms.
const [visits, names, last] = [[], new Map(), new Map()];

function take({ server, sequence, type, time, easyrtcid, room, username }) {
  last.set(server, sequence);
  if (type === 'authenticated') names.set(easyrtcid, username);
  if (type === 'disconnected') names.delete(easyrtcid);
  if (type === 'roomJoined') visits.push({ room, username: names.get(easyrtcid), easyrtcid, from: time });
  const isIt = (visit) => visit.room === room && visit.easyrtcid === easyrtcid && !visit.until;
  if (type === 'roomLeft') Object.assign(visits.findLast(isIt) ?? {}, { until: time });
  if (visits.length > 1000) visits.shift();
}

// It is in the file before it is answered, for then it isn't told again. What is told again, is known.
function record({ server, missed, events }) {
  if (missed) console.error(`${missed} events were lost`);
  const fresh = events.filter(({ sequence }) => !(sequence <= last.get(server)));
  const lines = fresh.map((event) => JSON.stringify({ server, ...event }));
  appendFileSync('calls.jsonl', lines.map((line) => `${line}\n`).join(''));
  lines.forEach((line) => take(JSON.parse(line)));
}

if (existsSync('calls.jsonl')) {
  const whole = readFileSync('calls.jsonl', 'utf8').replace(/[^\n]+$/, ''); // all but a torn line
  truncateSync('calls.jsonl', Buffer.byteLength(whole));
  whole.split('\n').slice(0, -1).forEach((line) => take(JSON.parse(line)));
}

// The webhooks. What isn't signed with the key is from somebody else.
function isGenuine({ 'webhook-id': id, 'webhook-timestamp': time, 'webhook-signature': given }, body) {
  const hmac = createHmac('sha256', key).update(`${id}.${time}.${body}`).digest('base64');
  const [ours, theirs] = [Buffer.from(`v1,${hmac}`), Buffer.from(String(given))];
  const isRecent = Math.abs(Date.now() / 1000 - time) < 300;
  return isRecent && ours.length === theirs.length && timingSafeEqual(ours, theirs);
}

const answer = (message) => commands.get(message.msgType)?.(message) ?? { error: 'MSG_REJECT_BAD_TYPE' };
const hooks = new Map(Object.entries({ '/login': login, '/messages': answer, '/events': record }));
async function serve(request, response) {
  let body = '';
  for await (const text of request.setEncoding('utf8')) if ((body += text).length > 4e6) return request.destroy();
  if (!hooks.has(request.url) || !isGenuine(request.headers, body)) return response.writeHead(400).end();
  response.end(JSON.stringify((await hooks.get(request.url)(JSON.parse(body))) ?? {}));
}
const server = createServer((request, response) => {
  serve(request, response).catch((error) => response.writeHead(500).end(error.message));
});
server.listen(Number(port), '127.0.0.1', () => console.log(`port ${server.address().port}`));
