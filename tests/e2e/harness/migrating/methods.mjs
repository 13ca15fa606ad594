// What takes the place of each method of the original's objects, tried. A try has the name of the object and
// of the first method of its row.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { runServer } from '../server.mjs';
import { until } from '../wait.mjs';
import { listeners } from './listeners.mjs';

const APP = '/v1/applications/{app}';
const ROOM = `${APP}/rooms/{room}`;
const SESSION = `${APP}/sessions/{easyrtcsid}`;
const CONNECTION = '/v1/connections/{easyrtcid}';
const GROUP_MEMBERS = `${APP}/groups/{group}/members`;
const VALUE = { fieldValue: { n: [1, null] }, isShared: false };

const only = (key) => ({ items }) => items.map((item) => item[key]);
const ids = only('easyrtcid');

/** Asks for what there is about a client that is in a room, a session and a group. */
const about = (request, check) => async ({ enter, admin }) => {
  const ada = await enter();
  await admin.ask(`PUT ${GROUP_MEMBERS}/{easyrtcid}`, ada);
  check(await admin.ask(`GET ${request}`, ada), ada);
};

const connection = about(CONNECTION, (found, { easyrtcid, app, room, group, easyrtcsid }) => {
  const { application, username, rooms, groups, transport, address } = found;
  assert.deepEqual([found.easyrtcid, application, username], [easyrtcid, app, 'Ada']);
  assert.deepEqual([rooms, groups, found.easyrtcsid], [[room], [group], easyrtcsid]);
  assert.deepEqual([transport, address], ['socketio', '127.0.0.1']);
});

const room = about(ROOM, (found, ada) => {
  assert.equal(found.room, ada.room);
  assert.equal(found.clients, 1);
});

const isAlone = (found, { easyrtcid }) => assert.deepEqual(ids(found), [easyrtcid]);
const members = about(`${ROOM}/members`, isAlone);
const groupMembers = about(GROUP_MEMBERS, isAlone);

const roomNames = about(`${APP}/rooms`, (found, ada) => assert.deepEqual(only('room')(found), [ada.room]));

/** Fields are set, seen as a whole with what isn't shared, and removed. */
const fieldsOf = (owner) => async ({ enter, admin }) => {
  const ada = await enter();
  await admin.ask(`PUT ${owner}/fields/{name}`, ada, VALUE);
  const found = await admin.ask(`GET ${owner}/fields`, ada);
  assert.deepEqual(found.items, [{ fieldName: ada.name, ...VALUE }]);
  await admin.ask(`DELETE ${owner}/fields/{name}`, ada);
};

const put = async ({ enter, admin }) => {
  const ada = await enter();
  await admin.ask(`PUT ${ROOM}`, { ...ada, room: 'Office' });
  await admin.ask(`PUT ${ROOM}/members/{easyrtcid}`, { ...ada, room: 'Office' });
  assert.equal((await ada.client.roomCounts()).Office, 1);
};

/** What an option of the settings says about an application and its rooms. */
const applications = async ({ enter }) => {
  const { client } = await enter({ applicationName: 'rules', roomJoin: { Lobby: { roomName: 'Lobby' } } });
  const { application, roomData } = client.token.msgData;
  assert.deepEqual(application.option, { theme: 'dark' });
  assert.equal(roomData.Lobby.field.topic.fieldValue, 'maths');
};

