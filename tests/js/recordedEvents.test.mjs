// TaskTracker's events as they were recorded, under the rules that the cards bring: whom each concerns, what it drops, what is
// fetched again, and how often.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { open } from './support/cache.mjs';
import { pass, settle, stopTime } from './support/time.mjs';

const cards = fileURLToPath(new URL('../../cards/', import.meta.url));
const { outputFiles } = await build({
  stdin: { contents: "export * from './tasktracker/events.ts'", resolveDir: cards },
  bundle: true,
  format: 'esm',
  external: ['#core-glue', '#core-wasm'],
  write: false,
});
const { EVENT_TYPES, eventRules } = await import(`data:text/javascript,${encodeURIComponent(outputFiles[0].text)}`);
const { plans, told } = JSON.parse(
  readFileSync(new URL('../contracts/tasktracker/told.json', import.meta.url), 'utf8'),
);

const OF_USER = ['daily_plan', 'recommended_tasks', 'daily_state', 'goals', 'goal_tasks'];
const SHARED = ['leftovers', 'available_tasks'];

/** A user's page that shows an answer of each endpoint; `fetched` are the endpoints asked for since. */
async function openPage(t, me) {
  stopTime(t);
  const { cache } = open(t, { clock: () => Date.now(), rules: eventRules(() => me) });
  const keys = [...OF_USER.map((endpoint) => `${endpoint}:${me}`), ...SHARED];
  const fetched = [];
  for (const key of keys) {
    const [endpoint] = key.split(':');
    const answer = endpoint === 'daily_plan' ? plans[me] : { endpoint };
    cache.set(key, answer);
    cache.watch(
      key,
      async () => (fetched.push(endpoint), answer),
      () => undefined,
    );
  }
  await settle();
  return { cache, fetched, endpointsLeft: () => cache.keys().map((key) => key.split(':')[0]) };
}

for (const { by, event_type, data, reasons, spared } of told) {
  for (const [me, reason] of Object.entries(reasons)) {
    test(`${event_type} by ${by} is ${reason} to ${me}`, async (t) => {
      const { cache, fetched, endpointsLeft } = await openPage(t, me);
      const decision = cache.applyEvent({ event_type, data }, me);
      assert.equal(decision.reason, reason);
      assert.deepEqual(endpointsLeft().sort(), spared);
      await pass(t, 1_000);
      const dropped = [...OF_USER, ...SHARED].filter((endpoint) => !spared.includes(endpoint));
      assert.deepEqual(fetched.sort(), reason === 'other' ? [] : dropped.sort());
    });
  }
}

test('every type that can be subscribed to was recorded, but for those that nothing sends', () => {
  const recorded = new Set(told.map(({ event_type }) => event_type));
  const missing = EVENT_TYPES.filter((type) => !recorded.has(type));
  assert.deepEqual(missing, ['tasktracker_task_deleted', 'tasktracker_daily_plan']);
});

test('all of them in a burst, a hundred in all, have each watched answer fetched once', async (t) => {
  const { cache, fetched } = await openPage(t, 'sara');
  for (let count = 0; count < 100; count += 1) {
    cache.applyEvent(told[count % told.length], 'sara');
    if (count % 10 === 9) await pass(t, 50);
  }
  await pass(t, 1_000);
  assert.deepEqual(fetched.sort(), [...OF_USER, ...SHARED].sort());
});

for (const [when, delay] of [
  ['before the write has ended', -1],
  ['with its end', 0],
  ['a moment after', 200],
]) {
  test(`the echo of one's own write fetches nothing a second time: ${when}`, async (t) => {
    const { cache, fetched } = await openPage(t, 'sara');
    const echo = told.find(({ by }) => by.startsWith('sara: complete_task {'));
    const hear = () => cache.applyEvent(echo, 'sara');
    const done = plans.sara.tasks.slice(1);
    await cache.mutate(async () => delay < 0 && hear(), {
      optimistic: [['daily_plan:sara', { ...plans.sara, tasks: done }]],
    });
    if (delay > 0) await pass(t, delay);
    if (delay >= 0) hear();
    await pass(t, 10_000);
    assert.deepEqual(fetched.sort(), [...OF_USER, ...SHARED].sort());
  });
}
