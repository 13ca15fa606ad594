// A drain: clients are told, the process ends by itself.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Client, Clients, MODES } from '../harness/client.mjs';
import { startServer } from '../harness/server.mjs';
import { within } from '../harness/wait.mjs';

for (const signal of ['SIGTERM', 'SIGINT']) {
  test(`${signal}: every client gets SERVER_SHUTDOWN, then the process ends with 0`, async (t) => {
    const server = await startServer();
    t.after(() => server.signal('SIGKILL'));
    const clients = new Clients(server.url, t);
    const connected = [];
    for (const mode of Object.keys(MODES)) connected.push(await clients.login(mode));
    await connected.at(-1).upgraded();

    server.signal(signal);
    for (const client of connected) {
      const error = await client.receiveType('error');
      assert.equal(error.msgData.errorCode, 'SERVER_SHUTDOWN');
      await client.disconnected();
    }
    const end = await within('the process ends', server.exited);
    assert.deepEqual(end, { code: 0, signal: null });

    const late = new Client(server.url, 'websocket');
    t.after(() => late.close());
    await assert.rejects(late.connected());
  });
}
