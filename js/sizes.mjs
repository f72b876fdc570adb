// Prints what each built file takes on its way to a page: `node js/sizes.mjs`, after `npm run build`.
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, gzipSync } from 'node:zlib';

const dist = fileURLToPath(new URL('../dist/', import.meta.url));
const shipped = readdirSync(dist).filter((name) => /\.(js|wasm)$/.test(name));
const kilobytes = (bytes) => `${(bytes.length / 1000).toFixed(1)} kB`.padStart(11);

console.log(`${'file'.padEnd(16)}${['plain', 'gzip', 'brotli'].map((name) => name.padStart(11)).join('')}`);
for (const name of shipped) {
  const bytes = readFileSync(`${dist}${name}`);
  const forms = [bytes, gzipSync(bytes, { level: 9 }), brotliCompressSync(bytes)];
  console.log(`${name.padEnd(16)}${forms.map(kilobytes).join('')}`);
}
