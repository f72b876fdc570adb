// AgileTrack writes and reads records under `agiletrack_` with a few lines of its own; both sides understand each other.
/* global cache, agiletrack -- what openAgileTrack puts into the page */
import assert from 'node:assert/strict';
import test from 'node:test';
import { openModule, startDemo } from './harness.mjs';

const DAY = 86_400_000;
const demo = await startDemo();

/** The page's `agiletrack` object writes and reads as AgileTrack does; `cache` is the handle on the same records. */
async function openAgileTrack(t) {
  const { page } = await openModule(t, demo, { namespace: 'agiletrack_' });
  await page.clock.pauseAt(Date.now() + 60_000);
  await page.evaluate(() => {
    globalThis.agiletrack = {
      write: (k, data) => localStorage.setItem('agiletrack_' + k, JSON.stringify({ data, timestamp: Date.now() })),
      read(k) {
        const text = localStorage.getItem('agiletrack_' + k);
        if (!text) return 'miss';
        const { data, timestamp } = JSON.parse(text);
        return Date.now() - timestamp < 259200000 ? data : 'miss';
      },
    };
  });
  return page;
}

const metrics = { velocity: [0, 21, null], name: 'Späti 🚀', empty: '', done: false };

test('records that AgileTrack wrote are read with their age', async (t) => {
  const page = await openAgileTrack(t);
  await page.evaluate((value) => agiletrack.write('team_7_metrics', value), metrics);
  await page.clock.fastForward(5000);
  const read = await page.evaluate(() => [cache.get('team_7_metrics'), cache.age('team_7_metrics')]);
  assert.deepEqual(read, [metrics, 5000]);
});

test('AgileTrack reads our records for three days and no longer', async (t) => {
  const page = await openAgileTrack(t);
  const read = () => page.evaluate(() => agiletrack.read('teams'));
  await page.evaluate((value) => cache.set('teams', value), metrics);
  assert.deepEqual(await read(), metrics);
  const record = await page.evaluate(() => JSON.parse(localStorage.getItem('agiletrack_teams')));
  assert.equal(typeof record.timestamp, 'number');
  await page.clock.fastForward(3 * DAY - 1);
  assert.deepEqual(await read(), metrics);
  await page.clock.fastForward(1);
  assert.equal(await read(), 'miss');
});

test('AgileTrack’s record is no longer served after three days', async (t) => {
  const page = await openAgileTrack(t);
  await page.evaluate(() => agiletrack.write('teams', 'written'));
  await page.clock.fastForward(3 * DAY - 1);
  assert.equal(await page.evaluate(() => cache.get('teams')), 'written');
  await page.clock.fastForward(1);
  assert.equal(await page.evaluate(() => cache.get('teams') ?? 'miss'), 'miss');
});

test('the selected team survives clear, and is no entry of ours', async (t) => {
  const page = await openAgileTrack(t);
  await page.evaluate(() => {
    localStorage.setItem('agiletrack_selected_team', '7');
    agiletrack.write('teams', ['a']);
    cache.set('team_7_metrics', { velocity: 3 });
  });
  assert.deepEqual(await page.evaluate(() => cache.keys().sort()), ['team_7_metrics', 'teams']);
  await page.evaluate(() => cache.clear());
  const left = await page.evaluate(() => Object.keys(localStorage).filter((name) => name.startsWith('agiletrack_')));
  assert.deepEqual(left, ['agiletrack_selected_team']);
  assert.equal(await page.evaluate(() => localStorage.getItem('agiletrack_selected_team')), '7');
});

test('nothing but plain records is written under agiletrack_', async (t) => {
  const page = await openAgileTrack(t);
  await page.evaluate(() => {
    for (let index = 0; index < 20; index += 1) cache.set(`team_${index}_metrics`, { points: 'x'.repeat(2000) });
    cache.invalidate('team_3_metrics');
    cache.delete('team_4_metrics');
  });
  const records = await page.evaluate(() =>
    Object.entries(localStorage)
      .filter(([name]) => name.startsWith('agiletrack_'))
      .map(([name, text]) => [name, Object.keys(JSON.parse(text)).slice(0, 2).join()]),
  );
  assert.equal(records.length, 18);
  assert.deepEqual(new Set(records.map(([, fields]) => fields)), new Set(['data,timestamp']));
  assert.ok(records.every(([name]) => /^agiletrack_team_\d+_metrics$/.test(name)));
});
