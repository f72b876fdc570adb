// What is past its end and may be served all the same: while a fetch runs, or where it fails.
import assert from 'node:assert/strict';
import test from 'node:test';
import { HOUR, open } from './support/cache.mjs';
import { controlledFetcher, passSweep, settle } from './support/time.mjs';

test('staleWhileRevalidate serves what is past its end while a fetch runs', async (t) => {
  const { cache, clock } = open(t);
  const policy = { ttl: 1_000, staleWhileRevalidate: 10_000 };
  cache.set('plan', 'old', policy);
  clock.now += 10_999;
  const { fetcher, calls, answers } = controlledFetcher();
  assert.equal(cache.get('plan'), undefined, 'get never answers past the end');
  assert.equal(await cache.getOrFetch('plan', fetcher, policy), 'old');
  assert.equal(await cache.getOrFetch('plan', fetcher, policy), 'old');
  assert.equal(calls.length, 1);
  answers[0].resolve('new');
  await settle();
  assert.equal(cache.get('plan'), 'new');
  clock.now += 11_000;
  const late = cache.getOrFetch('plan', fetcher, policy);
  answers[1].resolve('newest');
  assert.equal(await late, 'newest', 'not longer than allowed');
});

test('staleWhileRevalidate outlasts a reload, and a failing fetch is told to nobody who was served', async (t) => {
  const policies = { plan: { ttl: 1_000, staleWhileRevalidate: HOUR } };
  const { cache, clock, reload } = open(t, { policies });
  cache.set('plan', 'old');
  clock.now += 1_000;
  const loaded = reload();
  assert.equal(await loaded.getOrFetch('plan', () => Promise.reject(new Error('down'))), 'old');
  await settle();
  assert.equal(loaded.stats().errors.fetch, 1);
});

test('staleIfError serves what is past its end when the fetch fails', async (t) => {
  const { cache, clock } = open(t);
  const policy = { ttl: 1_000, staleIfError: 10_000 };
  cache.set('plan', 'old', policy);
  clock.now += 10_999;
  const failing = () => Promise.reject(new Error('down'));
  assert.equal(await cache.getOrFetch('plan', failing, policy), 'old');
  assert.equal(await cache.getOrFetch('plan', () => Promise.resolve('new'), policy), 'new');
  clock.now += 11_000;
  await assert.rejects(cache.getOrFetch('plan', failing, policy), /down/);
});

test('a life of 0 still serves when the fetch fails', async (t) => {
  const { cache, clock } = open(t);
  const policy = { ttl: 0, staleIfError: HOUR };
  assert.equal(await cache.getOrFetch('plan', () => Promise.resolve('first'), policy), 'first');
  clock.now += 1;
  assert.equal(await cache.getOrFetch('plan', () => Promise.resolve('second'), policy), 'second');
  assert.equal(await cache.getOrFetch('plan', () => Promise.reject(new Error('down')), policy), 'second');
});

test('a sweep leaves what may still be served past its end', async (t) => {
  t.mock.timers.enable({ apis: ['setInterval', 'setTimeout'] });
  const { cache, clock } = open(t);
  const policy = { ttl: 1_000, staleIfError: HOUR };
  cache.set('plan', 'old', policy);
  clock.now += HOUR;
  passSweep(t);
  assert.equal(await cache.getOrFetch('plan', () => Promise.reject(new Error('down')), policy), 'old');
});

test('a get past the end leaves what may still be served', async (t) => {
  const { cache, clock, reload } = open(t, { policies: { plan: { ttl: 1_000, staleIfError: HOUR } } });
  cache.set('plan', 'old');
  clock.now += 2_000;
  const loaded = reload();
  assert.equal(loaded.get('plan'), undefined);
  assert.equal(await loaded.getOrFetch('plan', () => Promise.reject(new Error('down'))), 'old');
});

test('staleWhen says which failures an older answer may cover', async (t) => {
  const { cache, clock } = open(t);
  const staleWhen = (error) => error.status >= 500;
  const policy = { ttl: 1_000, staleIfError: HOUR, staleWhen };
  cache.set('plan', 'old', policy);
  clock.now += 2_000;
  const failing = (status) => () => Promise.reject(Object.assign(new Error('no'), { status }));
  assert.equal(await cache.getOrFetch('plan', failing(503), { ...policy, forceRefresh: true }), 'old');
  await assert.rejects(cache.getOrFetch('plan', failing(404), { ...policy, forceRefresh: true }), { status: 404 });
});

test('a staleWhen that throws covers nothing: the error told is the fetcher’s', async (t) => {
  const { cache, clock } = open(t);
  globalThis.reportError = () => undefined;
  t.after(() => delete globalThis.reportError);
  const policies = { ttl: 1_000, staleIfError: HOUR, staleWhen: (error) => error.of.what };
  cache.set('plan', 'old', policies);
  clock.now += 2_000;
  await assert.rejects(
    cache.getOrFetch('plan', () => Promise.reject(new Error('down')), policies),
    /down/,
  );
  assert.throws(() => cache.set('plan', 1, { staleWhen: 503 }), TypeError);
});
