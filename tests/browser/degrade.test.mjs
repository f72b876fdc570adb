// Where something is missing the cache gives what is left, says so once, and cards go on working.
/* global cache -- what is put into the page */
import assert from 'node:assert/strict';
import test from 'node:test';
import { inEachEngine, INSECURE_HOST, newTabOf, openCacheIn, optionsFor } from './engines/engines.mjs';
import { launchFirefox } from './engines/firefox.mjs';
import { startSite } from './engines/site.mjs';

const NO_STORAGE = 'warn: cardcache: no localStorage here: answers are kept in memory only';

/** What a card does, with two handles on one page: runs there, and gives what came of it. */
async function useAll() {
  const { openCache } = await globalThis.load('/dist/index.js');
  const cache = openCache({ namespace: 'probe_' });
  const again = openCache({ namespace: 'probe_' });
  await Promise.all([cache.ready, again.ready]);
  let fetched = 0;
  const fetcher = async () => ({ fetched: ++fetched });
  const joined = await Promise.all([cache.getOrFetch('plan', fetcher), again.getOrFetch('plan', fetcher)]);
  const later = await cache.getOrFetch('plan', fetcher);
  const failed = await cache.getOrFetch('bad', () => Promise.reject(new Error('down'))).catch(({ message }) => message);
  cache.set('own', 'set');
  cache.set('huge', 'x'.repeat(3_000_000));
  const watched = new Promise((resolve) => {
    cache.watch(
      'watched',
      async () => 'fetched',
      ({ data }) => data && resolve(data),
    );
  });
  const shown = await watched;
  const kept = ['own', 'huge'].filter((name) => again.get(name) !== undefined);
  const { available, entries } = cache.stats().storage;
  const written = await cache.mutate(async () => 'written', { optimistic: [['own', 'optimistic']] });
  cache.invalidateAll();
  const left = [...cache.keys(), ...cache.inspect()];
  cache.clear();
  await cache.flush();
  await Promise.all([cache.close(), again.close()]);
  const answers = { joined: joined.map((value) => value.fetched), later: later.fetched, failed, shown, written, left };
  return { answers, kept, storage: { available, entries }, warnings: globalThis.warnings };
}

const joinedAndShown = { joined: [1, 1], later: 1, failed: 'down', shown: 'fetched', written: 'written', left: [] };
const memoryOnly = {
  answers: joinedAndShown,
  kept: ['own', 'huge'],
  storage: { available: false, entries: 0 },
  warnings: [NO_STORAGE],
};

/** Ways in which a browser keeps localStorage from a page. */
const withoutStorage = {
  'localStorage is null': () => Object.defineProperty(globalThis, 'localStorage', { get: () => null }),
  'localStorage throws': () =>
    Object.defineProperty(globalThis, 'localStorage', {
      get() {
        throw new DOMException('denied', 'SecurityError');
      },
    }),
};

for (const [what, before] of Object.entries(withoutStorage)) {
  inEachEngine(`where ${what} answers live in memory, and it is said once`, {}, async (t, { site, newTab }) => {
    const tab = await newTab(site.pageWith(before));
    assert.deepEqual(await tab.evaluate(useAll), memoryOnly);
    assert.deepEqual(await tab.troubles(), []);
  });
}

inEachEngine('in a sandboxed frame answers live in memory, and it is said once', {}, async (t, { site, newTab }) => {
  const framed = site.pageWith(
    `() => (${useAll})().then((result) => parent.postMessage({ result, troubles }, '*'), ({ stack }) => parent.postMessage({ stack }, '*'))`,
  );
  const tab = await newTab(site.pageWith());
  const told = await tab.evaluate(
    (address) =>
      new Promise((resolve) => {
        addEventListener('message', ({ data }) => resolve(data), { once: true });
        const frame = document.createElement('iframe');
        frame.sandbox = 'allow-scripts';
        frame.src = address;
        document.body.append(frame);
      }),
    framed,
  );
  assert.deepEqual(told, { result: memoryOnly, troubles: [] });
});

