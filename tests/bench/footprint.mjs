// Bytes that an entry costs beside its key and value; each contestant in a process of its own.
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { table, titled } from './tables.mjs';

const PROCESS = fileURLToPath(new URL('footprint_process.mjs', import.meta.url));
const NAMES = ['cardcache', 'lru-cache, ttl', 'Map'];

export function footprint() {
  const bytes = Object.fromEntries(
    NAMES.map((name) => [name, Number(execFileSync(process.execPath, ['--expose-gc', PROCESS, name]))]),
  );
  return {
    table: table(
      ['100,000 entries', 'bytes an entry, node'],
      NAMES.map((name) => [titled(name), bytes[name].toFixed(0)]),
    ),
    figures: { 'bytes / lru-cache': bytes.cardcache / bytes['lru-cache, ttl'] },
  };
}
