// Two cores on one page: bundles of versions that do not understand each other each bring their own, over the same records.
/* global steps, first, second, cache -- what is put into the page */
import assert from 'node:assert/strict';
import { inEachEngine, openCacheIn } from './engines/engines.mjs';
import { bringSteps } from './pages/steps.mjs';

const KEYS = ['plan', 'plan:sara', 'tasks:sara', 'tasks:tom', 'team:None', 'plan:sara:30'];

/**
 * Opens two cores as `first` and `second`: what the first left on the page for others is found under a protocol that the second
 * does not speak.
 */
async function openTwo(options) {
  const { openCache } = await globalThis.load('/dist/index.js');
  globalThis.first = openCache(options);
  const hosts = globalThis[Symbol.for('cardcache.hosts')];
  const [[protocol, host]] = hosts;
  hosts.delete(protocol);
  hosts.set('another', host);
  const other = await globalThis.load('/dist/index.js?v=2');
  globalThis.second = other.openCache(options);
  await Promise.all([first.ready, second.ready]);
  first.set('apart', 'first', { tier: 'memory' });
  return second.get('apart') === undefined;
}

/**
 * Either writes and both read, at random, each step in a millisecond of its own: within one their order is lost to who comes
 * later. Gives what was read wrongly, and the step that set each key last.
 */
async function useBoth({ keys, count }) {
  const last = {};
  const wrong = [];
  let served = 0;
  const next = steps.random(count);
  const pick = () => keys[Math.floor(next() * keys.length)];
  const forget = (isVoid) => keys.filter(isVoid).forEach((key) => delete last[key]);
  const { port1, port2 } = new MessageChannel();
  const nextTask = () =>
    new Promise((resolve) => {
      port1.onmessage = resolve;
      port2.postMessage(null);
    });
  for (let step = 0; step < count; step += 1) {
    for (const started = Date.now(); Date.now() === started;) await nextTask();
    await nextTask();
    const writer = next() < 0.5 ? first : second;
    const key = pick();
    const [endpoint, user] = key.split(':');
    const kind = next();
    if (kind < 0.7) {
      last[key] = step;
      writer.set(key, steps.valueOf(key, step));
    } else if (kind < 0.8) {
      forget((one) => one === key);
      writer.delete(key);
    } else if (kind < 0.9) {
      forget((one) => one.split(':')[0] === endpoint);
      writer.invalidate(endpoint);
    } else if (user) {
      forget((one) => one.split(':')[1] === user);
      writer.invalidate(`:${user}`);
    }
    // As other tabs do, the other core hears of it a moment later.
    await nextTask();
    for (const reader of [writer === first ? second : first, writer]) {
      for (const one of keys) {
        const found = steps.stepOf(one, reader.get(one));
        if (found !== undefined) served += 1;
        if (found !== undefined && found !== last[one]) wrong.push({ step, key: one, found, last: last[one] });
      }
    }
  }
  return { wrong, last, served };
}

inEachEngine('two cores read each other’s records, whichever wrote last', {}, async (t, { site, newTab }) => {
  const tab = await newTab(site.pageWith(bringSteps));
  // Nothing stays in memory: each read asks localStorage, which is all that the two share.
  const options = { namespace: 'probe_', memory: { ttl: 0 } };
  assert.ok(await tab.evaluate(openTwo, options));
  await tab.evaluate(() => (steps.largest = 500));
  const { wrong, last, served } = await tab.evaluate(useBoth, { keys: KEYS, count: 300 });
  assert.deepEqual(wrong, []);
  assert.ok(served > 1000, `hardly anything was served: ${served}`);
  await tab.reload();
  await openCacheIn(tab);
  const read = await tab.evaluate((keys) => {
    steps.largest = 500;
    return keys.map((key) => steps.stepOf(key, cache.get(key)) ?? 'gone');
  }, KEYS);
  read.forEach((step, index) => assert.ok(step === 'gone' || step === last[KEYS[index]], `${KEYS[index]}: ${step}`));
  assert.deepEqual(await tab.troubles(), []);
});

