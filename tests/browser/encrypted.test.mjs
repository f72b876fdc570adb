// Encrypted answers with the browser's own key store: what a reload, a restart, another tab and another user get of them, and what
// is found of them on the disk.
/* global cache -- what is put into the page */
import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { findBrowser, howToGet } from '../../wasm/toolchain/browser.mjs';
import { launchChromium } from './engines/chromium.mjs';
import { inEachEngine, INSECURE_HOST, openCacheIn, until } from './engines/engines.mjs';
import { startSite } from './engines/site.mjs';
import { Tab } from './engines/tab.mjs';

const OPTIONS = { namespace: 'vault_', user: 'id-sara', policies: { plan: { encrypted: true } } };
const RECORD = 'vault_@id-sara/plan:sara';

/** What a page that was just loaded finds: before `ready`, when it has resolved, and what it had to fetch. */
async function openAndRead(options) {
  globalThis.cardcache = await globalThis.load('/dist/index.js');
  globalThis.cache = globalThis.cardcache.openCache(options);
  const before = cache.get('plan:sara') ?? 'nothing';
  await cache.ready;
  const after = cache.get('plan:sara') ?? 'nothing';
  const { errors, fetch } = cache.stats();
  return { before, after, crypto: errors.crypto, fetched: fetch.started };
}

const store = (value) => {
  cache.set('plan:sara', value);
  return cache.flush();
};

inEachEngine('an encrypted answer is there after a reload, before ready and without a fetch', {}, async (t, world) => {
  const tab = await world.newTab();
  await openCacheIn(tab, OPTIONS);
  await tab.evaluate(store, 'canary');
  const record = await tab.evaluate((name) => localStorage.getItem(name), RECORD);
  assert.ok(record && !record.includes('canary'), 'there is a sealed record');
  await tab.reload();
  assert.deepEqual(await tab.evaluate(openAndRead, OPTIONS), {
    before: 'nothing',
    after: 'canary',
    crypto: 0,
    fetched: 0,
  });
  assert.deepEqual(await tab.troubles(), []);
});

inEachEngine('another user’s handle sees nothing of them', {}, async (t, world) => {
  const tab = await world.newTab();
  await openCacheIn(tab, OPTIONS);
  await tab.evaluate(store, 'canary');
  await tab.reload();
  const seen = await tab.evaluate(async (options) => {
    const { openCache } = await globalThis.load('/dist/index.js');
    const seen = [];
    for (const user of ['id-tom', 'id-sar', null]) {
      const other = openCache({ ...options, user });
      await other.ready;
      const fetched = await other.getOrFetch('plan:sara', async () => 'fetched');
      seen.push([other.keys(), other.inspect().map(({ tier }) => tier), fetched]);
    }
    return seen;
  }, OPTIONS);
  for (const [keys, tiers, fetched] of seen) {
    assert.deepEqual([keys, tiers, fetched], [['plan:sara'], ['memory'], 'fetched']);
  }
});

inEachEngine('a key that was lost makes a miss, and nothing throws', {}, async (t, world) => {
  const tab = await world.newTab();
  await openCacheIn(tab, OPTIONS);
  await tab.evaluate(store, 'canary');
  await tab.evaluate(
    () =>
      new Promise((resolve, reject) => {
        const deleting = indexedDB.deleteDatabase('cardcache');
        deleting.onsuccess = () => resolve();
        deleting.onblocked = () => reject(new Error('this page holds the key store open'));
        deleting.onerror = () => reject(deleting.error);
      }),
  );
  await tab.reload();
  assert.deepEqual(await tab.evaluate(openAndRead, OPTIONS), {
    before: 'nothing',
    after: 'nothing',
    crypto: 1,
    fetched: 0,
  });
  assert.equal(await tab.evaluate((name) => localStorage.getItem(name), RECORD), null);
  const again = await tab.evaluate(async () => {
    const fetched = await cache.getOrFetch('plan:sara', async () => 'fetched');
    await cache.flush();
    return fetched;
  });
  assert.equal(again, 'fetched');
  await tab.reload();
  assert.equal((await tab.evaluate(openAndRead, OPTIONS)).after, 'fetched');
  assert.deepEqual(await tab.troubles(), []);
});

