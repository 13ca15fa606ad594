// A program against the client that is generated from the OpenAPI document. node/admin.test.mjs
// compiles it and runs it.

import createClient from 'openapi-fetch';
import type { components, paths } from './admin-api.js';

type Room = components['schemas']['Room'];

/** The generated client; what goes wrong is a problem that says why. */
export function connect(baseUrl: string, token: string) {
  return createClient<paths>({ baseUrl, headers: { Authorization: `Bearer ${token}` } });
}

export type Api = ReturnType<typeof connect>;

/** Every room of an application, asked for in parts. */
export async function rooms(api: Api, app: string, limit: number): Promise<Room[]> {
  const found: Room[] = [];
  let after: string | undefined;
  do {
    const query = after === undefined ? { limit } : { limit, after };
    const { data, error } = await api.GET('/v1/applications/{app}/rooms', {
      params: { path: { app }, query },
    });
    if (error) throw new Error(error.detail);
    found.push(...data.items);
    after = data.next ?? undefined;
  } while (after !== undefined);
  return found;
}

/** Sets the topic of a room and tells its members; to how many it was sent. */
export async function announce(api: Api, application: string, room: string, topic: string) {
  const path = { app: application, room, name: 'topic' };
  const set = await api.PUT('/v1/applications/{app}/rooms/{room}/fields/{name}', {
    params: { path },
    body: { fieldValue: topic, isShared: true },
  });
  if (set.error) throw new Error(set.error.detail);
  const sent = await api.POST('/v1/messages', {
    body: { to: { application, room }, msgType: 'topic', msgData: { topic } },
  });
  if (sent.error) throw new Error(sent.error.detail);
  return sent.data.sentTo;
}

/** Where a client comes from, and its name if it has one. */
export async function origin(api: Api, easyrtcid: string): Promise<[string | null, string | null]> {
  const { data, error } = await api.GET('/v1/connections/{easyrtcid}', {
    params: { path: { easyrtcid } },
  });
  if (error) throw new Error(error.detail);
  return [data.address, data.username];
}

/** Ends a connection; the code of the problem, if there is one. */
export async function kick(api: Api, easyrtcid: string) {
  const { error } = await api.DELETE('/v1/connections/{easyrtcid}', {
    params: { path: { easyrtcid } },
  });
  return error?.code;
}

/** Bans an address for some seconds, lifts the ban, and says how often somebody was banned. */
export async function banBriefly(api: Api, address: string) {
  const banned = await api.POST('/v1/bans', { body: { address, expiresIn: 60 } });
  if (banned.error) throw new Error(banned.error.detail);
  const { id } = banned.data;
  const bans = await api.GET('/v1/bans');
  const listed = bans.data?.items.filter((ban) => ban.id === id && ban.address === address);
  await api.DELETE('/v1/bans/{id}', { params: { path: { id } } });
  return listed?.length;
}

/** What the types do not let pass. */
export async function wrong(api: Api) {
  // @ts-expect-error there is no such path
  await api.GET('/v1/room');
  // @ts-expect-error the path has a name in it
  await api.GET('/v1/applications/{app}');
  // @ts-expect-error a message has a type
  await api.POST('/v1/messages', { body: { to: { everybody: true } } });
  // @ts-expect-error nobody is called that
  await api.POST('/v1/messages', { body: { to: { rooms: 'r' }, msgType: 'x' } });
  // @ts-expect-error a drain has a body
  await api.POST('/v1/drain');
  // @ts-expect-error one cannot be busy
  const presence: components['schemas']['Presence'] = { show: 'busy' };
  return presence;
}