inEachEngine(
  'records in a format of another version are misses, counted, and harm no other',
  {},
  async (t, { newTab }) => {
    const tab = await newTab();
    await openCacheIn(tab);
    const keys = Array.from({ length: 12 }, (_, index) => `plan:user${index}`);
    // Long enough to be packed: such a record begins with a unit that names its format.
    await tab.evaluate((all) => all.forEach((key) => cache.set(key, `${key} `.repeat(100))), keys);
    await tab.evaluate((all) => {
      cache.set('ours', 'kept');
      for (const name of all.map((key) => `probe_${key}`)) {
        const text = localStorage.getItem(name);
        localStorage.setItem(name, String.fromCharCode(text.charCodeAt(0) + 1) + text.slice(1));
      }
    }, keys);
    await tab.reload();
    await openCacheIn(tab);
    const read = await tab.evaluate((all) => {
      const found = all.filter((key) => cache.get(key) !== undefined);
      const { version, corrupt } = cache.stats().errors;
      return { found, version, corrupt, ours: cache.get('ours') };
    }, keys);
    assert.deepEqual(read, { found: [], version: keys.length, corrupt: 0, ours: 'kept' });
    await tab.evaluate((all) => all.forEach((key) => cache.set(key, `new ${key} `.repeat(100))), keys);
    await tab.reload();
    await openCacheIn(tab);
    assert.deepEqual(
      await tab.evaluate((all) => all.map((key) => cache.get(key)), keys),
      keys.map((key) => `new ${key} `.repeat(100)),
    );
    assert.deepEqual(await tab.troubles(), []);
  },
);

inEachEngine(
  'what one core overwrites, deletes or makes void is not served from the other’s memory',
  {},
  async (t, world) => {
    const tab = await world.newTab();
    assert.ok(await tab.evaluate(openTwo, { namespace: 'probe_' }));
    const found = await tab.evaluate(async () => {
      for (const key of ['overwritten', 'deleted', 'void:sara', 'cleared']) {
        second.set(key, 'old');
        first.get(key);
      }
      second.set('overwritten', 'new');
      second.delete('deleted');
      second.invalidateUser('sara');
      await Promise.resolve();
      const read = ['overwritten', 'deleted', 'void:sara'].map((key) => first.get(key) ?? 'gone');
      second.clear();
      await Promise.resolve();
      return [...read, first.get('cleared') ?? 'gone'];
    });
    assert.deepEqual(found, ['new', 'gone', 'gone', 'gone']);
    assert.deepEqual(await tab.troubles(), []);
  },
);

/** Both watch what is tagged, or what they tag themselves; gives what they show once the first core has invalidated the tag. */
async function invalidateByTag() {
  const shown = { first: {}, second: {} };
  const until = async (isTrue) => {
    for (const end = Date.now() + 5_000; !isTrue() && Date.now() < end;)
      await new Promise((done) => setTimeout(done, 10));
  };
  first.set('by answer', 'old', { tags: ['metrics'] });
  first.set('by watcher', 'old');
  first.set('other', 'old', { tags: ['others'] });
  await until(() => second.peek('other') === 'old');
  for (const [name, core] of Object.entries({ first, second })) {
    for (const key of ['by answer', 'by watcher', 'other']) {
      const policy = key === 'by watcher' ? { tags: ['metrics'] } : {};
      const show = ({ data }) => (shown[name][key] = data);
      core.watch(key, async () => 'new', show, { interval: Infinity, debounce: 0, ...policy });
    }
  }
  await until(() => shown.second.other === 'old');
  first.invalidate({ tag: 'metrics' });
  await until(() => JSON.stringify(shown).split('new').length === 5);
  return shown;
}

inEachEngine('what one core invalidates by tag both show anew where they watch it', {}, async (t, { site, newTab }) => {
  const tab = await newTab(site.pageWith(bringSteps));
  assert.ok(await tab.evaluate(openTwo, { namespace: 'tagged_' }));
  const shown = { 'by answer': 'new', 'by watcher': 'new', other: 'old' };
  assert.deepEqual(await tab.evaluate(invalidateByTag), { first: shown, second: shown });
});
