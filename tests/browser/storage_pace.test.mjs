// How long storage holds the page up. Everything is measured beside the same call of the browser's own in the same loop.
import assert from 'node:assert/strict';
import test from 'node:test';
import { openModule, startDemo } from './harness.mjs';

const demo = await startDemo();

test('probe', async (t) => {
  const { page, reload } = await openModule(t, demo, { namespace: 'pace_' });
  await page.clock.resume().catch(() => undefined);
  const result = await page.evaluate(async () => {
    const out = {};
    const longest = (all) => +Math.max(...all).toFixed(2);
    const median = (all) => +[...all].sort((a, b) => a - b)[all.length >> 1].toFixed(3);
    const timed = (action) => { const begin = performance.now(); action(); return performance.now() - begin; };
    const small = (i) => ({ i, text: 'x'.repeat(60) });
    // the browser's own
    for (let i = 0; i < 15000; i++) localStorage.setItem(`other_key:user:${i}`, JSON.stringify({ data: small(i), timestamp: 1764000000000 }));
    const own = [];
    for (let i = 0; i < 200; i++) own.push(timed(() => localStorage.setItem(`other_x:user:${i}`, JSON.stringify({ data: small(i), timestamp: 1764000000000 }))));
    out.own = [median(own), longest(own)];
    localStorage.clear();
    const fill = [];
    let n = 0;
    cache.clear();
    while (n < 15000) { fill.push(timed(() => cache.set(`key:user:${n}`, small(n)))); n++; }
    out.fill = [median(fill), longest(fill), fill.length, localStorage.length];
    const full = [];
    for (let i = 0; i < 2000; i++) full.push(timed(() => cache.set(`more:user:${i}`, small(i))));
    out.full = [median(full), longest(full)];
    out.stats = cache.stats().storage;
    return out;
  });
  console.log(JSON.stringify(result, null, 1));
});
