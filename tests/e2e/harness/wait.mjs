// Waiting: always for a condition, never for the clock. The deadline only bounds how long a
// broken run takes to say so.

import { setTimeout as sleep } from 'node:timers/promises';

/** How long any single wait may take, in milliseconds. */
export const DEADLINE = 20_000;

const POLL_INTERVAL = 10;

/**
 * Resolves with the first truthy value `condition` returns (it may be async); rejects with `what`
 * in the message when there was none within `deadline` milliseconds.
 */
export async function until(what, condition, { deadline = DEADLINE, report = () => '' } = {}) {
  const end = performance.now() + deadline;
  for (;;) {
    const value = await condition();
    if (value) return value;
    if (performance.now() > end) {
      throw new Error(`not within ${deadline} ms: ${what} ${report()}`.trimEnd());
    }
    await sleep(POLL_INTERVAL);
  }
}

/** Resolves as `promise` does; rejects with `what` in the message after `deadline` milliseconds. */
export async function within(what, promise, { deadline = DEADLINE } = {}) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not within ${deadline} ms: ${what}`)), deadline);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
