// The admin API, as a backend uses it, and a server that has it.

import assert from 'node:assert/strict';
import { startServer } from './server.mjs';
import { until } from './wait.mjs';

export const ADMIN_TOKEN = 'token-of-the-tests-long-enough';

/** Settings for a server with the API on a free port. */
export const ADMIN_SETTINGS = `
[admin]
listen = "127.0.0.1:0"
token = "${ADMIN_TOKEN}"
`;

export class Admin {
  /** Every request that was answered with success, as it was asked for: `GET /v1/status`. */
  used = new Set();

  constructor(url, token = ADMIN_TOKEN) {
    this.url = url;
    this.token = token;
  }

  /** The API of a server whose settings have ADMIN_SETTINGS. */
  static async of(server) {
    const found = await until('the admin API listens', () => ADDRESS.exec(server.output));
    return new Admin(found[1]);
  }

  /** Sends a request; resolves with `{ status, body }`, the body parsed if it is JSON. */
  async send(method, path, { body, headers = {} } = {}) {
    const response = await fetch(this.url + path, {
      method,
      headers: { authorization: `Bearer ${this.token}`, 'content-type': 'application/json', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
    const text = await response.text();
    const isJson = /json/.test(response.headers.get('content-type') ?? '');
    return { status: response.status, body: isJson ? JSON.parse(text) : text };
  }

  /**
   * Sends the request that the documentation writes as `what`, such as
   * `GET /v1/applications/{app}/rooms/{room}` or `GET /v1/connections?application=…`, with these names in
   * it. Resolves with the body; rejects unless it succeeded.
   */
  async ask(what, names = {}, body = undefined) {
    const name = (key) => {
      assert.ok(key in names, `${what} needs ${key}`);
      return encodeURIComponent(names[key]);
    };
    const [method, path] = what.split(' ');
    const filled = path
      .replace(/\{(\w+)\}/g, (_, key) => name(key))
      .replace(/(\w+)=…/g, (_, key) => `${key}=${name(key)}`);
    const answer = await this.send(method, filled, { body });
    assert.ok(answer.status < 300, `${method} ${filled}: ${JSON.stringify(answer)}`);
    this.used.add(what);
    return answer.body;
  }
}

const ADDRESS = /^Admin[^\n]*?(http:\/\/[\d.:]+)/m;

/** Starts a server with these settings, in a directory of the test, and the admin API. */
export async function startAdministered(files, settings = '', { flags = [], options } = {}) {
  const config = files.write('easyrtc.toml', settings + ADMIN_SETTINGS);
  const server = await startServer({ options, flags: ['--config', config, ...flags] });
  try {
    return { server, admin: await Admin.of(server) };
  } catch (error) {
    server.signal('SIGKILL');
    throw error;
  }
}
