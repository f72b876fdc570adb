// A page that is killed while it writes. localStorage takes writes one after the other, so what the next start finds must be what
// the cache held after one of the steps, whole: no value that was never set for its key, none that a later write, deletion or
// invalidation had made void by then. Only the keys of the one step that was under way may be missing.
/* global cache, steps, writer -- what is put into the page */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { openCacheIn, optionsFor } from './engines/engines.mjs';
import { launchChromium } from './engines/chromium.mjs';
import { startSite } from './engines/site.mjs';
import { Tab } from './engines/tab.mjs';
import { bringSteps } from './pages/steps.mjs';
import { bringWriter, keys, stepAt, voids } from './pages/writer.mjs';

/** Every round numbers its steps anew, far from the others'. */
const ROUND = 100_000;
// Few enough values in memory that writing goes on while it lets go of them.
const options = { namespace: 'probe_', memory: { maxEntries: 8 } };

async function startProfile(t) {
  const profile = await mkdtemp(join(tmpdir(), 'cardcache-profile-'));
  const site = await startSite(t);
  const url = site.pageWith(bringSteps, bringWriter);
  const browser = await launchChromium({ profile });
  const world = { url, browser, others: new Set(await browser.pids('renderer')) };
  t.after(async () => {
    await browser.close();
    await rm(profile, { recursive: true, force: true });
  });
  return world;
}

/** Starts on what there is, reads it, writes on and is killed; gives what was read. */
async function round({ browser, url, others }, number) {
  const native = await browser.newTab();
  const tab = new Tab(native);
  await tab.open(url);
  await openCacheIn(tab, options);
  const read = await tab.evaluate((all) => all.map((key) => steps.stepOf(key, cache.get(key)) ?? null), keys);
  assert.deepEqual(await tab.troubles(), []);
  const pids = (await browser.pids('renderer')).filter((pid) => !others.has(pid));
  const writing = native.page.waitForEvent('console', { predicate: (message) => message.text() === 'writing' });
  await tab.evaluate(([first, tell]) => writer.run(first, tell), [number * ROUND, (number * 37) % 101]);
  await writing;
  const crashed = native.page.waitForEvent('crash');
  for (const pid of pids) process.kill(pid, 'SIGKILL');
  await crashed;
  await tab.close();
  return new Map(keys.map((key, index) => [key, read[index] ?? undefined]));
}

/** After which step of a round, begun on `before`, the cache held what was `read`; an AssertionError where after none. */
function stepReached(before, first, read) {
  const state = new Map(before);
  const newest = Math.max(first - 1, ...[...read.values()].filter((step) => step >= first));
  for (let step = first - 1; step < newest + 500; step += 1) {
    if (step >= first) take(state, step);
    if (step >= newest && differences(state, read, stepAt(step + 1)).length === 0) return step;
  }
  const held = new Map(before);
  for (let step = first; step <= newest; step += 1) take(held, step);
  return assert.fail(`after step ${newest}: ${differences(held, read, stepAt(newest + 1)).join('; ')}`);
}

function take(state, number) {
  const step = stepAt(number);
  if (step.set) state.set(step.set, number);
  else for (const key of keys) if (voids(step, key)) state.set(key, undefined);
}

function differences(state, read, underWay) {
  const different = keys.filter((key) => state.get(key) !== read.get(key));
  return different
    .filter((key) => read.get(key) !== undefined || (underWay.set !== key && !voids(underWay, key)))
    .map((key) => `${key}: ${state.get(key)} was set last, ${read.get(key)} is read`);
}

test(
  'killed in mid-write 100 times, a page starts on what it held after one of its steps',
  { ...optionsFor('chromium'), timeout: 120_000 },
  async (t) => {
    const world = await startProfile(t);
    let before = await round(world, 1);
    let taken = 0;
    for (let number = 2; number <= 101; number += 1) {
      const read = await round(world, number);
      const first = (number - 1) * ROUND;
      taken += stepReached(before, first, read) + 1 - first;
      before = read;
    }
    t.diagnostic(`${taken} steps had arrived`);
    assert.ok(taken > 3000, `hardly anything was being written: ${taken} steps`);
  },
);
