// What applications of the original can use: its options, the events they listen to, and the methods of its
// objects, read from the package itself.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const LIB = 'open-easyrtc/lib';

export const defaultOptions = require(`${LIB}/easyrtc_default_options`);

const publicNames = (object) => Object.keys(object).filter((name) => !name.startsWith('_'));

const namesOf = (objects) =>
  Object.fromEntries(Object.entries(objects).map(([name, object]) => [name, publicNames(object)]));

const called = (object, method, ...args) =>
  new Promise((resolve, reject) => {
    object[method](...args, (error, result) => (error ? reject(error) : resolve(result)));
  });

/** The names of all there is: `{ option: […], listener: […], easyrtc: […], pub: […], appObj: […], … }`. */
export async function original() {
  const pub = require(`${LIB}/easyrtc_public_obj`);
  pub.setOption('logLevel', 'none');
  // One of each kind of object, made as the original makes them when somebody logs in.
  pub.socketServer = { sockets: { sockets: new Map([['socket', { disconnected: false }]]) } };
  await called(pub, 'createApp', 'default', null);
  const appObj = await called(pub, 'app', 'default');
  const connectionObj = await called(appObj, 'createConnection', 'client', 'socket');
  const connectionRoomObj = await called(connectionObj, 'joinRoom', 'default');
  const roomObj = await called(appObj, 'room', 'default');
  const sessionObj = await called(appObj, 'createSession', 'session');
  pub._getPrivateObj().app.default.group.group = { clientList: {} };
  const groupObj = await called(appObj, 'group', 'group');
  // This file would want Express.
  const module = readFileSync(require.resolve(`${LIB}/easyrtc_server`), 'utf8');
  const { events, util } = pub;
  const objects = { pub, events, util, appObj, connectionObj, connectionRoomObj, groupObj };
  return {
    option: publicNames(defaultOptions),
    listener: publicNames(pub.events.defaultListeners),
    easyrtc: [...module.matchAll(/^server\.(\w+) = /gm)].map(([, name]) => name),
    ...namesOf({ ...objects, roomObj, sessionObj }),
  };
}
