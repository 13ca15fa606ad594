// A backend of the tests for all webhooks: it believes what is signed, notes it, and answers as it is told to.

import { createHmac } from 'node:crypto';
import { startBackend } from './auth.mjs';
import { until } from './wait.mjs';

const SECRET = 'what the webhooks of the tests are signed with';

export class Hooks {
  /** The events that were told, each once, in order. */
  events = [];
  /** How often each webhook was asked or told: `login`, `messages`, `events`. */
  used = new Set();
  /** What answers a login: the question to the answer. */
  login = () => ({ decision: 'pass' });
  /** What answers a message; `undefined` stands for status 204. */
  message = () => undefined;

  #last = new Map();

  static async start(cleanup) {
    const hooks = new Hooks();
    hooks.url = await startBackend(cleanup, (request, response) => hooks.#serve(request, response));
    return hooks;
  }

  /** Settings for a server that asks and tells this backend everything. */
  get settings() {
    const table = (name, path) => `[${name}]\nurl = "${this.url}${path}"\nsecret = "${SECRET}"\n`;
    return [
      '[auth]\nchain = ["webhook", "open"]\n',
      table('auth.webhook', 'login'),
      table('hooks.messages', 'messages'),
      table('hooks.events', 'events'),
      'window = "0ms"\n',
      `types = ["connected", "authenticated", "roomCreated", "roomJoined", "roomLeft", "roomForgotten",
        "disconnected", "message", "error"]\n`,
    ].join('');
  }

  async #serve(request, response) {
    const body = (await request.toArray()).map(String).join('');
    const { 'webhook-id': id, 'webhook-timestamp': time, 'webhook-signature': signature } = request.headers;
    const hmac = createHmac('sha256', SECRET).update(`${id}.${time}.${body}`).digest('base64');
    if (signature !== `v1,${hmac}`) return response.writeHead(400).end();
    const hook = request.url.slice(1);
    const answer = this.#answer(hook, JSON.parse(body));
    this.used.add(hook);
    if (answer === undefined) return response.writeHead(204).end();
    response.end(JSON.stringify(answer));
  }

  #answer(hook, body) {
    if (hook === 'login') return this.login(body);
    if (hook === 'messages') return this.message(body);
    for (const event of body.events) {
      if (event.sequence <= this.#last.get(body.server)) continue;
      this.#last.set(body.server, event.sequence);
      this.events.push(event);
    }
    return undefined;
  }

  /** Resolves with the first event of that type, told before or after the call, that `matches`. */
  event(type, matches = () => true) {
    return until(
      `the backend is told ${type}`,
      () => this.events.find((event) => event.type === type && matches(event)),
      { report: () => JSON.stringify(this.events.slice(-20)) },
    );
  }
}
