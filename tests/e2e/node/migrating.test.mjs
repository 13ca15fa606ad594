// docs/migrating.md: everything an application of the original could use has a row, and each row is true.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { startAdministered } from '../harness/admin.mjs';
import { Files } from '../harness/auth.mjs';
import { Clients } from '../harness/client.mjs';
import { Hooks } from '../harness/hooks.mjs';
import { isReference, rows } from '../harness/migrating/document.mjs';
import { listeners } from '../harness/migrating/listeners.mjs';
import { methods, NOTHING } from '../harness/migrating/methods.mjs';
import { options } from '../harness/migrating/options.mjs';
import { original } from '../harness/migrating/original.mjs';
import { CLIENT_FILES, startServer } from '../harness/server.mjs';
import { until } from '../harness/wait.mjs';

const SETTINGS = `
metrics_listen = "127.0.0.1:0"
[options]
sessionCookieEnable = true
[options.applications.rules]
publicOptions = { theme = "dark" }
[options.applications.rules.rooms.Lobby.fieldObj]
topic = { fieldValue = "maths", fieldOption = { isShared = true } }
[options.applications.rules.rooms.Office]
private = true
[options.applications.hidden]
hideRoomList = true
[options.applications.idle]
`;

const ROWS = rows();
const TRIES = {
  ...Object.fromEntries(Object.entries(options).map(([name, attempt]) => [`option.${name}`, attempt])),
  ...Object.fromEntries(Object.entries(listeners).map(([name, attempt]) => [`listener.${name}`, attempt])),
  ...methods,
};
const title = ({ object, names }) => `${object}.${names[0]}`;

describe('docs/migrating.md, and what the original has', () => {
  test('each option, event and method has one row, and the rows have nothing else', async () => {
    const given = {};
    for (const { object, names } of ROWS) (given[object] ??= []).push(...names);
    const sorted = (names) => Object.fromEntries(Object.entries(names).map(([key, list]) => [key, [...list].sort()]));
    assert.deepEqual(sorted(given), sorted(await original()));
  });

  test('each row is tried, and every try is of a row', () => {
    const toTry = ROWS.filter((row) => !isReference(row)).map(title);
    assert.deepEqual(toTry.filter((name) => !TRIES[name]), NOTHING);
    assert.deepEqual(Object.keys(TRIES).filter((name) => !ROWS.map(title).includes(name)), []);
  });
});

describe('docs/migrating.md, row by row', () => {
  const cleanups = [];
  let hooks;
  let server;
  let admin;

  before(async () => {
    const files = new Files((end) => cleanups.push(end));
    hooks = await Hooks.start((end) => cleanups.push(end));
    ({ server, admin } = await startAdministered(files, SETTINGS + hooks.settings));
  });
  after(async () => {
    await server?.stop();
    cleanups.forEach((end) => end());
  });

  /** What a try has: the row, servers, clients, a backend; and `used` of what it used, as the row calls it. */
  function worldFor(t, row, index) {
    const used = new Set();
    hooks.used.clear();
    admin.used.clear();
    [hooks.login, hooks.message] = [() => ({ decision: 'pass' }), () => undefined];
    const files = new Files((end) => t.after(end));
    const flags = (...words) => {
      words.filter((word) => word.startsWith('--')).forEach((word) => used.add(`\`${word}\``));
      return words;
    };
    const clientsOf = ({ url }) => new Clients(url, t);
    const app = `row-${index}`;
    return {
      ...{ row, used, files, hooks, server, admin, flags, clientsOf },
      get clientFiles() {
        return flags('--client-files', CLIENT_FILES);
      },
      asked: (what) => used.add(`\`${what}\``),
      connect: () => clientsOf(server).connect('websocket'),
      /** A server with these settings, apart from the one that all share. */
      async serve(settings) {
        const apart = await startServer(settings);
        t.after(() => apart.stop());
        return { server: apart, clients: clientsOf(apart) };
      },
      /** A client of an application that only this row knows, and names that requests about it need. */
      async enter(fields, at = server) {
        const login = { applicationName: app, username: 'Ada', easyrtcsid: `of-${app}`, ...fields };
        const client = await clientsOf(at).login('websocket', login);
        const { easyrtcid } = client;
        const names = { room: 'default', group: 'staff', name: 'topic' };
        return { client, app: login.applicationName, easyrtcid, easyrtcsid: login.easyrtcsid, ...names };
      },
      async event(type, matches) {
        used.add(`event \`${type}\``);
        return hooks.event(type, matches);
      },
      async metric(name, value = '[^\\n]* (\\S+)$') {
        used.add(`metric \`${name}\``);
        const [, url] = await until('its address', () => /^Metrics: (\S+)/m.exec(server.output));
        const text = await (await fetch(url)).text();
        return new RegExp(`^${name}${value}`, 'm').exec(text)?.[1];
      },
    };
  }

  for (const [index, row] of ROWS.entries()) {
    const attempt = TRIES[title(row)];
    if (!attempt) continue;
    test(`${row.object}: ${row.names.join(', ')}`, async (t) => {
      const world = worldFor(t, row, index);
      await attempt(world);
      if (hooks.used.has('login')) world.asked('[auth.webhook]');
      if (hooks.used.has('messages')) world.asked('[hooks.messages]');
      admin.used.forEach(world.asked);
      assert.deepEqual(row.uses.filter((use) => !world.used.has(use)), [], 'the row says it, and the try does not');
    });
  }
});