test(
  'with all site data blocked, answers stay in memory and one warning says so (Firefox)',
  optionsFor('firefox'),
  async (t) => {
    const browser = await launchFirefox({ prefs: { 'network.cookie.cookieBehavior': 2 } });
    t.after(() => browser.close());
    const site = await startSite(t);
    const tab = await newTabOf(t, browser, site.pageWith());
    assert.deepEqual(await tab.evaluate(useAll), memoryOnly);
    assert.deepEqual(await tab.troubles(), []);
  },
);

/** Ways in which a localStorage that is there refuses. */
const refusals = {
  'takes nothing': () => {
    Storage.prototype.setItem = () => {
      throw new DOMException('full', 'QuotaExceededError');
    };
  },
  'throws whatever is asked': () => {
    for (const name of ['getItem', 'setItem', 'removeItem', 'key']) {
      Storage.prototype[name] = () => {
        throw new DOMException('broken', 'InvalidStateError');
      };
    }
  },
};

for (const [what, before] of Object.entries(refusals)) {
  inEachEngine(`where localStorage ${what} answers live in memory`, {}, async (t, { site, newTab }) => {
    const tab = await newTab(site.pageWith(before));
    const { warnings, storage, ...rest } = await tab.evaluate(useAll);
    assert.deepEqual(rest, { answers: joinedAndShown, kept: ['own', 'huge'] });
    assert.equal(storage.entries, 0);
    assert.deepEqual(warnings, [...new Set(warnings)]);
    assert.deepEqual(await tab.troubles(), []);
  });
}

inEachEngine(
  'without WebAssembly fetches are joined and let through, and it is said once',
  {},
  async (t, { site, newTab }) => {
    const tab = await newTab(site.pageWith(() => delete globalThis.WebAssembly));
    const { answers, kept, warnings } = await tab.evaluate(useAll);
    assert.deepEqual({ answers, kept }, { answers: { ...joinedAndShown, later: 2 }, kept: [] });
    assert.equal(warnings.length, 1);
    assert.match(warnings[0], /^warn: cardcache: the core does not run here/);
    assert.deepEqual(await tab.troubles(), []);
  },
);

// WebKitGTK cannot be told where a name leads.
const canBeTold = { only: ['chromium', 'firefox'], host: INSECURE_HOST };

inEachEngine('on plain http everything but encryption is as ever', canBeTold, async (t, { site, newTab }) => {
  const tab = await newTab(site.pageWith());
  assert.deepEqual(
    await tab.evaluate(() => [isSecureContext, crypto.subtle === undefined, navigator.locks === undefined]),
    [false, true, true],
  );
  const { answers, kept, storage } = await tab.evaluate(useAll);
  assert.deepEqual({ answers, kept }, { answers: joinedAndShown, kept: ['own', 'huge'] });
  assert.equal(storage.available, true);

  // The module is in the page already, but this handle is new.
  await openCacheIn(tab);
  const told = await tab.evaluate(() => {
    cache.set('plain', 'canary');
    for (let index = 0; index < 5; index += 1) cache.set(`sealed:user${index}`, 'canary', { encrypted: true });
    const names = Object.keys(localStorage).filter((name) => !name.includes('!'));
    return { names, sealed: cache.get('sealed:user0'), warnings: globalThis.warnings };
  });
  assert.deepEqual([told.names, told.sealed], [['probe_plain'], 'canary']);
  assert.deepEqual(told.warnings, [...new Set(told.warnings)]);
  await tab.reload();
  await openCacheIn(tab);
  assert.deepEqual(await tab.evaluate(() => [cache.get('plain'), cache.get('sealed:user0') ?? 'gone']), [
    'canary',
    'gone',
  ]);
  assert.deepEqual(await tab.troubles(), []);
});
