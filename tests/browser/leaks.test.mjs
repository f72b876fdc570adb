// What is opened, watched and closed a thousand times leaves nothing behind: in the page's heap, as its snapshots show it, in the
// module's memory, in what stands open in the core.
/* global cardcache, load -- what is put into the page */
import assert from 'node:assert/strict';
import test, { after } from 'node:test';
import { launchChromium } from './engines/chromium.mjs';
import { optionsFor } from './engines/engines.mjs';
import { startSite } from './engines/site.mjs';

const CYCLES = 1_000;

let browser;
after(async () => (await browser)?.close());

async function openPage(t) {
  browser ??= launchChromium();
  const site = await startSite(t);
  const { page } = await (await browser).newTab();
  t.after(() => page.close());
  await page.goto(site.pageWith());
  await page.evaluate(async () => {
    globalThis.cardcache = await load('/dist/index.js?v=1');
  });
  return page;
}

/** Of which kinds the heap's snapshot counts what a page holds; the engine's own code and buffers come and go. */
const KINDS = ['object', 'closure', 'array', 'string', 'concatenated string', 'object shape', 'number'];

/** What is left after a collection: how many there are of each kind, and of what name. */
async function heapOf(page) {
  const session = await page.context().newCDPSession(page);
  const chunks = [];
  session.on('HeapProfiler.addHeapSnapshotChunk', ({ chunk }) => chunks.push(chunk));
  await session.send('HeapProfiler.collectGarbage');
  await session.send('HeapProfiler.takeHeapSnapshot', { reportProgress: false });
  await session.detach();
  const { snapshot, nodes, strings } = JSON.parse(chunks.join(''));
  const { node_fields: fields, node_types: types } = snapshot.meta;
  const counts = new Map(KINDS.map((kind) => [kind, 0]));
  const count = (what) => counts.set(what, (counts.get(what) ?? 0) + 1);
  for (let at = 0; at < nodes.length; at += fields.length) {
    const kind = types[0][nodes[at]];
    if (!KINDS.includes(kind)) continue;
    count(kind);
    if (kind === 'object' || kind === 'closure') count(`${kind} ${strings[nodes[at + 1]]}`);
  }
  return counts;
}

/** Opens, watches, fetches, is told of events and closes, again and again; what stands open afterwards. */
function live(page, count) {
  return page.evaluate(async (cycles) => {
    let memoryBytes = 0;
    for (let cycle = 0; cycle < cycles; cycle += 1) {
      const user = ['sara', 'tom', null][cycle % 3];
      const handle = cardcache.openCache({ namespace: 'leak_', user, policies: { paid: { onEvent: 'keep' } } });
      const key = `plan:${cycle % 10}`;
      const stop = handle.watch(
        key,
        async () => ({ tasks: [cycle] }),
        () => undefined,
        { states: true },
      );
      handle.on('update', () => undefined);
      handle.watch(
        'teams',
        async () => cycle,
        () => undefined,
      );
      await handle.getOrFetch('goals', async () => ({ cycle }), { maxAge: 0, signal: new AbortController().signal });
      handle.set('paid:sara', { text: 'x'.repeat(500) });
      handle.applyEvent({ event_type: 'done', data: { username: 'sara' } }, 'sara');
      await handle.mutate(async () => cycle, { optimistic: [[key, { tasks: [] }]] });
      if (cycle % 2) stop();
      memoryBytes = handle.stats().wasm.memoryBytes;
      await handle.close();
    }
    const [host] = globalThis[Symbol.for('cardcache.hosts')].values();
    return { open: host.openCount(), memoryBytes };
  }, count);
}

test(`${CYCLES} times opened, watched and closed leave nothing behind`, optionsFor('chromium'), async (t) => {
  const page = await openPage(t);
  const before = await live(page, CYCLES / 4);
  const first = await heapOf(page);
  const then = await live(page, CYCLES);
  const last = await heapOf(page);
  assert.deepEqual(then, { open: 0, memoryBytes: before.memoryBytes });
  t.diagnostic(KINDS.map((kind) => `${kind} ${first.get(kind)} → ${last.get(kind)}`).join(', '));
  // One that is left by every tenth cycle would show.
  const grown = [...last].filter(([what, count]) => count - (first.get(what) ?? 0) >= CYCLES / 10);
  assert.deepEqual(grown, []);
});

test(
  'two bundles share a core, and closing one leaves the other’s cards as they were',
  optionsFor('chromium'),
  async (t) => {
    const page = await openPage(t);
    const told = await page.evaluate(async () => {
      const again = await load('/dist/index.js?v=2');
      const options = { namespace: 'bundles_' };
      const [one, two] = [cardcache.openCache(options), again.openCache(options)];
      const shown = [];
      const watch = (handle, name) =>
        handle.watch(
          'plan',
          async () => ({ number: ++globalThis.fetched }),
          ({ data }) => data && shown.push([name, data]),
        );
      globalThis.fetched = 0;
      watch(one, 'one');
      watch(two, 'two');
      await two.getOrFetch('plan', async () => 'joined');
      const isOneCore =
        one.get('plan') === two.get('plan') && one.stats().wasm.memoryBytes === two.stats().wasm.memoryBytes;
      await one.close();
      shown.length = 0;
      two.set('plan', { number: 'set' });
      two.invalidate('plan');
      await new Promise((resolve) => two.on('update', resolve));
      const { watchers } = two.coordinator('plan');
      const result = { isDifferentCode: again.openCache !== cardcache.openCache, isOneCore, shown, watchers };
      await two.close();
      const hosts = [...globalThis[Symbol.for('cardcache.hosts')].values()];
      return { ...result, hosts: hosts.length, open: hosts[0].openCount() };
    });
    assert.equal(told.isDifferentCode, true);
    assert.equal(told.isOneCore, true);
    assert.deepEqual(
      told.shown.map(([name, { number }]) => [name, number]),
      [
        ['two', 'set'],
        ['two', 1],
      ],
    );
    assert.equal(told.watchers, 1);
    assert.deepEqual([told.hosts, told.open], [1, 0]);
  },
);
