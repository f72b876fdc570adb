// Prints the size of each built file and whose code it consists of: `node js/build/sizes.mjs`, after `npm run build`.
// sizes.json holds the agreed sizes; `--agree` rewrites it, and the commit that does so says why.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { sizeParts } from './size_parts.mjs';

const dist = fileURLToPath(new URL('../../dist/', import.meta.url));
const agreed = fileURLToPath(new URL('sizes.json', import.meta.url));

/** Bytes after gzip of everything that is shipped. */
export function shippedSizes() {
  const names = readdirSync(dist).filter((name) => /\.(js|wasm)$/.test(name));
  return Object.fromEntries(names.map((name) => [name, gzipSync(readFileSync(`${dist}${name}`), { level: 9 }).length]));
}

async function report() {
  const kilobytes = (bytes) => `${(bytes / 1000).toFixed(1)} kB`.padStart(11);
  const before = JSON.parse(readFileSync(agreed, 'utf8'));
  const change = (now, then) =>
    then ? `${now < then ? '−' : '+'}${Math.abs(now - then)} B`.padStart(11) : '        new';
  const line = (name, cells) => console.log(`${name.padEnd(24)}${cells.join('')}`);
  const head = (...titles) => titles.map((title) => title.padStart(11));
  const files = shippedSizes();
  line('file', head('plain', 'gzip', 'brotli', 'change'));
  for (const [name, size] of Object.entries(files)) {
    const bytes = readFileSync(`${dist}${name}`);
    const forms = [bytes.length, size, brotliCompressSync(bytes).length].map(kilobytes);
    line(name, [...forms, change(size, before.files[name])]);
  }
  const parts = await sizeParts();
  console.log();
  line('of index.js', head('gzip', 'change'));
  for (const [name, size] of Object.entries(parts)) line(name, [kilobytes(size), change(size, before.parts[name])]);
  if (process.argv.includes('--agree')) writeFileSync(agreed, `${JSON.stringify({ files, parts }, undefined, 2)}\n`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await report();
