// Writes easyrtc-socket.js: the modules as one classic script, without imports, exports and
// comments on lines of their own. It defines `EasyrtcSocket`, and `io` if there is none: the stock
// client wants one when it loads.
//
//   node build.mjs

import { readFileSync, writeFileSync } from 'node:fs';

const MODULES = ['easyrtc-frames.mjs', 'easyrtc-socket.mjs'];

const inHere = (name) => new URL(name, import.meta.url);

function body(name) {
  return readFileSync(inHere(name), 'utf8')
    .replace(/^import .*\n/gm, '')
    .replace(/^export /gm, '')
    .replace(/^ *(\/\/|\/\*\*|\*).*\n/gm, '')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
}

export function script() {
  return `// Made from ${MODULES.join(' and ')} by build.mjs: change those.
(() => {
'use strict';

${MODULES.map(body).join('\n\n')}

globalThis.EasyrtcSocket = EasyrtcSocket;
globalThis.io ??= { connect: (url, options) => new EasyrtcSocket(url, options) };
})();
`;
}

if (process.argv[1] === inHere('build.mjs').pathname) {
  writeFileSync(inHere('easyrtc-socket.js'), script());
}
