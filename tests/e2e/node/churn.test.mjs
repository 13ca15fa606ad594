// Clients come and go: the server must be as it was, and its memory flat.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Client, MODES } from '../harness/client.mjs';
import { startServer } from '../harness/server.mjs';
import { until } from '../harness/wait.mjs';

const GENERATIONS = 200;
const WARM_UP_GENERATIONS = 60;
const CLIENTS_PER_GENERATION = 6;

/**
 * How much the memory in RAM may have grown from the end of the warm-up to the end, in KiB. 1.3 KiB
 * kept of each of the 840 clients in between would be above it. The allocator's own ups and downs
 * were 0.1 MiB on two cores; it has more arenas, and more to warm up, where there are more cores.
 */
const GROWTH_ALLOWED = 1024;

async function generation(url, number) {
  const modes = Object.keys(MODES);
  const clients = Array.from(
    { length: CLIENTS_PER_GENERATION },
    (_, index) => new Client(url, modes[index % modes.length]),
  );
  const room = `room-${number}`;
  await Promise.all(
    clients.map(async (client, index) => {
      await client.connected();
      await client.login({ username: `client ${index}`, easyrtcsid: `session-${number}-${index}` });
      const joined = await client.joinRoom(room);
      assert.equal(joined.msgType, 'roomData', JSON.stringify(joined));
      const setRoomApiField = {
        roomName: room,
        field: { blob: { fieldName: 'blob', fieldValue: 'x'.repeat(2048) } },
      };
      await client.command('setRoomApiField', { msgData: { setRoomApiField } });
      await client.message('greeting', { targetRoom: room, msgData: { number } });
    }),
  );
  // Half leave as they should, the others just go.
  await Promise.all(
    clients.map(async (client, index) => {
      if (index % 2 === 0) await client.leaveRoom(room);
      client.close();
    }),
  );
}

test(`${GENERATIONS} generations of clients leave the server as it was`, async () => {
  const options = { roomEmptyTtl: 50, sessionTtl: 50 };
  const server = await startServer({ options });
  try {
    let warm;
    for (let number = 1; number <= GENERATIONS; number += 1) {
      await generation(server.url, number);
      if (number === WARM_UP_GENERATIONS) warm = server.residentKibibytes;
    }
    const observer = await new Client(server.url, 'websocket').connected();
    await observer.login();
    await until('only the default room is left, with nobody else in it', async () => {
      const counts = await observer.roomCounts();
      return counts.default === 1 && Object.keys(counts).length === 1;
    });
    observer.close();
    await until('nobody is connected', async () => {
      const health = await (await fetch(`${server.url}/healthz`)).json();
      assert.equal(typeof health.connections, 'number');
      return health.connections === 0;
    });
    const growth = server.residentKibibytes - warm;
    assert.ok(
      growth <= GROWTH_ALLOWED,
      `resident memory grew by ${growth} KiB from ${warm} KiB; ${GROWTH_ALLOWED} KiB are allowed`,
    );
  } finally {
    await server.stop();
  }
});
