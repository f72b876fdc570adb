// The engines that tests run in, each a real browser. Where one cannot be had its tests are skipped, and counted so;
// in CI that is a failure.
import assert from 'node:assert/strict';
import test, { after } from 'node:test';
import { findBrowser, howToGet } from '../../../wasm/toolchain/browser.mjs';
import { launchChromium } from './chromium.mjs';
import { launchFirefox } from './firefox.mjs';
import { launchOldChromium } from './oldChromium.mjs';
import { startSite } from './site.mjs';
import { Tab } from './tab.mjs';
import { launchWebkit } from './webkit.mjs';

const LONGEST_TEST = 90_000;

/** A name that leads to this machine, in engines that can be told so: http there is no secure context. */
export const INSECURE_HOST = 'ha.test';

/** `CARDCACHE_ENGINES` names those to run in, such as `firefox,webkit`; without it all. */
const chosen = process.env.CARDCACHE_ENGINES?.split(',');

export const engines = [
  { id: 'chromium', name: 'Chromium', launch: launchChromium },
  // On its main thread it compiles and instantiates nothing at once: `isLate`.
  { id: 'chromium-110', name: 'Chromium 110', launch: launchOldChromium, isLate: true },
  { id: 'firefox', name: 'Firefox', launch: launchFirefox },
  { id: 'webkit', name: 'WebKitGTK', launch: launchWebkit },
].filter(({ id }) => !chosen || chosen.includes(id));

const running = new Map();

/** One browser per engine for a whole file of tests: each test has an origin of its own in it. */
function browserOf(engine) {
  assert.ok(findBrowser(engine.id), howToGet(engine.id));
  if (!running.has(engine)) running.set(engine, engine.launch({ host: INSECURE_HOST }));
  return running.get(engine);
}

after(() => Promise.all([...running.values()].map((starting) => starting.then((browser) => browser.close()))));

/** Options of a test that needs this engine: skipped where it is not there, but for CI. */
export function optionsFor(id) {
  const missing = findBrowser(id) ? false : `no ${id} here: ${howToGet(id)}`;
  const unwanted = engines.some((engine) => engine.id === id) ? false : `not among ${chosen}`;
  return { skip: unwanted || (!process.env.CI && missing), timeout: LONGEST_TEST };
}

/**
 * A test in each engine, or in those of `only`. Its body is given `t` and `world`: `engine`, its `version`, `site`, and `newTab(url)`, whose tabs
 * end with the test; without an address it is an empty page of the site.
 */
export function inEachEngine(title, { only, host }, body) {
  for (const engine of engines.filter(({ id }) => !only || only.includes(id))) {
    test(`${title} (${engine.name})`, optionsFor(engine.id), async (t) => {
      const browser = await browserOf(engine);
      const site = await startSite(t, { host });
      await body(t, {
        engine,
        version: browser.version,
        site,
        newTab: (url = site.pageWith()) => newTabOf(t, browser, url),
      });
    });
  }
}

/** A tab that ends with the test. */
export async function newTabOf(t, browser, url) {
  const tab = new Tab(await browser.newTab());
  t.after(() => tab.close());
  await tab.open(url);
  return tab;
}

/** Loads the module into a tab's document as `cardcache`, and opens a handle as `cache`. */
export async function openCacheIn(tab, options = { namespace: 'probe_' }) {
  await tab.evaluate(async (given) => {
    globalThis.cardcache = await globalThis.load('/dist/index.js');
    globalThis.cache = globalThis.cardcache.openCache(given);
    await globalThis.cache.ready;
  }, options);
}

/** Asks the page until it says yes; for what comes from another tab, which nobody can tell the moment of. */
export async function until(tab, isTrue, argument, deadline = 10_000) {
  const end = Date.now() + deadline;
  while (!(await tab.evaluate(isTrue, argument))) {
    assert.ok(Date.now() < end, `waited ${deadline} ms in vain for ${isTrue}`);
  }
}
