// How the core begins in each engine.
/* global cache -- what openCacheIn puts into the page */
import assert from 'node:assert/strict';
import { inEachEngine, openCacheIn } from './engines/engines.mjs';

inEachEngine(
  'after a reload the first get answers in the task that opened the cache, or as soon as the core stands',
  {},
  async (t, world) => {
    const tab = await world.newTab();
    await openCacheIn(tab);
    await tab.evaluate(() => cache.set('plan:sara', { title: 'kept' }));
    await tab.reload();
    const { first, ready, took } = await tab.evaluate(async () => {
      const { openCache } = await globalThis.load('/dist/index.js');
      const started = performance.now();
      const cache = openCache({ namespace: 'probe_' });
      const value = cache.get('plan:sara') ?? 'nothing yet';
      if (value === 'nothing yet') await cache.ready;
      const took = performance.now() - started;
      return { first: value, ready: cache.get('plan:sara'), took };
    });
    t.diagnostic(`${world.engine.name} ${world.version}: the first answer after ${took.toFixed()} ms`);
    assert.deepEqual(first, world.engine.isLate ? 'nothing yet' : { title: 'kept' });
    assert.deepEqual(ready, { title: 'kept' });
    assert.deepEqual(await tab.troubles(), []);
  },
);
