// A backend for `easyrtc-server --auth webhook`: node backend.mjs KEY_FILE SESSIONS.json [PORT]
import { createHmac, timingSafeEqual } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';

const [keyFile, sessionsFile, port = '3000'] = process.argv.slice(2);
const key = readFileSync(keyFile, 'utf8').trimEnd();

function isGenuine(headers, body) {
  const { 'webhook-id': id, 'webhook-timestamp': time, 'webhook-signature': given } = headers;
  const hmac = createHmac('sha256', key).update(`${id}.${time}.`).update(body);
  const ours = Buffer.from(`v1,${hmac.digest('base64')}`);
  const theirs = Buffer.from(String(given));
  const isRecent = Math.abs(Date.now() / 1000 - Number(time)) < 300;
  return isRecent && ours.length === theirs.length && timingSafeEqual(ours, theirs);
}

const server = createServer(async (request, response) => {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const body = Buffer.concat(chunks);
  if (!isGenuine(request.headers, body)) return response.writeHead(400).end();
  // The sessions of your pages, and what to grant to each. Read each time, so it may change.
  const sessions = new Map(Object.entries(JSON.parse(readFileSync(sessionsFile, 'utf8'))));
  const grant = sessions.get(JSON.parse(body).credential?.session);
  response.end(JSON.stringify(grant ? { decision: 'allow', ...grant } : { decision: 'deny' }));
});
server.listen(Number(port), '127.0.0.1', () => console.log(`port ${server.address().port}`));
