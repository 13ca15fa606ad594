// What docs/auth.md, docs/rooms.md, docs/events.md and docs/migrating.md tell people to write and to run
// can be used as it stands.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Files, make, startExampleBackend } from '../harness/auth.mjs';
import { Clients } from '../harness/client.mjs';
import { command, runServer, startServer } from '../harness/server.mjs';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const KEYS = ['key', 'webhook-key', 'invitation-key', 'hook-key'];
const SECRET = 'a secret of the tests, of more than 32 bytes\n';

/** A page's fenced blocks of one language, and its commands: indented blocks. */
function read(page) {
  const text = readFileSync(`${ROOT}/docs/${page}.md`, 'utf8');
  const toml = [...text.matchAll(/^```toml\n(.*?)^```/gms)].map(([, block]) => block);
  const indented = text.replace(/^```.*?^```/gms, '').match(/(^ {4}\S.*\n)+/gm);
  const scripts = indented.map((block) => block.replace(/^ {4}/gm, ''));
  return { settings: toml.filter((block) => !block.startsWith('[users.')), toml, scripts };
}

/** A directory with the examples, keys, users as docs/auth.md has them, and the page's settings. */
function prepare(t, { settings }) {
  const files = new Files((end) => t.after(end));
  cpSync(`${ROOT}/examples`, files.path('examples'), { recursive: true });
  for (const key of KEYS) {
    files.write(key, SECRET);
    files.write(`examples/rooms/${key}`, SECRET);
  }
  const users = read('auth').toml.find((block) => block.startsWith('[users.'));
  const hash = make(['hash-password'], 'correct horse');
  files.write('users.toml', users.replace(/^password = .*$/m, `password = "${hash}"`));
  files.write('easyrtc.toml', settings[0] ?? '');
  return files;
}

/** Puts a command of this name first in the path of a script. */
function stub(files, name, script) {
  chmodSync(files.write(`bin/${name}`, `#!/bin/sh\n${script}\n`), 0o755);
}

for (const page of ['auth', 'rooms', 'events', 'migrating']) {
  const { settings, scripts } = read(page);

  settings.forEach((block, index) => {
    test(`docs/${page}.md: settings ${index + 1} can be used`, (t) => {
      const files = prepare(t, { settings });
      const config = files.write('block.toml', block);
      const { code, output } = runServer(['--check-config', '--config', config]);
      assert.equal(code, 0, output);
      const printed = runServer(['--print-config', '--config', config]);
      assert.equal(printed.code, 0, printed.output);
      for (const secret of [SECRET.trim(), 'open sesame']) {
        assert.ok(!printed.output.includes(secret), printed.output);
      }
    });
  });

  for (const script of scripts) {
    test(`docs/${page}.md: ${script.split('\n')[0]}`, (t) => {
      const files = prepare(t, { settings });
      mkdirSync(files.path('bin'));
      // A server that would serve is only asked whether it could.
      const ask = 'case $1 in --*) set -- "$@" --check-config;; esac';
      stub(files, 'easyrtc-server', `${ask}\n${command().join(' ')} "$@"`);
      // What goes on in the background ends with the script, and takes no port others may have.
      const ends = script.includes(' &\n') ? 'kill $!\n' : '';
      const whole = script.replace(' 3000 &', ' 0 &') + ends;
      const { status, stdout, stderr } = spawnSync('sh', ['-e', '-c', whole], {
        cwd: files.path('.'),
        encoding: 'utf8',
        env: { PATH: `${files.path('bin')}:${process.env.PATH}`, EASYRTC_LISTEN: '127.0.0.1:0' },
      });
      assert.equal(status, 0, stdout + stderr);
    });
  }
}

test('docs/rooms.md: the settings are those of the example', () => {
  const example = readFileSync(`${ROOT}/examples/rooms/easyrtc.toml`, 'utf8');
  assert.equal(read('rooms').settings[0], example);
});

test('examples/webhook: the session of the example is let in, another is not', async (t) => {
  const files = prepare(t, read('auth'));
  const key = files.write('examples/webhook/key', SECRET);
  const sessions = files.path('examples/webhook/sessions.json');
  const backend = await startExampleBackend((end) => t.after(end), key, sessions);
  const settings = readFileSync(files.path('examples/webhook/easyrtc.toml'), 'utf8');
  const ours = settings.replace(/http:.*\/(?=")/, backend);
  const config = files.write('examples/webhook/easyrtc.toml', ours);
  const server = await startServer({ flags: ['--config', config] });
  t.after(() => server.stop());

  const clients = new Clients(server.url, t);
  const credential = { session: '8f14e45fceea167a' };
  const roomJoin = { Lobby: { roomName: 'Lobby' } };
  const ada = await clients.login('websocket', { credential, roomJoin });
  const { clientList } = ada.token.msgData.roomData.Lobby;
  assert.equal(clientList[ada.easyrtcid].username, 'ada');
  assert.equal((await ada.joinRoom('Office')).msgData.errorCode, 'MSG_REJECT_BAD_ROOM');
  const other = await clients.connect('websocket');
  const refused = await other.authenticate({ credential: { session: '8f14e45fceea167b' } });
  assert.equal(refused.msgData.errorCode, 'LOGIN_BAD_AUTH');

  const forged = await fetch(backend, { method: 'POST', body: JSON.stringify({ credential }) });
  assert.equal(forged.status, 400, 'what is not signed is not answered');
});