inEachEngine('tabs that set at the same time agree on a key, and read what the other sealed', {}, async (t, world) => {
  const tabs = [await world.newTab(), await world.newTab()];
  for (const tab of tabs) await openCacheIn(tab, OPTIONS);
  const [one, two] = tabs;
  await two.evaluate(() => {
    globalThis.shown = [];
    cache.watch(
      'plan:watched',
      () => new Promise(() => undefined),
      ({ data, source }) => data && globalThis.shown.push([data, source]),
    );
  });
  const set = (name) => {
    cache.set(`plan:${name}`, name);
    return cache.flush();
  };
  await Promise.all(tabs.map((tab, index) => tab.evaluate(set, `tab-${index}`)));
  const read = (name) => cache.getOrFetch(`plan:${name}`, async () => 'fetched');
  assert.equal(await one.evaluate(read, 'tab-1'), 'tab-1');
  assert.equal(await two.evaluate(read, 'tab-0'), 'tab-0');
  await one.evaluate(set, 'watched');
  await until(two, () => globalThis.shown.length > 0);
  assert.deepEqual(await two.evaluate(() => globalThis.shown), [['watched', 'tab']]);
  assert.equal(await two.evaluate(() => cache.get('plan:watched')), 'watched');
});

const insecure = { only: ['chromium', 'firefox'], host: INSECURE_HOST };
inEachEngine('on plain http they stay in memory, which is said once', insecure, async (t, world) => {
  const tab = await world.newTab();
  assert.equal(await tab.evaluate(() => isSecureContext), false);
  await openCacheIn(tab, OPTIONS);
  await tab.evaluate(store, 'canary');
  await tab.evaluate(store, 'canary again');
  const left = await tab.evaluate(() => [
    cache.get('plan:sara'),
    Object.keys(localStorage).filter((name) => name.includes('plan')),
    globalThis.warnings,
  ]);
  const [value, records, warnings] = left;
  assert.deepEqual([value, records], ['canary again', []]);
  assert.equal(warnings.length, 1);
  assert.match(warnings[0], /encrypted answers are kept in memory only/);
  await tab.reload();
  assert.equal((await tab.evaluate(openAndRead, OPTIONS)).after, 'nothing');
  assert.deepEqual(await tab.troubles(), []);
});

/** A browser on a profile of its own, and a tab of the site in it. */
async function startIn(profile, site) {
  const browser = await launchChromium({ profile });
  const tab = new Tab(await browser.newTab());
  await tab.open(site.pageWith());
  return { browser, tab };
}

/** The files of a folder in which a text stands, in either of the ways a browser writes one down. */
async function filesWith(folder, text) {
  const forms = [Buffer.from(text, 'utf8'), Buffer.from(text, 'utf16le')];
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const found = [];
  for (const entry of entries.filter((one) => one.isFile())) {
    const bytes = await readFile(join(entry.parentPath ?? entry.path, entry.name));
    if (forms.some((form) => bytes.includes(form))) found.push(entry.name);
  }
  return found;
}

const missing = findBrowser('chromium') ? false : `no Chromium here: ${howToGet('chromium')}`;

