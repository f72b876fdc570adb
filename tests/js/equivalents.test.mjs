// What users of TanStack Query and cachified rely on, tried with both of them and with this cache: the table in js/README.md says
// what comes of it. The same scenario for all, each through its own interface, in time that the test moves.
import assert from 'node:assert/strict';
import test from 'node:test';
import { cachified } from '@epic-web/cachified';
import { QueryClient, QueryObserver } from '@tanstack/query-core';
import { open } from './support/cache.mjs';
import { controlledFetcher, pass, settle, stopTime } from './support/time.mjs';

const KEY = 'plan:sara';
const LIFE = 60_000;
const GRACE = 600_000;

/** Each asks for one key, whose answers are fresh for `LIFE`. `fetch` is a fetcher of this cache's kind. */
const contestants = {
  cardcache(t) {
    const page = open(t, { clock: () => Date.now() });
    let { cache } = page;
    return {
      reload: () => (cache = page.reload()),
      ask: (fetch, { force = false, swr = false, onError = false, attempts = 1, check } = {}) =>
        cache.getOrFetch(KEY, fetch, {
          ttl: LIFE,
          forceRefresh: force,
          ...(swr ? { staleWhileRevalidate: GRACE } : {}),
          ...(onError ? { staleIfError: GRACE } : {}),
          ...(check ? { check } : {}),
          retry: { attempts, baseDelay: 1_000 },
        }),
      invalidate: () => cache.invalidate(KEY),
      watch: (fetch, tell) => cache.watch(KEY, fetch, ({ data }) => data !== undefined && tell(data)),
      refetch: () => cache.coordinator(KEY).refresh(),
    };
  },

  'TanStack Query'(t) {
    const client = new QueryClient();
    client.mount();
    let observer;
    t.after(() => {
      client.unmount();
      client.clear();
    });
    const queryKey = KEY.split(':');
    return {
      ask: (queryFn, { force = false, attempts = 1 } = {}) =>
        client.fetchQuery({ queryKey, queryFn, staleTime: force ? 0 : LIFE, retry: attempts - 1, retryDelay: 1_000 }),
      invalidate: () => client.invalidateQueries({ queryKey, refetchType: 'none' }),
      watch: (queryFn, tell) => {
        observer = new QueryObserver(client, { queryKey, queryFn, staleTime: LIFE, notifyOnChangeProps: ['data'] });
        t.after(observer.subscribe(({ data }) => data !== undefined && tell(data)));
      },
      refetch: () => observer.refetch(),
    };
  },

  cachified() {
    const cache = new Map();
    return {
      ask: (fetch, { force = false, swr = false, check } = {}) =>
        cachified({
          key: KEY,
          cache,
          getFreshValue: () => fetch({}),
          ttl: LIFE,
          forceFresh: force,
          ...(swr ? { staleWhileRevalidate: GRACE } : {}),
          ...(check ? { checkValue: check } : {}),
        }),
      invalidate: () => cache.delete(KEY),
    };
  },
};

/** The scenario with each that can play it; `expected` says what comes of it, by contestant. */
function compare(title, expected, scenario) {
  for (const [name, outcome] of Object.entries(expected)) {
    test(`${title} (${name})`, async (t) => {
      stopTime(t);
      assert.deepEqual(await scenario(contestants[name](t), t), outcome);
    });
  }
}

const all = (outcome) => ({ cardcache: outcome, 'TanStack Query': outcome, cachified: outcome });

/** What became of a promise by now. */
async function outcomeOf(promise) {
  const told = promise.then(
    (value) => ({ value }),
    (error) => ({ error: error.name }),
  );
  await settle();
  return Promise.race([told, Promise.resolve('waits')]);
}

compare('who asks at the same time shares one fetch', all({ answers: [1, 1, 1], fetches: 1 }), async ({ ask }) => {
  const { fetcher, answers } = controlledFetcher();
  const asked = [ask(fetcher), ask(fetcher), ask(fetcher)];
  await settle();
  answers[0].resolve(1);
  return { answers: await Promise.all(asked), fetches: answers.length };
});

compare(
  'a fresh answer is given without a fetch, a minute later another is fetched',
  all([1, 1, 2]),
  async (one, t) => {
    let fetches = 0;
    const fetch = async () => ++fetches;
    const first = await one.ask(fetch);
    await pass(t, LIFE - 1_000);
    const second = await one.ask(fetch);
    await pass(t, 2_000);
    return [first, second, await one.ask(fetch)];
  },
);

compare('a failure is told, kept by nobody, and the next who asks fetches', all(['Error', 2]), async ({ ask }) => {
  let fetches = 0;
  const fetch = async () => {
    fetches += 1;
    if (fetches === 1) throw new Error('down');
    return fetches;
  };
  const failure = await ask(fetch).catch(({ name }) => name);
  return [failure, await ask(fetch)];
});

