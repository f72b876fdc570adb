// Every entry can be imported anywhere: on servers, in workers and in test environments that lack what browsers have.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { createContext, Script } from 'node:vm';
import { build } from 'esbuild';

const dist = (file) => fileURLToPath(new URL(`../../dist/${file}`, import.meta.url));

/** A script that leaves what the entry exports in `entry`. */
async function scriptOf(file) {
  const { outputFiles } = await build({
    entryPoints: [dist(file)],
    bundle: true,
    format: 'iife',
    globalName: 'entry',
    platform: 'node',
    define: { 'import.meta.url': '"http://page.test/index.js"' },
    logLevel: 'error',
    write: false,
  });
  return new Script(outputFiles[0].text, { filename: file });
}

/** What environments offer beside the language itself. */
const timers = { setTimeout, clearTimeout, setInterval, clearInterval, queueMicrotask };
const requests = { AbortController, DOMException, performance };
const texts = { TextEncoder, TextDecoder };
const listening = { addEventListener() {}, removeEventListener() {}, dispatchEvent: () => true };
const PLACES = {
  'with nothing at all': {},
  'in a worker': { ...timers, ...requests, ...texts, ...listening, self: {}, navigator: { language: 'en' }, console },
  // As jest-environment-jsdom: a window without what encodes text.
  'in a test environment without TextEncoder': {
    ...timers,
    ...requests,
    ...listening,
    document: { ...listening, hidden: false, documentElement: { lang: '' }, head: null },
    navigator: {},
  },
  'on a server that imitates a part of a browser': {
    ...timers,
    ...requests,
    ...texts,
    document: {},
    window: {},
    navigator: {},
  },
};

for (const file of ['index.js', 'index.split.js', 'hass.js', 'node.js', 'cardcache.js']) {
  const script = scriptOf(file);
  for (const [where, globals] of Object.entries(PLACES)) {
    // Under node alone, whose modules it uses.
    if (file === 'node.js' && where === 'with nothing at all') continue;
    test(`${file} is imported ${where}`, async () => {
      const place = createContext({
        ...globals,
        ...(file === 'node.js' && { require: createRequire(import.meta.url), ...timers }),
      });
      (await script).runInContext(place);
      assert.ok(file === 'cardcache.js' || Object.keys(place.entry).length > 0);
    });
  }
}

for (const [where, globals] of Object.entries(PLACES).slice(1)) {
  test(`a cache that is opened ${where} answers from memory, or fetches and says why`, async () => {
    const place = createContext({ ...globals });
    (await scriptOf('index.js')).runInContext(place);
    const log = [];
    const cache = place.entry.openCache({ log: ({ level, what }) => log.push([level, what]) });
    await cache.ready;
    cache.set('plan', 1);
    assert.equal(await cache.getOrFetch('other', async () => 'fetched'), 'fetched');
    const works = cache.stats().wasm !== undefined;
    assert.equal(cache.get('plan'), works ? 1 : undefined);
    assert.equal(works, 'TextEncoder' in globals);
    assert.ok(works || log.some(([level, what]) => level === 'warn' && what.startsWith('the core does not run here')));
    await cache.close();
  });
}
