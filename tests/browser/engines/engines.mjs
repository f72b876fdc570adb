// The engines that tests run in, each a real browser. Where one cannot be had its tests are skipped, and counted so;
// in CI that is a failure.
import assert from 'node:assert/strict';
import test, { after } from 'node:test';
import { findBrowser, howToGet } from '../../../wasm/toolchain/browser.mjs';
import { launchChromium } from './chromium.mjs';
import { launchFirefox } from './firefox.mjs';
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
  { id: 'firefox', name: 'Firefox', launch: launchFirefox },
  { id: 'webkit', name: 'WebKitGTK', launch: launchWebkit },
].filter(({ id }) => !chosen || chosen.includes(id));

const running = new Map();

/** One browser an engine for a whole file of tests: each test has an origin of its own in it. */
function browserOf(engine) {
  if (!running.has(engine)) running.set(engine, engine.launch({ host: INSECURE_HOST }));
  return running.get(engine);
}

after(() => Promise.all([...running.values()].map((starting) => starting.then((browser) => browser.close()))));

/**
 * A test in each engine, or in those of `only`. Its body is given `t` and `world`: `engine`, `site`, and `newTab()`, whose tabs
 * end with the test.
 */
export function inEachEngine(title, { only, host }, body) {
  for (const engine of engines.filter(({ id }) => !only || only.includes(id))) {
    const missing = findBrowser(engine.id) ? false : `no ${engine.name} here: ${howToGet(engine.id)}`;
    const skip = process.env.CI ? false : missing;
    test(`${title} (${engine.name})`, { skip, timeout: LONGEST_TEST }, async (t) => {
      assert.ok(!missing, missing);
      const browser = await browserOf(engine);
      const site = await startSite(t, { host });
      const newTab = async (url = site.pageWith()) => {
        const tab = new Tab(await browser.newTab());
        t.after(() => tab.close());
        await tab.open(url);
        return tab;
      };
      await body(t, { engine, site, newTab });
    });
  }
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
