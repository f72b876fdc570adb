// A page that is killed while it writes. localStorage takes writes one after the other, so what the next start finds must be what
// the cache held after one of the steps, whole: no value that was never set for its key, none that a later write, deletion or
// invalidation had made void by then. Only the keys of the one step that was under way may be missing.
/* global cache, steps, writer -- what is put into the page */
import assert from 'node:assert/strict';
import { once } from 'node:events';
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
  const world = {
    url,
    async start() {
      world.browser = await launchChromium({ profile });
      world.others = new Set(await world.browser.pids('renderer'));
    },
    /** The browser with all that belongs to it. */
    async kill() {
      const closed = once(world.browser.context, 'close');
      for (const pid of await world.browser.pids('browser')) process.kill(pid, 'SIGKILL');
      await closed;
    },
  };
  t.after(async () => {
    await world.browser.close();
    await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  });
  await world.start();
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

const newestOf = (first, read) => Math.max(first - 1, ...[...read.values()].filter((step) => step >= first));

/** After which step of a round, begun on `before`, the cache held what was `read`; undefined where after none. */
function stepReached({ first, before }, read) {
  const state = new Map(before);
  const newest = newestOf(first, read);
  if (newest >= first + ROUND) return undefined;
  // Steps beyond the newest that is seen have left nothing to see.
  for (let step = first - 1; step < newest + 100; step += 1) {
    if (step >= first) take(state, step);
    if (step >= newest && differences(state, read, stepAt(step + 1)).length === 0) return step;
  }
  return undefined;
}

function explain({ first, before }, read) {
  const held = new Map(before);
  const newest = newestOf(first, read);
  for (let step = first; step <= newest; step += 1) take(held, step);
  return `after step ${newest}: ${differences(held, read, stepAt(newest + 1)).join('; ')}`;
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
    const starts = [{ first: ROUND, before: await round(world, 1) }];
    let taken = 0;
    for (let number = 2; number <= 101; number += 1) {
      const start = starts.at(-1);
      const read = await round(world, number);
      const reached = stepReached(start, read);
      assert.notEqual(reached, undefined, explain(start, read));
      taken += reached + 1 - start.first;
      starts.push({ first: number * ROUND, before: read });
    }
    t.diagnostic(`${taken} steps had arrived`);
    assert.ok(taken > 3000, `hardly anything was being written: ${taken} steps`);

    // The browser writes to its files seconds later and all at once: killed itself, it may have lost whole rounds.
    await world.kill();
    await world.start();
    const read = await round(world, starts.length + 1);
    assert.ok(
      starts.some((start) => stepReached(start, read) !== undefined),
      `it never held ${JSON.stringify([...read])}`,
    );
    assert.ok(
      [...read.values()].some((step) => step !== undefined),
      'nothing of all that had come to the files',
    );
  },
);
