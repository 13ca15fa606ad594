// A backend for [hooks.events] and [hooks.messages]: node backend.mjs KEY_FILE [PORT]
import { createHmac, timingSafeEqual } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';

const [keyFile, port = '3000'] = process.argv.slice(2);
const key = readFileSync(keyFile, 'utf8').trimEnd();
const seen = new Map(); // the last event of each server
const rooms = new Map(); // the easyrtcids in each room

function isGenuine(headers, body) {
  const { 'webhook-id': id, 'webhook-timestamp': time, 'webhook-signature': given } = headers;
  const hmac = createHmac('sha256', key).update(`${id}.${time}.`).update(body);
  const ours = Buffer.from(`v1,${hmac.digest('base64')}`);
  const theirs = Buffer.from(String(given));
  const isRecent = Math.abs(Date.now() / 1000 - Number(time)) < 300;
  return isRecent && ours.length === theirs.length && timingSafeEqual(ours, theirs);
}

function take({ server, missed, events }) {
  if (missed > 0) console.log(`${missed} events are missing`);
  for (const { id, sequence, time, type, ...about } of events) {
    if (sequence <= (seen.get(server) ?? 0)) continue; // it comes again
    seen.set(server, sequence);
    const room = `${about.application}/${about.room}`;
    if (type === 'roomJoined') rooms.set(room, new Set(rooms.get(room)).add(about.easyrtcid));
    if (type === 'roomLeft') rooms.get(room)?.delete(about.easyrtcid);
    if (type === 'roomForgotten') rooms.delete(room);
    console.log(new Date(time).toISOString(), type, JSON.stringify(about));
  }
}

function answer({ application, msgType, msgData }) {
  if (msgType !== 'who') return { error: 'MSG_REJECT_BAD_TYPE' };
  const members = [...(rooms.get(`${application}/${msgData?.room}`) ?? [])];
  return { msgType: 'who', msgData: { members } };
}

const server = createServer(async (request, response) => {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const body = Buffer.concat(chunks);
  if (!isGenuine(request.headers, body)) return response.writeHead(400).end();
  const said = JSON.parse(body);
  if (request.url === '/events') return take(said), response.writeHead(204).end();
  response.end(JSON.stringify(answer(said)));
});
server.listen(Number(port), '127.0.0.1', () => console.log(`port ${server.address().port}`));
