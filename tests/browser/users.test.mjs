// Two people share a browser. What is one's is never seen through the other's handle, in this tab or in another, and what is
// sensitive is not in the browser's files when it has closed.
/* global cache, seen, hers, theirs -- what is put into the page */
import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { launchChromium } from './engines/chromium.mjs';
import { inEachEngine, newTabOf, openCacheIn, optionsFor, until } from './engines/engines.mjs';
import { launchFirefox } from './engines/firefox.mjs';
import { startSite } from './engines/site.mjs';

/** In each of her values. */
const MARK = 'only-hers';
const HER_KEYS = ['plan', 'plan:sara', 'big:sara', 'tagged:sara', 'sensitive:sara', 'fetched:sara'];
// Names that begin as hers does, that hers begins with, that would be a path within hers, and nobody.
const OTHERS = ['id-sar', 'id-sarah', 'id-sara/plan', 'ID-SARA', 'None', null];

/** Opens her handle and the others', and writes down what the others' tell from then on. */
async function openAll(among) {
  const { openCache } = await globalThis.load('/dist/index.js');
  const open = (user) => openCache({ namespace: 'probe_', user });
  globalThis.hers = open('id-sara');
  globalThis.theirs = among.map(open);
  globalThis.seen = [];
  for (const each of globalThis.theirs) {
    await each.ready;
    const told = new Promise((resolve) => {
      each.watch(
        'plan',
        async () => 'their own',
        (update) => (update.data ? resolve(seen.push(update)) : undefined),
        {
          whileHidden: true,
        },
      );
    });
    await told;
    for (const event of ['hit', 'miss', 'set', 'evict', 'invalidate', 'update', 'error', 'alert']) {
      each.on(event, (detail) => seen.push([event, detail]));
    }
  }
  // What the watches' own answers bring about has been told by now.
  await new Promise((resolve) => setTimeout(resolve));
  seen.length = 0;
  addEventListener('storage', ({ key }) => (globalThis.newest = key));
}

async function live(mark) {
  const setAll = () => {
    hers.set('plan', mark);
    hers.set('plan:sara', { text: mark });
    hers.set('big:sara', { text: `${mark} `.repeat(1000) });
    hers.set('tagged:sara', mark, { tags: ['hers'] });
    hers.set('sensitive:sara', mark, { sensitive: true });
  };
  setAll();
  await hers.getOrFetch('fetched:sara', async () => mark);
  await hers.getOrFetch('failed:sara', () => Promise.reject(new Error(mark))).catch(() => undefined);
  await hers.mutate(async () => mark, { optimistic: [['plan:sara', mark]], invalidate: { tag: 'hers' } });
  hers.delete('big:sara');
  hers.applyEvent({ event_type: 'task_updated', data: { username: 'sara' } }, 'sara');
  hers.invalidateAll();
  setAll();
  await hers.getOrFetch('fetched:sara', async () => mark);
  hers.set('last', mark);
  await new Promise((resolve) => setTimeout(resolve));
}

/** What the others are told when they ask for all that is hers, by name and by the paths of her records. */
function askForHers(keys) {
  const paths = keys.flatMap((key) => [`id-sara/${key}`, `a/${key}`, `/${key}`]);
  return theirs.map((each) => ({
    endpoints: Object.keys(each.stats().endpoints),
    keys: each.keys(),
    tagged: each.keys({ tag: 'hers' }),
    inspected: each.inspect().map(({ key }) => key),
    own: each.get('plan'),
    values: [...keys.filter((key) => key !== 'plan'), ...paths].filter(
      (key) =>
        each.has(key) || each.get(key) !== undefined || each.peek(key) !== undefined || each.age(key) !== undefined,
    ),
    many: [...each.getMany(keys).keys()],
  }));
}

const nothingOfHers = {
  endpoints: ['plan'],
  keys: ['plan'],
  tagged: [],
  inspected: ['plan'],
  own: 'their own',
  values: [],
  many: ['plan'],
};

