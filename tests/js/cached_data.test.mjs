// CachedData on a real Lit element (its reactive part, which needs no page): what it renders, and how often.
import assert from 'node:assert/strict';
import test from 'node:test';
import { ReactiveElement } from 'lit';
import { CachedData } from '../../dist/hass.js';
import { open } from './support/cache.mjs';
import { controlledFetcher, pass, settle, stopTime } from './support/time.mjs';

/** A card that notes what `data` was in each of its renders. */
class Card extends ReactiveElement {
  renders = [];
  wanted;

  constructor(options) {
    super();
    this.plan = new CachedData(this, options);
  }

  createRenderRoot() {
    return this;
  }

  update(changes) {
    super.update(changes);
    this.renders.push(this.plan.data);
  }
}
globalThis.customElements.define('probe-card', Card);

function still(t) {
  stopTime(t);
  return open(t, { clock: () => Date.now() });
}

test('the first render already shows what is cached', async (t) => {
  const { cache } = still(t);
  const plan = { tasks: [1] };
  cache.set('plan:sara', plan);
  const query = { key: 'plan:sara', fetcher: () => assert.fail('fetched') };
  const card = new Card({ cache: () => cache, query: () => query });
  card.connectedCallback();
  await settle();
  assert.equal(card.renders[0], plan);
  assert.deepEqual([card.plan.fresh, card.plan.fetching, card.plan.error], [true, false, undefined]);
});

test('the host renders again when the data changed, and not when they are equal', async (t) => {
  const { cache } = still(t);
  const answers = [{ a: 1 }, { a: 1 }, { a: 2 }];
  const query = { key: 'plan:sara', fetcher: async () => answers.shift() };
  const card = new Card({ cache: () => cache, query: () => query, watch: { interval: 10_000 } });
  card.connectedCallback();
  await pass(t, 1);
  const before = card.renders.length;
  assert.deepEqual(card.renders.at(-1), { a: 1 });
  await pass(t, 10_000);
  assert.equal(answers.length, 1);
  assert.equal(card.renders.length, before);
  await pass(t, 10_000);
  assert.deepEqual(card.renders.at(-1), { a: 2 });
  assert.equal(card.renders.length, before + 1);
});

test('watching ends when the host disconnects and resumes when it connects', async (t) => {
  const { cache } = still(t);
  let fetches = 0;
  const query = { key: 'plan:sara', fetcher: async () => ++fetches };
  const card = new Card({ cache: () => cache, query: () => query, watch: { interval: 1_000 } });
  assert.equal(cache.coordinator('plan:sara'), undefined, 'not before it is connected');
  card.connectedCallback();
  await pass(t, 1);
  assert.equal(cache.coordinator('plan:sara').watchers, 1);
  card.disconnectedCallback();
  await pass(t, 10_000);
  assert.equal(fetches, 1);
  card.connectedCallback();
  await pass(t, 1);
  assert.equal(cache.coordinator('plan:sara').watchers, 1);
  assert.equal(card.renders.at(-1), 2);
});

test('a host that is removed before it has rendered watches nothing', async (t) => {
  const { cache } = still(t);
  const given = {};
  const query = { key: 'plan:sara', fetcher: async () => 1 };
  const card = new Card({ cache: () => given.cache, query: () => query });
  card.connectedCallback();
  await settle();
  given.cache = cache;
  card.requestUpdate();
  card.disconnectedCallback();
  await settle();
  assert.equal(card.renders.length, 2, 'Lit renders it all the same');
  assert.equal(cache.coordinator('plan:sara'), undefined);
  card.connectedCallback();
  assert.equal(cache.coordinator('plan:sara').watchers, 1);
});

test('null stays what it is when the cache no longer has it', async (t) => {
  const { cache } = still(t);
  cache.set('plan:sara', null);
  const query = { key: 'plan:sara', fetcher: () => new Promise(() => undefined) };
  const card = new Card({ cache: () => cache, query: () => query });
  card.connectedCallback();
  await settle();
  cache.invalidate('*');
  assert.equal(card.plan.data, null);
});

test('cache and query may come later and change', async (t) => {
  const { cache } = still(t);
  cache.set('plan:sara', 'hers');
  cache.set('plan:tom', 'his');
  let opened, query;
  const fetcher = async () => 'fetched';
  const card = new Card({ cache: () => opened, query: () => query });
  card.connectedCallback();
  await settle();
  assert.deepEqual(card.renders, [undefined]);
  for (const [key, expected] of [
    ['plan:sara', 'hers'],
    ['plan:tom', 'his'],
  ]) {
    opened = cache;
    query = { key, fetcher };
    card.requestUpdate();
    await settle();
    assert.equal(card.renders.at(-1), expected);
  }
  assert.equal(cache.coordinator('plan:sara').watchers, 0);
  query = undefined;
  card.requestUpdate();
  await settle();
  assert.equal(card.plan.data, undefined);
});

test('an error is shown beside the data, and refresh fetches', async (t) => {
  const { cache } = still(t);
  cache.set('plan:sara', 'cached');
  const { fetcher, answers } = controlledFetcher();
  const query = { key: 'plan:sara', fetcher, retry: { attempts: 1 } };
  const card = new Card({ cache: () => cache, query: () => query });
  card.connectedCallback();
  await settle();
  const down = new Error('down');
  const failing = card.plan.refresh();
  answers[0].reject(down);
  await failing;
  await settle();
  assert.deepEqual([card.plan.data, card.plan.error], ['cached', down]);
  const refreshing = card.plan.refresh();
  answers[1].resolve('new');
  await refreshing;
  await settle();
  assert.deepEqual([card.plan.data, card.plan.error, card.renders.at(-1)], ['new', undefined, 'new']);
});

test('a value that is null, 0 or false is data', async (t) => {
  const { cache } = still(t);
  for (const value of [null, 0, false, '']) {
    cache.set('plan:sara', value);
    const card = new Card({ cache: () => cache, query: () => ({ key: 'plan:sara', fetcher: async () => 'new' }) });
    card.connectedCallback();
    await settle();
    assert.equal(card.renders[0], value);
    card.disconnectedCallback();
  }
});