test(
  'on the disk nothing is found of secrets, while what is stored in the clear is (Chromium)',
  { skip: missing },
  async (t) => {
    const site = await startSite(t);
    const profile = await mkdtemp(join(tmpdir(), 'cardcache-profile-'));
    t.after(() => rm(profile, { recursive: true, force: true }));
    // Put together in the page: no address, script or message that the browser might keep has them in it.
    const canaries = { clear: 'clear-', wide: 'wide-⏰-', encrypted: 'encrypted-', sensitive: 'sensitive-' };
    const secretly = { encrypted: 'encrypted', sensitive: 'sensitive', both: 'encrypted' };
    const first = await startIn(profile, site);
    await openCacheIn(first.tab, OPTIONS);
    await first.tab.evaluate(
      async ([names, forms]) => {
        const canary = (name) => `${names[name]}${'canary'.repeat(3)}`;
        cache.set('list:clear', canary('clear'));
        cache.set('list:wide', canary('wide'));
        for (const [key, name] of Object.entries(forms)) {
          const policy = { encrypted: key !== 'sensitive', sensitive: key !== 'encrypted' };
          const value = { title: canary(name), more: Array(100).fill(canary(name)) };
          // Short enough to lie there as it is, were it not encrypted.
          cache.set(`short:${key}`, canary(name), policy);
          // As a card has it: fetched, overwritten, renewed, watched.
          cache.set(`secret:${key}`, [canary(name)], policy);
          await cache.flush();
          cache.set(`secret:${key}`, value, policy);
          await cache.getOrFetch(`fetched:${key}`, async () => value, policy);
          cache.watch(
            `watched:${key}`,
            async () => value,
            () => undefined,
            policy,
          );
        }
        while (cache.keys().filter((key) => key.startsWith('watched')).length < 3)
          await new Promise((go) => setTimeout(go));
        await cache.flush();
      },
      [canaries, secretly],
    );
    const sealed = await first.tab.evaluate(() =>
      Object.keys(localStorage).filter((name) => /secret|short|fetched|watched/.test(name)),
    );
    assert.deepEqual(
      sealed.map((name) => name.split('/')[1]).sort(),
      ['fetched:encrypted', 'secret:encrypted', 'short:encrypted', 'watched:encrypted'],
      'what is encrypted lies there, and nothing that is sensitive',
    );
    await first.browser.close();
    const second = await startIn(profile, site);
    const restored = await second.tab.evaluate(async (options) => {
      globalThis.cardcache = await globalThis.load('/dist/index.js');
      const cache = globalThis.cardcache.openCache(options);
      await cache.ready;
      return [cache.get('secret:encrypted')?.title, cache.get('fetched:encrypted')?.more.length, cache.keys().length];
    }, OPTIONS);
    assert.deepEqual(restored, ['encrypted-canarycanarycanary', 100, 6]);
    await second.browser.close();
    const foundOf = (name) => filesWith(profile, `${canaries[name]}${'canary'.repeat(3)}`);
    assert.notDeepEqual(await foundOf('clear'), [], 'the search finds text of one byte a unit');
    assert.notDeepEqual(await foundOf('wide'), [], 'and text of two');
    assert.deepEqual(await foundOf('encrypted'), []);
    assert.deepEqual(await foundOf('sensitive'), []);
  },
);

test('a hundred encrypted answers are open soon after the cache is (Chromium)', { skip: missing }, async (t) => {
  const site = await startSite(t);
  const browser = await launchChromium();
  t.after(() => browser.close());
  const tab = new Tab(await browser.newTab());
  await tab.open(site.pageWith());
  await openCacheIn(tab, OPTIONS);
  await tab.evaluate(async () => {
    for (let index = 0; index < 100; index++) {
      const tasks = Array.from({ length: 20 }, (_, id) => ({
        id,
        title: `Task ${id} of ${index}`,
        done: false,
        due: null,
      }));
      cache.set(`plan:${index}`, tasks);
    }
    await cache.flush();
  });
  await tab.reload();
  const [took, count] = await tab.evaluate(async (options) => {
    const { openCache } = await globalThis.load('/dist/index.js');
    const warm = openCache({ namespace: 'other_' });
    await warm.ready;
    const started = performance.now();
    const opened = openCache(options);
    await opened.ready;
    return [performance.now() - started, opened.keys().length];
  }, OPTIONS);
  t.diagnostic(`100 answers of about 1 kB: ${took.toFixed(1)} ms from openCache to ready`);
  assert.equal(count, 100);
});
