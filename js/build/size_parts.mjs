// Whose code the module and the shim are made of.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { minified } from './minify.mjs';
import { DATA, functionsOf, sectionsOf } from './wasm_sections.mjs';

const from = (path) => fileURLToPath(new URL(`../../${path}`, import.meta.url));

/** By the name of a function, the first that fits. */
const OWNERS = [
  ['nlohmann_json', /nlohmann|read_event/],
  ['LZ4 codec', /cardcache::.*(Compressor|lz4|Packer|Unpacker|packed|press_json|base32768|dictionary|checksum)/i],
  ['border, embind', /cardcache::border|emscripten|embind|emval|__getTypeName/],
  ['core', /cardcache/],
  ['standard library', /^/],
];

const gzip = (bytes) => gzipSync(bytes, { level: 9 }).length;

/**
 * Bytes after gzip by part. What compresses together cannot be told apart: the code section's are shared out by the bytes of its functions.
 */
export async function sizeParts() {
  const wasm = readFileSync(from('build/wasm/cardcache.wasm'));
  const functions = functionsOf(wasm);
  const plain = new Map(OWNERS.map(([part]) => [part, 0]));
  for (const { name, size } of functions) {
    const [part] = OWNERS.find(([, pattern]) => pattern.test(name));
    plain.set(part, plain.get(part) + size);
  }
  const data = gzip(sectionsOf(wasm).find(({ id }) => id === DATA).body);
  // What the module takes in the script, where its code is sorted.
  const code = gzip(readFileSync(from('dist/index.js'))) - gzip(readFileSync(from('dist/index.split.js'))) - data;
  const all = functions.reduce((sum, { size }) => sum + size, 0);
  const parts = Object.fromEntries([...plain].map(([part, size]) => [part, Math.round((code * size) / all)]));
  parts['dictionary, constants'] = data;
  const glue = await scriptOf(from('build/wasm/cardcache.mjs'));
  parts['emcc’s glue'] = gzip(glue);
  parts.shim = gzip(readFileSync(from('dist/index.split.js'))) - parts['emcc’s glue'];
  return parts;
}

/** Minified as it is shipped. */
async function scriptOf(file) {
  const options = { entryPoints: [file], bundle: true, minify: true, format: 'esm', target: 'es2022', write: false };
  return (await minified((await build(options)).outputFiles[0].text)).code;
}
