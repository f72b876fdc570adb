// An update as HACS makes it: another file under another address, while browsers keep the old one for a month and pages that
// have both come about.
import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { before } from 'node:test';
import { projectFolder } from '../../wasm/toolchain/project.mjs';
import { newPage } from './support/chromium.mjs';
import { serveFolder } from './support/folder_site.mjs';
import { nextRelease } from './support/next_release.mjs';

const FILE = '/hacsfiles/cardcache/cardcache.js';
const OLD = `${FILE}?hacstag=1296267010`;
const NEW = `${FILE}?hacstag=1296267020`;
/** As Home Assistant answers below /local and HACS below /hacsfiles. */
const MONTH = { 'Cache-Control': 'public, max-age=2678400' };

const PRESENT = join(projectFolder, 'dist');
const ENTRY = ['cards/daily-plan/index.ts', ['Daily plan (cardcache)', 'Daily plan (cardcache, next)']];
let compatible;
let incompatible;
before(async () => {
  compatible = await nextRelease('compatible', '0.2.0', Object.fromEntries([ENTRY]));
  incompatible = await nextRelease('incompatible', '1.0.0', {
    ...Object.fromEntries([ENTRY]),
    'js/api/host.ts': ['const PROTOCOL = 1;', 'const PROTOCOL = 2;'],
  });
});

/** A site with the present release installed; `install(release)` puts another in its place. */
async function site(t) {
  const folder = mkdtempSync(join(tmpdir(), 'cardcache-update-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const install = (release) => cpSync(join(release, 'cardcache.js'), join(folder, FILE));
  install(PRESENT);
  for (const [name, release] of Object.entries({ present: PRESENT, compatible, incompatible })) {
    cpSync(join(release, 'index.js'), join(folder, 'bundles', `${name}.js`));
  }
  const { url, asked } = await serveFolder(t, folder, { headers: (path) => (path === FILE ? MONTH : {}) });
  const { page, problems } = await newPage(t);
  /** Loads the page anew with these resources, in this order, as Home Assistant does. */
  const load = async (...resources) => {
    await page.goto(url);
    for (const resource of resources) await page.evaluate((address) => import(address), resource);
  };
  return { page, problems, asked, load, install };
}

const picked = (page) =>
  page.evaluate(() => window.customCards.map(({ name }) => name).filter((name) => /plan/.test(name)));

test('the old address gives the old file for a month, the new one the update', async (t) => {
  const { page, problems, asked, load, install } = await site(t);
  await load(OLD);
  install(compatible);
  await load(OLD);
  assert.deepEqual(await picked(page), ['Daily plan (cardcache)']);
  assert.equal(asked.filter((path) => path === OLD).length, 1, 'the second load came from the browser’s cache');
  await load(NEW);
  assert.deepEqual(await picked(page), ['Daily plan (cardcache, next)']);
  assert.deepEqual(problems, []);
});

for (const [first, resources, stays] of [
  ['the old', [OLD, NEW], 'Daily plan (cardcache)'],
  ['the new', [NEW, OLD], 'Daily plan (cardcache, next)'],
]) {
  test(`a page that has both, ${first} file first, has each card once, of the first`, async (t) => {
    const { page, problems, load, install } = await site(t);
    await load(OLD);
    install(incompatible);
    await load(...resources);
    assert.deepEqual(await picked(page), [stays]);
    await page.evaluate(() => document.createElement('cardcache-daily-plan-card').setConfig({ type: 'custom:any' }));
    assert.deepEqual(problems, []);
  });
}

/** What two authors' cards do with one namespace: each sets a key, reads what the other has set, and one invalidates. */
async function meet([firstBundle, secondBundle]) {
  const options = { namespace: 'update_' };
  const open = async (name) => (await import(`/bundles/${name}.js`)).openCache(options);
  const [first, second] = [await open(firstBundle), await open(secondBundle)];
  await Promise.all([first.ready, second.ready]);
  first.set('plan:sara', 'of the first');
  second.set('plan:tom', 'of the second');
  const read = [first.get('plan:tom'), second.get('plan:sara')];
  const gone = second.invalidateUser('sara');
  // A core of another protocol hears of it as another tab does.
  await Promise.resolve();
  const protocols = [...globalThis[Symbol.for('cardcache.hosts')].keys()];
  return { read, gone, left: first.get('plan:sara') ?? 'nothing', protocols };
}

for (const [name, bundles, protocols] of [
  ['versions that understand each other share one core', ['present', 'compatible'], [1]],
  ['the same where the newer one was first', ['compatible', 'present'], [1]],
  ['versions that do not stand side by side over the same records', ['present', 'incompatible'], [1, 2]],
  ['the same where that newer one was first', ['incompatible', 'present'], [2, 1]],
]) {
  test(`cards of two authors on one page: ${name}`, async (t) => {
    const { page, problems, load } = await site(t);
    await load();
    const met = { read: ['of the second', 'of the first'], gone: 1, left: 'nothing', protocols };
    assert.deepEqual(await page.evaluate(meet, bundles), met);
    assert.deepEqual(problems, []);
  });
}

for (const [name, before, after] of [
  ['an update', 'present', 'incompatible'],
  ['going back to an older version', 'incompatible', 'present'],
]) {
  test(`after ${name} what was cached is there at once`, async (t) => {
    const { page, problems, load } = await site(t);
    const open = (bundle) =>
      page.evaluate(async (name) => {
        globalThis.cache = (await import(`/bundles/${name}.js`)).openCache({ namespace: 'update_', user: 'sara' });
      }, bundle);
    await load();
    await open(before);
    await page.evaluate(() => globalThis.cache.set('plan:sara', { tasks: ['dishes '.repeat(100)] }));
    await load();
    await open(after);
    const found = await page.evaluate(() => globalThis.cache.get('plan:sara')?.tasks[0].length);
    assert.equal(found, 700);
    assert.deepEqual(problems, []);
  });
}
