// examples/events as it stands, and the checks of signatures as docs/events.md has them.

import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Files } from '../harness/auth.mjs';
import { Clients } from '../harness/client.mjs';
import { startServer } from '../harness/server.mjs';
import { until } from '../harness/wait.mjs';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const EXAMPLE = `${ROOT}/examples/events`;
const KEY = 'a secret of the tests';

/** The example, with what it has printed in `log.text`. */
async function startExample(t, keyFile) {
  const child = spawn(process.execPath, [`${EXAMPLE}/backend.mjs`, keyFile, '0'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.after(() => child.kill('SIGKILL'));
  const log = { text: '' };
  child.stdout.on('data', (text) => (log.text += text));
  await until('the backend listens', () => /^port \d+$/m.test(log.text));
  return { log, url: `http://127.0.0.1:${/^port (\d+)$/m.exec(log.text)[1]}` };
}

test('examples/events: a log of what happens, and an answer made of it', async (t) => {
  const files = new Files((end) => t.after(end));
  const key = files.write('key', `${KEY}\n`);
  const { log, url } = await startExample(t, key);
  const settings = readFileSync(`${EXAMPLE}/easyrtc.toml`, 'utf8');
  const ours = settings.replace(/http:\/\/[^/]*/g, url);
  const server = await startServer({ flags: ['--config', files.write('easyrtc.toml', ours)] });
  t.after(() => server.stop());

  const clients = new Clients(server.url, t);
  const ada = await clients.login('websocket', { username: 'ada' });
  await ada.joinRoom('Lobby');
  const joined = `roomJoined {"application":"default","room":"Lobby","easyrtcid":"${ada.easyrtcid}"}`;
  await until('the backend has heard of it', () => log.text.includes(joined));
  assert.match(log.text, /authenticated \{.*"username":"ada"/);
  const who = await ada.message('who', { msgData: { room: 'Lobby' } });
  assert.deepEqual(who.msgData, { members: [ada.easyrtcid] });
  const other = await ada.message('dance', {});
  assert.equal(other.msgData.errorCode, 'MSG_REJECT_BAD_TYPE');
  ada.close();
  await until('it has heard the last', () => / disconnected \{/.test(log.text));
  assert.ok(!log.text.includes('missing'), log.text);

  const forged = await fetch(`${url}/messages`, { method: 'POST', body: '{"msgType":"who"}' });
  assert.equal(forged.status, 400, 'what is not signed is not answered');
});

test('docs/events.md: the checks of signatures take what is signed and nothing else', () => {
  const page = readFileSync(`${ROOT}/docs/events.md`, 'utf8');
  const block = (language) => new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\``, 'ms').exec(page)[1];
  const body = '{"events":[]}';
  const sign = (time) =>
    `v1,${createHmac('sha256', KEY).update(`i-1.${time}.${body}`).digest('base64')}`;
  const now = Math.floor(Date.now() / 1000);
  const headers = (time, signature) => ({
    'webhook-id': 'i-1',
    'webhook-timestamp': String(time),
    'webhook-signature': signature,
  });
  for (const [given, text, expected] of [
    [headers(now, sign(now)), body, true],
    [headers(now, sign(now)), `${body} `, false],
    [headers(now, `${sign(now)}x`), body, false],
    [headers(now + 1, sign(now)), body, false],
    [headers(now - 3600, sign(now - 3600)), body, false],
  ]) {
    const [h, b, k] = [given, text, KEY].map((value) => JSON.stringify(value));
    const python = `${block('python')}\nprint(is_genuine(${h}, ${b}.encode(), ${k}.encode()))`;
    const node = `${block('js')}\nconsole.log(isGenuine(${h}, ${b}, ${k}));`;
    for (const [program, ...flags] of [
      ['python3', '-c', python],
      [process.execPath, '--input-type=module', '-e', node],
    ]) {
      const { stdout, stderr } = spawnSync(program, flags, { encoding: 'utf8' });
      assert.equal(stdout.trim().toLowerCase(), String(expected), `${program} ${h}: ${stderr}`);
    }
  }
});
