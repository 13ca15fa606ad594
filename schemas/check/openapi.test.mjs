// The OpenAPI document of the admin API is valid, and says what clients and their authors need.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { Validator } from '@seriousme/openapi-schema-validator';

const text = readFileSync(new URL('../openapi.json', import.meta.url), 'utf8');
const document = JSON.parse(text);

const operations = Object.entries(document.paths).flatMap(([path, item]) =>
  Object.entries(item).map(([method, operation]) => ({ path, method, ...operation })),
);

test('it is valid OpenAPI 3.1', async () => {
  const validator = new Validator();
  const { valid, errors } = await validator.validate(JSON.parse(text));
  assert.ok(valid, JSON.stringify(errors));
  assert.equal(validator.version, '3.1');
});

test('a spoiled one is not', async () => {
  const spoiled = JSON.parse(text);
  delete spoiled.paths['/v1/status'].get.responses['200'].description;
  assert.equal((await new Validator().validate(spoiled)).valid, false);
});

test('every reference leads somewhere', () => {
  const references = [...text.matchAll(/"\$ref": "#\/components\/schemas\/([^"]*)"/g)];
  assert.ok(references.length > 30);
  for (const [, name] of references) assert.ok(document.components.schemas[name], name);
});

test('every operation has a name of its own, a summary, and all its parameters', () => {
  assert.equal(new Set(operations.map(({ operationId }) => operationId)).size, operations.length);
  for (const { path, method, summary, parameters = [] } of operations) {
    assert.ok(summary, `${method} ${path}`);
    const inPath = parameters.filter((parameter) => parameter.in === 'path');
    const named = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
    assert.deepEqual(inPath.map(({ name }) => name), named, `${method} ${path}`);
  }
});

test('docs/admin.md names every path, and every code of a problem', () => {
  const page = readFileSync(new URL('../../docs/admin.md', import.meta.url), 'utf8');
  for (const code of document.components.schemas.Code.enum) {
    assert.ok(page.includes(`\`${code}\``), code);
  }
  for (const { path } of operations) {
    // The page leaves out what is the same for many.
    const last = path.split('/').findLast((part) => !part.startsWith('{'));
    assert.match(page, new RegExp(`/${last}[\`/\\?]`), path);
  }
});
