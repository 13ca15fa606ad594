// The tables of docs/migrating.md.

import { readFileSync } from 'node:fs';

const DOCUMENT = new URL('../../../../docs/migrating.md', import.meta.url);

/** What a row says is to be used: a try has to use it. */
const USES = /(?:event|metric) `\w+`|`(?:GET|PUT|POST|DELETE) \/[^`]+`|`\[(?:auth|hooks)\.\w+\]`|`--[\w-]+`/g;

/** Whose names the tables under a heading have. */
function objectOf(heading) {
  return { Options: 'option', Events: 'listener' }[heading] ?? /`(\w+)`$/.exec(heading)?.[1];
}

/** Every row of every table about the original: `{ object, names, here, uses }`. */
export function rows() {
  let object;
  const found = [];
  for (const line of readFileSync(DOCUMENT, 'utf8').split('\n')) {
    const heading = /^##+ (.*)$/.exec(line)?.[1];
    if (heading) object = objectOf(heading);
    const cells = /^\| (`.*?) \| (.*) \|$/.exec(line);
    if (!object || !cells) continue;
    const names = [...cells[1].matchAll(/`(\w+)`/g)].map(([, name]) => name);
    found.push({ object, names, here: cells[2], uses: cells[2].match(USES) ?? [] });
  }
  return found;
}

/** Whether a row only says where the names are. */
export const isReference = ({ here }) => here.startsWith('see ');