compare(
  'past its life an answer may be given while the next is fetched',
  { cardcache: [1, 2], cachified: [1, 2] },
  async ({ ask }, t) => {
    let fetches = 0;
    const fetch = async () => ++fetches;
    await ask(fetch, { swr: true });
    await pass(t, LIFE + 1_000);
    const stale = await ask(fetch, { swr: true });
    await pass(t, 1_000);
    return [stale, await ask(fetch, { swr: true })];
  },
);

compare(
  'past its life an answer may be given where the fetch fails; without that, the failure is told',
  { cardcache: [1, 'Error'] },
  async ({ ask }, t) => {
    await ask(async () => 1, { onError: true });
    await pass(t, LIFE + 1_000);
    const down = () => Promise.reject(new Error('down'));
    return [await ask(down, { onError: true }), await ask(down).catch(({ name }) => name)];
  },
);

compare(
  'cachified gives a cached answer in place of a failure only where a fresh one was forced, and then by itself',
  { cachified: [1, 'Error'], cardcache: ['Error', 'Error'] },
  async ({ ask }, t) => {
    await ask(async () => 1);
    const down = () => Promise.reject(new Error('down'));
    const forced = await ask(down, { force: true }).catch(({ name }) => name);
    await pass(t, LIFE + 1_000);
    return [forced, await ask(down).catch(({ name }) => name)];
  },
);

compare(
  'a failing fetch is tried again as often as was said',
  { cardcache: [3, 3], 'TanStack Query': [3, 3] },
  async ({ ask }, t) => {
    let fetches = 0;
    const asked = ask(
      async () => {
        fetches += 1;
        if (fetches < 3) throw new Error('down');
        return fetches;
      },
      { attempts: 3 },
    );
    await pass(t, 10_000);
    return [await asked, fetches];
  },
);

compare(
  'what was under way when the key was invalidated: void here, kept as fresh by others',
  {
    cardcache: { answer: 'before', next: 'after' },
    'TanStack Query': { answer: 'before', next: 'before' },
    cachified: { answer: 'before', next: 'before' },
  },
  async ({ ask, invalidate }) => {
    const { fetcher, answers } = controlledFetcher();
    const asked = ask(fetcher);
    await settle();
    await invalidate();
    answers[0].resolve('before');
    const answer = await asked;
    return { answer, next: await ask(async () => 'after') };
  },
);

compare(
  'who asks after an invalidation joins no fetch that began before it; with others they do',
  {
    cardcache: { later: { value: 'after' }, fetches: 2 },
    'TanStack Query': { later: 'waits', fetches: 1 },
  },
  async ({ ask, invalidate }) => {
    const { fetcher, answers } = controlledFetcher();
    void ask(fetcher);
    await settle();
    await invalidate();
    const later = ask(fetcher);
    await settle();
    answers[1]?.resolve('after');
    const outcome = await outcomeOf(later);
    answers[0].resolve('before');
    await settle();
    return { later: outcome, fetches: answers.length };
  },
);

compare('a forced fetch goes past a fresh answer and leaves the new one', all([1, 2, 2]), async ({ ask }, t) => {
  let fetches = 0;
  const fetch = async () => ++fetches;
  const first = await ask(fetch);
  await pass(t, 1_000);
  return [first, await ask(fetch, { force: true }), await ask(fetch)];
});

compare(
  'an equal answer keeps the older reference and calls nobody',
  {
    cardcache: { calls: 1, same: true },
    'TanStack Query': { calls: 1, same: true },
  },
  async ({ watch, refetch }, t) => {
    const told = [];
    watch(
      async () => ({ tasks: [{ id: 1 }] }),
      (data) => told.push(data),
    );
    await pass(t, 1);
    const [first] = told;
    await refetch();
    await pass(t, 1);
    return { calls: told.length, same: told.at(-1) === first };
  },
);

compare(
  'where a part has changed TanStack keeps the references of the others; here an answer is one value',
  {
    cardcache: { calls: 2, part: false },
    'TanStack Query': { calls: 2, part: true },
  },
  async ({ watch, refetch }, t) => {
    const told = [];
    let number = 0;
    watch(
      async () => ({ number: ++number, tasks: [{ id: 1 }] }),
      (data) => told.push(data),
    );
    await pass(t, 1);
    await refetch();
    await pass(t, 1);
    return { calls: told.length, part: told[0].tasks === told.at(-1).tasks };
  },
);

compare(
  'a fetcher that gives undefined has given nothing; cachified keeps it',
  { cardcache: 'TypeError', 'TanStack Query': 'Error', cachified: undefined },
  async ({ ask }, t) => {
    // TanStack says it on the console as well.
    t.mock.method(console, 'error', () => undefined);
    return ask(async () => undefined).catch(({ name }) => name);
  },
);

compare('a check is asked about what was cached', { cardcache: [1, 2], cachified: [1, 2] }, async ({ ask, reload }) => {
  const old = await ask(async () => 1);
  // This cache checks what it restores from storage: what the page has fetched itself it trusts.
  reload?.();
  return [old, await ask(async () => 2, { check: (value) => value === 2 })];
});
