// Starts the original server, npm's open-easyrtc, for the conformance kit: PORT and EASYRTC_OPTIONS
// are in its environment, and it prints its address. Options that it does not know have no effect.
import { createRequire } from 'node:module';
import http from 'node:http';

const require = createRequire(import.meta.url);
const express = require('express');
const { Server } = require('socket.io');
const easyrtc = require('open-easyrtc');

/** An option as the original wants it: it has regular expressions where JSON has text. */
function asWanted(name, value) {
  const expression = name.endsWith('RegExp') && /^\/(.*)\/([a-z]*)$/s.exec(value);
  return expression ? new RegExp(expression[1], expression[2]) : value;
}

const known = easyrtc.getDefaultOptions();
const given = Object.entries(JSON.parse(process.env.EASYRTC_OPTIONS || '{}'));
const options = Object.fromEntries(
  given.filter(([name]) => name in known).map(([name, value]) => [name, asWanted(name, value)]),
);
easyrtc.setOption('logLevel', 'none');

const app = express();
const server = http.createServer(app);
easyrtc.listen(app, new Server(server), { ...options, logLevel: 'none' }, (error) => {
  if (error) {
    console.error(error);
    process.exit(1);
  }
  server.listen(Number(process.env.PORT || 0), '127.0.0.1', () => {
    console.log(`listening on http://127.0.0.1:${server.address().port}`);
  });
});
process.on('SIGTERM', () => process.exit(0));
