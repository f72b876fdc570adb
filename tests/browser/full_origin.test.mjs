// The origin's localStorage belongs to Home Assistant and every other card too, and they may have taken all of it: nothing of
// theirs is harmed, nothing throws, and no value is served but the one set last.
/* global cache, neighbours, steps -- what is put into the page */
import assert from 'node:assert/strict';
import { inEachEngine, openCacheIn, until } from './engines/engines.mjs';
import { bringNeighbours } from './pages/neighbours.mjs';
import { bringSteps } from './pages/steps.mjs';

const KEYS = 60;
const CHUNK = 50;
// Few in memory, so that most reads ask localStorage.
const options = { namespace: 'probe_', memory: { maxEntries: 12 } };

/** Writes steps `from` … `to` and reads as it goes. `last`: key → the step that set it last. Gives what was served wrongly. */
async function write({ from, to, last, keys }) {
  const wrong = [];
  const stepOf = (key) => {
    try {
      return steps.stepOf(key, cache.get(key));
    } catch (error) {
      return error.message;
    }
  };
  const judge = (key, step) => {
    const found = stepOf(key);
    if (found !== undefined && found !== last[key]) wrong.push({ step, key, found, last: last[key] });
  };
  const next = steps.random(from);
  const pick = () => `plan:user${Math.floor(next() * keys)}`;
  for (let step = from; step < to; step += 1) {
    const key = pick();
    const value = steps.valueOf(key, step);
    cache.set(key, value);
    last[key] = step;
    if (cache.get(key) !== value) wrong.push({ step, key, found: 'not what was just set' });
    for (let other = 0; other < 3; other += 1) judge(pick(), step);
  }
  for (let index = 0; index < keys; index += 1) judge(`plan:user${index}`, to);
  const { errors, storage } = cache.stats();
  return { wrong, last, errors, evictions: storage.evictions };
}

/** Of all keys: how many are served, and which of them wrongly. */
function survey({ last }) {
  let served = 0;
  const wrong = [];
  for (const [key, step] of Object.entries(last)) {
    try {
      const found = steps.stepOf(key, cache.get(key));
      if (found !== undefined) served += 1;
      if (found !== undefined && found !== step) wrong.push({ key, found, last: step });
    } catch (error) {
      wrong.push(error.message);
    }
  }
  return { served, wrong };
}

inEachEngine(
  '1,000 writes into a full origin harm nobody and serve nothing outdated',
  {},
  async (t, { site, newTab }) => {
    const tab = await newTab(site.pageWith(bringNeighbours, bringSteps));
    let kept = await tab.evaluate(() => neighbours.fill(0));
    let last = {};
    const writeTo = async (to) => {
      let result;
      for (let from = to - 250; from < to; from += CHUNK) {
        result = await tab.evaluate(write, { from, to: from + CHUNK, last, keys: KEYS });
        assert.deepEqual(result.wrong, []);
        ({ last } = result);
      }
      assert.deepEqual(await tab.evaluate((all) => neighbours.harmed(all), kept), []);
      const { quota, ...others } = result.errors;
      assert.deepEqual(new Set(Object.values(others)), new Set([0]), JSON.stringify(others));
      return { quota, evictions: result.evictions };
    };
    const reopen = async () => {
      await tab.reload();
      await openCacheIn(tab, options);
      const { served, wrong } = await tab.evaluate(survey, { last });
      assert.deepEqual(wrong, []);
      return served;
    };

    await openCacheIn(tab, options);
    const full = await writeTo(250);
    assert.ok(full.quota > 200, `it was not full: ${full.quota} writes failed`);
    assert.equal(await reopen(), 0);

    kept = await tab.evaluate((all) => neighbours.leave(all), kept);
    await writeTo(500);
    assert.ok((await reopen()) > 10, 'there was room, and hardly anything was kept');

    // Now ours lie in between, and give way to each other.
    kept = [...kept, ...(await tab.evaluate(() => neighbours.fill(1)))];
    const fullAgain = await writeTo(750);
    assert.ok(fullAgain.evictions > 0, 'it was not full again');
    await reopen();

    await writeTo(1000);
    await reopen();
    assert.deepEqual(await tab.troubles(), []);
  },
);

