// A client that is generated from the OpenAPI document of the admin API works, and so does what
// docs/admin.md tells people to run.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import openapiTypes, { astToString } from 'openapi-typescript';
import ts from 'typescript';
import { Files } from '../harness/auth.mjs';
import { Clients } from '../harness/client.mjs';
import { runServer, startServer } from '../harness/server.mjs';

const HERE = fileURLToPath(new URL('..', import.meta.url));
const TOKEN = 'a-token-of-the-tests';

const OPTIONS = {
  strict: true,
  exactOptionalPropertyTypes: true,
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  lib: ['lib.es2022.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts'],
  types: [],
};

// Below the packages that it uses.
const directory = mkdtempSync(join(HERE, 'node_modules', '.admin-'));
after(() => rmSync(directory, { recursive: true }));

/** Generates the types, and compiles the program that uses them. */
async function generate() {
  const { code, output } = runServer(['schema', 'openapi.json']);
  assert.equal(code, 0, output);
  writeFileSync(join(directory, 'package.json'), '{"type":"module"}');
  writeFileSync(join(directory, 'admin-api.ts'), astToString(await openapiTypes(output)));
  const source = join(directory, 'admin-client.ts');
  cpSync(join(HERE, 'harness/admin-client.ts'), source);
  const program = ts.createProgram([source], OPTIONS);
  const { diagnostics } = program.emit();
  const complaints = [...ts.getPreEmitDiagnostics(program), ...diagnostics];
  const host = { getCanonicalFileName: String, getCurrentDirectory: () => HERE, getNewLine: () => '\n' };
  assert.equal(ts.formatDiagnostics(complaints, host), '');
  return import(pathToFileURL(join(directory, 'admin-client.js')));
}

const files = new Files(after);
const token = files.write('token', TOKEN);

/** Starts a server with an admin API; its `admin` is where that is. */
async function start() {
  const server = await startServer({
    flags: ['--admin-listen', '127.0.0.1:0', '--admin-token-file', token],
  });
  [, server.admin] = /Admin API: (http:\S+)\/v1\//.exec(server.output);
  return server;
}

let client;
let server;

before(async () => {
  client = await generate();
  server = await start();
});

after(() => server?.stop());

test('it finds its way through lists, tells rooms their topic, and kicks', async (t) => {
  const api = client.connect(server.admin, TOKEN);
  const clients = new Clients(server.url, t);
  const roomJoin = Object.fromEntries(
    ['a', 'b', 'c'].map((roomName) => [roomName, { roomName }]),
  );
  const ada = await clients.login('websocket', { username: 'ada', roomJoin });
  const rooms = await client.rooms(api, 'default', 2);
  assert.deepEqual(rooms.map(({ room }) => room), ['a', 'b', 'c', 'default']);
  assert.deepEqual(rooms.map(({ clients }) => clients), [1, 1, 1, 0]);
  assert.deepEqual(await client.origin(api, ada.easyrtcid), ['127.0.0.1', 'ada']);

  assert.equal(await client.announce(api, 'default', 'b', 'Maths at ten'), 1);
  const told = await ada.receive('the topic', ({ msgData }) => msgData?.roomData?.b?.field);
  assert.equal(told.msgData.roomData.b.field.topic.fieldValue, 'Maths at ten');
  const message = await ada.receiveType('topic');
  assert.deepEqual(message.msgData, { topic: 'Maths at ten' });
  assert.equal(message.senderEasyrtcid, undefined);

  assert.equal(await client.banBriefly(api, '192.0.2.0/24'), 1);
  assert.equal(await client.kick(api, ada.easyrtcid), undefined);
  await ada.disconnected();
  assert.equal(await client.kick(api, ada.easyrtcid), 'noClient');
});

test('without the right token it learns why not', async () => {
  assert.equal(await client.kick(client.connect(server.admin, `${TOKEN}s`), 'x'), 'unauthorized');
});

test('docs/admin.md: the settings can be used', () => {
  const page = readFileSync(join(HERE, '../../docs/admin.md'), 'utf8');
  const [, settings] = /^```toml\n(.*?)^```/ms.exec(page);
  const keys = join(HERE, '../../easyrtc-server/tests/binary/tls');
  for (const [name, key] of [
    ['admin.pem', 'localhost.pem'],
    ['admin.key', 'localhost.key'],
    ['operators.pem', 'client-ca.pem'],
  ]) {
    cpSync(join(keys, key), files.path(name));
  }
  const config = files.write('easyrtc.toml', settings);
  const { code, output } = runServer(['--check-config', '--config', config]);
  assert.equal(code, 0, output);
});

test('docs/admin.md: what it shows can be run', async (t) => {
  const page = readFileSync(join(HERE, '../../docs/admin.md'), 'utf8');
  const [, script] = /^```sh\n(.*?)^```/ms.exec(page);
  assert.ok(script.includes('http://127.0.0.1:9091/v1'));
  const own = await start();
  const ada = await new Clients(own.url, t).login('websocket');
  const { status, stdout, stderr } = spawnSync(
    'sh',
    ['-e', '-c', script.replace('http://127.0.0.1:9091', own.admin)],
    {
      cwd: files.path('.'),
      encoding: 'utf8',
      env: { PATH: process.env.PATH, EASYRTCID: ada.easyrtcid },
    },
  );
  assert.equal(status, 0, stdout + stderr);
  assert.ok(stdout.includes(`"easyrtcid":"${ada.easyrtcid}"`), stdout);
  assert.equal((await ada.receiveType('notice')).msgData, 'Five minutes left');
  assert.equal((await ada.receiveType('forwardToUrl')).msgData.forwardToUrl.newWindow, true);
  await ada.disconnected();
  // Nobody is left, so the drain is over.
  assert.equal((await own.exited).code, 0, own.output);
});