inEachEngine('nothing of one user is seen through another’s handle, in either tab', {}, async (t, { newTab }) => {
  const tab = await newTab();
  const other = await newTab();
  await tab.evaluate(openAll, OTHERS);
  await other.evaluate(openAll, OTHERS);
  await tab.evaluate(() => (seen.length = 0));
  await tab.evaluate(live, MARK);
  await until(other, () => globalThis.newest?.endsWith('/last'));
  for (const each of [tab, other]) {
    assert.deepEqual(await each.evaluate(() => seen), []);
    for (const told of await each.evaluate(askForHers, HER_KEYS)) assert.deepEqual(told, nothingOfHers);
    assert.ok(!JSON.stringify(await each.evaluate(() => seen)).includes(MARK));
  }
  assert.equal(await other.evaluate(() => hers.get('plan')), MARK);
});

inEachEngine('what another user clears leaves one’s own, after a reload too', {}, async (t, { newTab }) => {
  const tab = await newTab();
  await tab.evaluate(openAll, OTHERS);
  await tab.evaluate(live, MARK);
  await tab.evaluate((keys) => {
    for (const each of theirs) {
      each.deleteMany(keys);
      each.invalidate({ tag: 'hers' });
      each.invalidateUser('sara');
      each.invalidateShared();
      each.applyEvent({ event_type: 'task_updated', data: { username: 'sara' } }, 'sara');
      each.invalidateAll();
      each.clear();
    }
  }, HER_KEYS);
  const held = () => tab.evaluate((keys) => keys.filter((key) => hers.has(key)), HER_KEYS);
  assert.deepEqual(await held(), HER_KEYS);
  await tab.reload();
  await tab.evaluate(openAll, OTHERS);
  assert.deepEqual(
    await held(),
    HER_KEYS.filter((key) => key !== 'sensitive:sara'),
  );
});

/** The names of those files in a folder, and below, that hold the text, as UTF-8 or UTF-16. */
async function filesWith(folder, text) {
  const found = [];
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const content = await readFile(join(entry.parentPath, entry.name));
    if (['utf8', 'utf16le'].some((encoding) => content.includes(Buffer.from(text, encoding)))) found.push(entry.name);
  }
  return found;
}

// Texts that no compression finds anything to shorten in, so that whoever stores one stores its letters.
const CANARIES = {
  latin: 'kq7wzx0vj3hf9pt2',
  wide: 'жщ7ыэ0юъ3хф9цш2',
  sensitive: 'xv4bnq8zkj1wgd6y',
  sensitiveWide: 'ъэ4ыжщ8юфх1цшг6',
};

/** WebKitGTK's driver keeps no profile. */
for (const [id, launch] of Object.entries({ chromium: launchChromium, firefox: launchFirefox })) {
  test(`sensitive values are nowhere in the profile’s files (${id})`, optionsFor(id), async (t) => {
    const profile = await mkdtemp(join(tmpdir(), 'cardcache-profile-'));
    t.after(() => rm(profile, { recursive: true, force: true, maxRetries: 5 }));
    const site = await startSite(t);
    const browser = await launch({ profile });
    try {
      const tab = await newTabOf(t, browser, site.pageWith());
      await openCacheIn(tab, { namespace: 'probe_', user: 'id-sara', storage: { compressAbove: 1e9 } });
      await tab.evaluate(async ({ latin, wide, sensitive, sensitiveWide }) => {
        cache.set('control', latin);
        cache.set('control:wide', wide);
        for (const [index, text] of [sensitive, sensitiveWide].entries()) {
          cache.set(`secret:${index}`, 'not yet');
          cache.set(`secret:${index}`, text, { sensitive: true });
          await cache.getOrFetch(`fetched:${index}`, async () => ({ text }), { sensitive: true });
          cache.set(`again:${index}`, text, { sensitive: true });
          cache.invalidate(`again:${index}`);
        }
        await cache.flush();
      }, CANARIES);
      await tab.close();
    } finally {
      await browser.close();
    }
    for (const control of ['latin', 'wide']) {
      assert.notDeepEqual(
        await filesWith(profile, CANARIES[control]),
        [],
        `${control} must be found, or the search proves nothing`,
      );
    }
    for (const secret of ['sensitive', 'sensitiveWide'])
      assert.deepEqual(await filesWith(profile, CANARIES[secret]), []);
  });
}