inEachEngine('somebody else’s clear() in mid-run makes misses at most', {}, async (t, { site, newTab }) => {
  const tab = await newTab(site.pageWith(bringNeighbours, bringSteps));
  const other = await newTab(site.pageWith());
  await openCacheIn(tab, options);
  const first = await tab.evaluate(write, { from: 0, to: 100, last: {}, keys: KEYS });
  assert.deepEqual(first.wrong, []);
  await tab.evaluate(() => localStorage.clear());
  const second = await tab.evaluate(write, { from: 100, to: 200, last: first.last, keys: KEYS });
  assert.deepEqual(second.wrong, []);
  await other.evaluate(() => localStorage.clear());
  await until(tab, () => localStorage.length === 0 && cache.stats().storage.entries === 0);
  assert.equal(await tab.evaluate(() => cache.stats().storage.bytes), 0);
  const third = await tab.evaluate(write, { from: 200, to: 300, last: second.last, keys: KEYS });
  assert.deepEqual(third.wrong, []);
  await tab.reload();
  await openCacheIn(tab, options);
  const { served, wrong } = await tab.evaluate(survey, third);
  assert.deepEqual(wrong, []);
  assert.ok(served > 10);
  assert.deepEqual(await tab.troubles(), []);
});

inEachEngine('a record that another tab removes is a miss, and the statistics are true again', {}, async (t, world) => {
  const tab = await world.newTab();
  const other = await world.newTab();
  await openCacheIn(tab);
  await tab.evaluate(() => {
    for (let index = 0; index < 20; index += 1) cache.set(`plan:user${index}`, index);
  });
  await until(other, () => localStorage.getItem('probe_plan:user19') !== null);
  await other.evaluate(() => {
    for (let index = 0; index < 20; index += 2) localStorage.removeItem(`probe_plan:user${index}`);
  });
  await until(tab, () => cache.stats().storage.entries === 10);
  const left = await tab.evaluate(() => ({
    // As who opens the page now: nothing is in memory yet.
    keys: cache.keys().length,
    records: Object.keys(localStorage).filter((name) => name.startsWith('probe_plan:')).length,
  }));
  assert.equal(left.records, 10);
  await tab.reload();
  await openCacheIn(tab);
  const found = await tab.evaluate(() =>
    Array.from({ length: 20 }, (_, index) => cache.get(`plan:user${index}`) ?? 'gone'),
  );
  assert.deepEqual(
    found,
    found.map((_, index) => (index % 2 ? index : 'gone')),
  );
});

inEachEngine('two tabs that write the same keys end up with the same values', {}, async (t, { site, newTab }) => {
  const tabs = [await newTab(site.pageWith(bringSteps)), await newTab(site.pageWith(bringSteps))];
  for (const tab of tabs) await openCacheIn(tab);
  // One after the other: seen late perhaps, and then it is what the other wrote.
  for (let step = 0; step < 10; step += 1) {
    await tabs[step % 2].evaluate((number) => cache.set('plan', steps.valueOf('plan', number)), step);
    await until(tabs[(step + 1) % 2], (number) => steps.stepOf('plan', cache.get('plan')) === number, step);
  }
  // Both at once: whose write came last is not ours to say, but it is one of the two, and the same for whoever opens.
  const burst = (first) => {
    const last = {};
    for (let step = first; step < 400; step += 2) {
      const key = `plan:user${(step >> 1) % 7}`;
      cache.set(key, steps.valueOf(key, step));
      steps.stepOf(key, cache.get(key));
      last[key] = step;
    }
    return last;
  };
  const lasts = await Promise.all(tabs.map((tab, index) => tab.evaluate(burst, index)));
  const readAll = (keys) => keys.map((key) => steps.stepOf(key, cache.get(key)) ?? 'gone');
  const keys = Object.keys(lasts[0]);
  for (const tab of tabs) {
    const read = await tab.evaluate(readAll, keys);
    read.forEach((step, index) =>
      assert.ok(
        lasts.some((last) => last[keys[index]] === step),
        `${keys[index]}: ${step}`,
      ),
    );
  }
  const opened = [];
  for (const tab of tabs) {
    await tab.reload();
    await openCacheIn(tab);
    opened.push(await tab.evaluate(readAll, keys));
  }
  assert.deepEqual(opened[0], opened[1]);
  opened[0].forEach((step, index) => assert.ok(lasts.some((last) => last[keys[index]] === step)));
  for (const tab of tabs) assert.deepEqual(await tab.troubles(), []);
});
