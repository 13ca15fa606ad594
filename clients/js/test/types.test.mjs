import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';

const inHere = (name) => fileURLToPath(new URL(name, import.meta.url));

function assertCompiles(project) {
  const tsc = inHere('../node_modules/typescript/bin/tsc');
  const { status, stdout } = spawnSync(process.execPath, [tsc, '--project', inHere(project)]);
  assert.equal(`${stdout}`, '');
  assert.equal(status, 0);
}

test('the types say what a strict page may do', () => assertCompiles('tsconfig.json'));

test('the module and the messages of these tests are what their types say', () =>
  assertCompiles('tsconfig.module.json'));
