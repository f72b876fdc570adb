// How the core begins in each engine.
/* global cache -- what openCacheIn puts into the page */
import assert from 'node:assert/strict';
import { inEachEngine, openCacheIn } from './engines/engines.mjs';

inEachEngine('after a reload the first get answers in the task that opened the cache', {}, async (t, world) => {
  const tab = await world.newTab();
  await openCacheIn(tab);
  await tab.evaluate(() => cache.set('plan:sara', { title: 'kept' }));
  await tab.reload();
  const { first, took } = await tab.evaluate(async () => {
    const { openCache } = await globalThis.load('/dist/index.js');
    const started = performance.now();
    const value = openCache({ namespace: 'probe_' }).get('plan:sara') ?? 'nothing yet';
    return { first: value, took: performance.now() - started };
  });
  t.diagnostic(`${world.engine.name} ${world.version}: the first answer after ${took.toFixed()} ms`);
  assert.deepEqual(first, { title: 'kept' });
  assert.deepEqual(await tab.troubles(), []);
});