const printed = ({ flags }) => {
  const given = ['--easyrtc-options', JSON.stringify({ roomMaxConnection: 7 })];
  const { code, output } = runServer(flags('--print-config', ...given));
  assert.equal(code, 0, output);
  assert.match(output, /roomMaxConnection"? ?[=:] ?7/);
};

const webhook = async (world) => {
  const asked = [];
  world.hooks.login = (question) => asked.push(question) && { decision: 'allow', username: 'Ben' };
  const { client, easyrtcid } = await world.enter({ credential: { key: 'c7' } });
  assert.deepEqual(asked[0].credential, { key: 'c7' });
  assert.equal(client.token.msgData.roomData.default.clientList[easyrtcid].username, 'Ben');
  const all = JSON.stringify(await world.admin.ask(`GET ${CONNECTION}`, { easyrtcid }));
  assert.ok(!all.includes('c7'), 'it is not kept');
};

const version = ({ flags }) => runServer(flags('--version')).output.trim().split(' ').at(-1);

/** Requests that fail say why. */
const failing = async ({ admin }) => {
  const { status, body } = await admin.send('GET', '/v1/applications/nowhere');
  assert.deepEqual([status, body.status, body.code], [404, 404, 'noApplication']);
};

/** Without a backend the server decides: everybody gets in, and nobody answers messages to it. */
const byItself = async ({ serve }) => {
  const { clients } = await serve({});
  const ada = await clients.login('websocket');
  assert.equal((await ada.message('ping')).msgData.errorCode, 'MSG_REJECT_BAD_TYPE');
};

const isTold = async ({ enter, admin }, owner, find) => {
  const ada = await enter();
  await admin.ask(`PUT ${owner}/fields/{name}`, ada, { ...VALUE, isShared: true });
  const told = await ada.client.receive('it', ({ msgData }) => find(msgData ?? {}, ada)?.field);
  assert.deepEqual(find(told.msgData, ada).field[ada.name].fieldValue, VALUE.fieldValue);
};
const roomTold = (world) => isTold(world, ROOM, ({ roomData }, ada) => roomData?.[ada.room]);
const sessionTold = (world) => isTold(world, SESSION, ({ sessionData }) => sessionData);

const session = about(SESSION, (found, { easyrtcsid }) => assert.equal(found.easyrtcsid, easyrtcsid));

/** Rows about what only JavaScript needs: there is nothing to try. */
export const NOTHING = ['util.log', 'util.deepCopy'];

export const methods = {
  'easyrtc.listen': listeners.startup,
  'easyrtc.getDefaultOptions': printed,
  'easyrtc.setOption': printed,
  'easyrtc.removeAllListeners': byItself,

  'pub.getAppNames': about('/v1/applications', (found, { app }) => assert.ok(only('application')(found).includes(app))),
  'pub.isApp': about(APP, (found, { app }) => assert.equal(found.application, app)),
  'pub.createApp': async (world) => {
    await applications(world);
    const { clients } = await world.admin.ask('GET /v1/applications/{app}', { app: 'idle' });
    assert.equal(clients, 0, 'it is there before anybody is in it');
  },
  'pub.getConnectionCount': async ({ enter, admin, metric }) => {
    for (const count of [1, 2]) {
      await enter();
      // Those of other rows are about to go.
      await until(`there are ${count}`, async () => (await admin.ask('GET /v1/status')).clients === count);
      assert.equal(Number(await metric('easyrtc_clients')), count);
    }
  },
  'pub.getConnectionWithEasyrtcid': connection,
  'pub.getOption': printed,
  'pub.setOption': printed,
  'pub.getVersion': async (world) => {
    const labels = await world.metric('easyrtc_build_info', '{version="([^"]+)"');
    assert.equal(labels, version(world));
  },
  'pub.socketServer': connection,
  'pub.httpApp': async ({ serve, flags, files }) => {
    files.write('page.html', 'a page of mine');
    const { server } = await serve({ flags: flags('--static', files.path('.')) });
    assert.equal(await (await fetch(`${server.url}/page.html`)).text(), 'a page of mine');
  },

  'events.emit': listeners.emitEasyrtcCmd,
  'events.defaultListeners': byItself,
  'events.removeAllListeners': byItself,

  'util.getErrorMsg': async (world) => {
    world.hooks.message = () => ({ error: 'MSG_REJECT_NO_AUTH' });
    const { errorText } = (await (await world.enter()).client.message('ping')).msgData;
    const page = readFileSync(new URL('../../../../docs/spec/errors.md', import.meta.url), 'utf8');
    assert.ok(page.includes(`| \`MSG_REJECT_NO_AUTH\` | ${errorText} |`));
  },
  'util.sendSocketCallbackAck': async (world) => {
    await listeners.emitReturnAck(world);
    await listeners.easyrtcMsg(world);
  },
  'util.isValidIncomingMessage': async ({ server, asked }) => {
    const response = await fetch(`${server.url}/schemas/`);
    assert.equal(response.status, 200);
    asked('GET /schemas/');
  },
  'util.sendSessionCookie': async ({ server }) => {
    assert.match((await fetch(`${server.url}/`)).headers.get('set-cookie'), /^easyrtcsid=/);
  },
  'util.getAvailableEasyrtcid': async ({ enter }) => {
    const [ada, ben] = [await enter(), await enter()];
    for (const { easyrtcid } of [ada, ben]) assert.match(easyrtcid, /^[A-Za-z0-9]{16,32}$/);
    assert.notEqual(ada.easyrtcid, ben.easyrtcid);
  },
  'util.ApplicationError': failing,
  'util.ConnectionWarning': failing,
  'util.isError': failing,

  'appObj.getAppName': about(APP, (found, { app }) => assert.equal(found.application, app)),
  'appObj.getConnectionCount': about(APP, (found) => assert.equal(found.clients, 1)),
  'appObj.getConnectionEasyrtcids': async ({ enter, admin }) => {
    const ada = await enter();
    const found = await admin.ask('GET /v1/connections?application=…', { application: ada.app });
    assert.deepEqual(ids(found), [ada.easyrtcid]);
  },
  'appObj.getConnectedEasyrtcidsWithUsername': async ({ enter, admin }) => {
    const [ada] = [await enter(), await enter({ username: 'Ben' })];
    const asked = { application: ada.app, username: 'Ada' };
    const found = await admin.ask('GET /v1/connections?application=…&username=…', asked);
    assert.deepEqual(ids(found), [ada.easyrtcid]);
  },
  'appObj.getField': fieldsOf(APP),
  'appObj.setField': fieldsOf(APP),
  'appObj.getGroupNames': about(`${APP}/groups`, (found, { group }) => assert.deepEqual(only('group')(found), [group])),
  'appObj.group': groupMembers,
  'appObj.getOption': applications,
  'appObj.getRoomNames': roomNames,
  'appObj.isRoom': room,
  'appObj.getRoomOccupantCount': room,
  'appObj.createRoom': put,
  'appObj.deleteRoom': async ({ enter, admin }) => {
    const { client, app } = await enter();
    await client.joinRoom('Office');
    for (const [name, status] of [['Office', 404], ['default', 200]]) {
      await admin.ask(`DELETE ${ROOM}`, { app, room: name });
      const told = ({ msgData }) => msgData?.roomData?.[name]?.roomStatus === 'leave';
      await client.receive('that it left', told);
      assert.equal((await admin.send('GET', `/v1/applications/${app}/rooms/${name}`)).status, status);
    }
  },
  'appObj.getEasyrtcsids': about(`${APP}/sessions`, (found, { easyrtcsid }) => {
    assert.deepEqual(only('easyrtcsid')(found), [easyrtcsid]);
  }),
  'appObj.isSession': session,
  'appObj.createSession': session,
  'appObj.createConnection': connection,
  'appObj.isConnected': connection,

  'connectionObj.disconnect': async ({ enter, admin }) => {
    const ada = await enter();
    await admin.ask(`DELETE ${CONNECTION}`, ada);
    assert.equal((await ada.client.receiveType('error')).msgData.errorCode, 'LOGIN_GEN_FAIL');
    await ada.client.disconnected();
  },
  'connectionObj.getApp': connection,
  'connectionObj.getRoomNames': connection,
  'connectionObj.getSession': connection,
  'connectionObj.isAuthenticated': async (world) => {
    await connection(world);
    await world.connect();
    // Those of other rows are about to go.
    await until('there is one', async () => (await world.admin.ask('GET /v1/connections')).items.length === 1);
  },
  'connectionObj.setAuthenticated': listeners.authenticate,
  'connectionObj.getCredential': webhook,
  'connectionObj.setUsername': webhook,
  'connectionObj.hasFieldValueSync': fieldsOf(CONNECTION),
  'connectionObj.setField': fieldsOf(CONNECTION),
  'connectionObj.setPresence': async ({ enter, admin }) => {
    const [ada, ben] = [await enter(), await enter()];
    await admin.ask(`PUT ${CONNECTION}/presence`, ada, { show: 'xa', status: 'gone' });
    await ben.client.receiveUpdate(ada.room, ada.easyrtcid, ({ presence }) => presence.show === 'xa');
  },
  'connectionObj.joinSession': session,
  'connectionObj.emitRoomDataDelta': listeners.msgTypeSetPresence,
  'connectionObj.joinRoom': put,
  'connectionObj.room': members,
  'connectionObj.generateRoomClientList': members,
  'connectionObj.generateRoomList': roomNames,
  'connectionObj.socket': async (world) => {
    await connection(world);
    await listeners.emitEasyrtcMsg(world);
  },

  'connectionRoomObj.getApp': connection,
  'connectionRoomObj.getRoom': room,
  'connectionRoomObj.leaveRoom': async ({ enter, admin }) => {
    const [ada, ben] = [await enter(), await enter()];
    await admin.ask(`DELETE ${ROOM}/members/{easyrtcid}`, ada);
    await ben.client.receiveRemoval(ada.room, ada.easyrtcid);
  },
  'connectionRoomObj.setApiField': listeners.msgTypeSetRoomApiField,
  'connectionRoomObj.emitRoomDataDelta': listeners.msgTypeSetPresence,

  'groupObj.getConnections': groupMembers,

  'roomObj.getApp': room,
  'roomObj.getConnectionCount': room,
  'roomObj.getConnections': members,
  'roomObj.getConnectionObjects': async ({ enter, admin }) => {
    const ada = await enter();
    const asked = { application: ada.app, room: ada.room };
    const found = await admin.ask('GET /v1/connections?application=…&room=…', asked);
    assert.deepEqual(found.items[0].rooms, [ada.room]);
  },
  'roomObj.setConnection': put,
  'roomObj.getField': fieldsOf(ROOM),
  'roomObj.setField': async (world) => {
    await fieldsOf(ROOM)(world);
    await roomTold(world);
  },
  'roomObj.emitRoomDataFieldUpdate': roomTold,
  'roomObj.getOption': applications,

  'sessionObj.getApp': session,
  'sessionObj.getField': fieldsOf(SESSION),
  'sessionObj.setField': async (world) => {
    await fieldsOf(SESSION)(world);
    await sessionTold(world);
  },
  'sessionObj.emitSessionDataFieldUpdate': sessionTold,
};
