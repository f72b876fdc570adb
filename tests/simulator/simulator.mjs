// The simulator as `npm run simulate` runs it, on the traces beside this file.
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const program = process.env.CARDCACHE_SIMULATE;
const traces = fileURLToPath(new URL('traces/', import.meta.url));

/** What it prints and the code it ends with. */
export async function simulate(...args) {
  if (!program) throw new Error('CARDCACHE_SIMULATE names the simulator: `npm test` sets it');
  const run = promisify(execFile)(program, args, { maxBuffer: 2 ** 24 });
  return run.then(
    ({ stdout }) => ({ code: 0, stdout, stderr: '' }),
    ({ code, stdout, stderr }) => ({ code, stdout, stderr }),
  );
}

export const traceFile = (name) => `${traces}${name}.trace.xz`;

/** The figures of each line behind its policy, by size: `{ 100: { lru: [33.4], … } }`. */
export async function figures(...args) {
  const { code, stdout, stderr } = await simulate(...args);
  if (code !== 0) throw new Error(stderr);
  const bySize = {};
  for (const [, size, policy, numbers] of stdout.matchAll(/^ *(\d+) (?:entries|bytes) +(\w+) +([\d. ]+)$/gm)) {
    (bySize[size] ??= {})[policy] = numbers.trim().split(/ +/).map(Number);
  }
  return bySize;
}
