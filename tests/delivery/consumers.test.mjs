// The packed package in an empty folder, as people use it: through a bundler, or from a plain page, in a real Chromium.
import assert from 'node:assert/strict';
import { copyFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import * as esbuild from 'esbuild';
import { build as buildWithVite, createServer as createViteServer } from 'vite';
import { newPage } from './support/chromium.mjs';
import { serveFolder } from './support/folder_site.mjs';
import { consumer } from './support/packed.mjs';

/** Counts how often it is loaded, by what the cache kept. `hass.js` is there so that both entries must agree on one core. */
const appOf = (entry) => `
import { key, openCache } from '${entry}';
import { connectHass } from 'cardcache/hass';
const cache = openCache({ namespace: 'consumer_' });
await cache.ready;
const counter = key('loads', 'sara');
const before = cache.get(counter) ?? 0;
cache.set(counter, before + 1);
const fetched = await cache.getOrFetch('answer', async () => 42);
const connection = { addEventListener() {}, removeEventListener() {} };
const link = connectHass(cache, { connection, connected: true, states: {}, callService() {}, callWS() {} });
const { wasm } = cache.stats();
globalThis.outcome = { before, fetched, works: wasm !== undefined, linked: link.user === undefined };
`;
const PAGE =
  '<!doctype html><meta charset="utf-8"><title>consumer</title><link rel="icon" href="data:,"><script type="module" src="./main.js"></script>';

/** Opens the page twice and expects the second load to find what the first kept. */
async function expectToWork(t, url) {
  const { page, problems } = await newPage(t);
  for (const before of [0, 1]) {
    await page.goto(url);
    await page.waitForFunction(() => globalThis.outcome);
    const outcome = await page.evaluate(() => globalThis.outcome);
    assert.deepEqual(outcome, { before, fetched: 42, works: true, linked: true });
  }
  assert.deepEqual(problems, []);
}

for (const entry of ['cardcache', 'cardcache/split']) {
  test(`${entry}, bundled by Vite`, async (t) => {
    const { folder } = await consumer(t, { 'index.html': PAGE, 'main.js': appOf(entry) });
    await buildWithVite({ root: folder, configFile: false, logLevel: 'error', build: { target: 'es2022' } });
    await expectToWork(t, (await serveFolder(t, join(folder, 'dist'))).url);
    const built = readdirSync(join(folder, 'dist', 'assets'));
    assert.equal(built.filter((name) => name.endsWith('.wasm')).length, entry === 'cardcache' ? 0 : 1);
  });

  test(`${entry}, from Vite’s development server`, async (t) => {
    const { folder } = await consumer(t, { 'index.html': PAGE, 'main.js': appOf(entry) });
    const server = await createViteServer({
      root: folder,
      configFile: false,
      logLevel: 'error',
      server: { host: '127.0.0.1', port: 0, hmr: false },
    });
    t.after(() => server.close());
    await server.listen();
    await expectToWork(t, server.resolvedUrls.local[0]);
  });

  test(`${entry}, bundled by esbuild`, async (t) => {
    const { folder, installed } = await consumer(t, { 'index.html': PAGE, 'app.js': appOf(entry) });
    await esbuild.build({
      entryPoints: [join(folder, 'app.js')],
      outfile: join(folder, 'main.js'),
      bundle: true,
      minify: true,
      format: 'esm',
      target: 'es2022',
    });
    // esbuild leaves `new URL(…, import.meta.url)` as it is: the module has to lie beside what it makes.
    if (entry !== 'cardcache') copyFileSync(join(installed, 'dist', 'cardcache.wasm'), join(folder, 'cardcache.wasm'));
    await expectToWork(t, (await serveFolder(t, folder)).url);
  });
}

test('from a plain page, without any tool', async (t) => {
  const app = appOf('./node_modules/cardcache/dist/index.js').replace(
    "'cardcache/hass'",
    "'./node_modules/cardcache/dist/hass.js'",
  );
  const { folder } = await consumer(t, { 'index.html': PAGE, 'main.js': app });
  await expectToWork(t, (await serveFolder(t, folder)).url);
});

test('from a plain page with an import map, by the names the package has', async (t) => {
  const imports = {
    cardcache: './node_modules/cardcache/dist/index.js',
    'cardcache/hass': './node_modules/cardcache/dist/hass.js',
  };
  const map = `<script type="importmap">${JSON.stringify({ imports })}</script>`;
  const page = PAGE.replace('<script type="module"', `${map}$&`);
  const { folder } = await consumer(t, { 'index.html': page, 'main.js': appOf('cardcache') });
  await expectToWork(t, (await serveFolder(t, folder)).url);
});
