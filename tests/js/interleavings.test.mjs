// The built module in three tabs of a browser in virtual time: whatever interleaves, nothing outdated is kept or shown for good.
import assert from 'node:assert/strict';
import test from 'node:test';
import { Browser } from './support/browser.mjs';
import { Interleaving } from './support/interleaving.mjs';

/** `CARDCACHE_SEED=7 CARDCACHE_INTERLEAVINGS=1` runs what a failure names again, as it was. */
const SEED = Number(process.env.CARDCACHE_SEED ?? Date.now() % 1_000_000_000);
const COUNT = Number(process.env.CARDCACHE_INTERLEAVINGS ?? 1_000);

function openBrowser() {
  const browser = new Browser();
  for (let tab = 0; tab < 3; tab += 1) browser.openPage();
  return browser;
}

test('an interleaving is the same whenever it is run', async () => {
  const browser = openBrowser();
  const trails = [];
  for (const seed of [SEED, SEED + 1, SEED]) {
    const one = new Interleaving(browser, seed);
    await one.run().catch(() => undefined);
    const [began] = one.trail[0].split(' ');
    trails.push(one.trail.map((line) => line.replace(/^\d+/, (at) => String((at - began + 10_000_000) % 10_000_000))));
  }
  assert.deepEqual(trails[2], trails[0]);
  assert.notDeepEqual(trails[1], trails[0]);
});

test(`of ${COUNT} random interleavings of three tabs none keeps an outdated answer or loses an update`, async (t) => {
  t.diagnostic(`seed ${SEED}`);
  const browser = openBrowser();
  const counts = {};
  for (let seed = SEED; seed < SEED + COUNT; seed += 1) {
    const one = new Interleaving(browser, seed);
    try {
      await one.run();
    } catch (error) {
      error.message = `CARDCACHE_SEED=${seed}: ${error.message}\n${one.trail.join('\n')}`;
      throw error;
    }
    for (const [what, count] of Object.entries(one.counts)) counts[what] = (counts[what] ?? 0) + count;
  }
  t.diagnostic(JSON.stringify(counts));
  // Something happened in them.
  for (const what of ['fetches', 'answers', 'invalidations', 'shown']) assert.ok(counts[what] > COUNT, what);
});
