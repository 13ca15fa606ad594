// A client that is generated from the OpenAPI document of the admin API works.

import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
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

let client;
let server;
let address;

before(async () => {
  client = await generate();
  const files = new Files(after);
  const flags = ['--admin-listen', '127.0.0.1:0', '--admin-token-file', files.write('token', TOKEN)];
  server = await startServer({ flags });
  [, address] = /Admin API: (http:\S+)\/v1\//.exec(server.output);
});

after(() => server?.stop());

test('it finds its way through lists, tells rooms their topic, and kicks', async (t) => {
  const api = client.connect(address, TOKEN);
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
  assert.equal(await client.kick(client.connect(address, `${TOKEN}s`), 'x'), 'unauthorized');
});
