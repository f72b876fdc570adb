// A name that no option has is said once, with the one that was meant, and nothing is thrown: later versions may know it.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import ts from 'typescript';
import { connectHass, openHassCache } from '../../dist/hass.js';
import { openCache } from '../../dist/index.js';
import { keyvTier } from '../../dist/node.js';

let spaces = 0;
function opened(t, options = {}) {
  const log = [];
  const cache = openCache({
    namespace: `misspelt${++spaces}_`,
    storage: false,
    log: (entry) => log.push(entry),
    ...options,
  });
  t.after(() => cache.close());
  return { cache, log };
}

const said = (log) => log.map(({ what }) => what).filter((text) => text.startsWith('there is no option'));
const what = (wrong, right) => `there is no option '${wrong}': was '${right}' meant?`;

const openings = {
  tll: [{ tll: 1 }, 'policies'],
  namespase: [{ namespase: 'x_' }, 'namespace'],
  'memory.maxEntrys': [{ memory: { maxEntrys: 5 } }, 'maxEntries'],
  'storage.maxbytes': [{ storage: { maxbytes: 5, area: null } }, 'maxBytes'],
  'alerts.hitRate': [{ alerts: { hitRate: 0.5 } }, 'hitRateBelow'],
  'a rule’s endpoint': [{ rules: { done: { endpoint: ['plan'] } } }, 'endpoints'],
  tags_: [{ policies: { a: { tags_: [] } } }, 'tags'],
  'retry.attempt': [{ policies: { a: { retry: { attempt: 3 } } } }, 'attempts'],
};

for (const [wrong, [options, right]] of Object.entries(openings)) {
  test(`openCache says that there is no ${wrong}`, (t) => {
    const { cache, log } = opened(t, options);
    assert.equal(said(log).length, 1, 'once, though policies are read twice');
    assert.match(said(log)[0], new RegExp(`^there is no option '${wrong.replace(/[.]/g, '\\.')}'`));
    if (wrong !== 'tll') assert.deepEqual(said(log), [what(wrong, right)]);
    cache.set('plan', 1);
    assert.equal(cache.get('plan'), 1);
  });
}

test('a call’s options are looked at as well, each name once', async (t) => {
  const { cache, log } = opened(t);
  for (const key of ['a', 'b']) {
    cache.set(key, 1, { tll: 5 });
    await cache.getOrFetch(`${key}1`, async () => 1, { stalewhileRevalidate: 1, forcerefresh: true });
    await cache.getOrFetch({ key: `${key}2`, fetcher: async () => 1, expireAt: () => 1 });
    cache.watch(`${key}3`, async () => 1, () => undefined, { whilehidden: true, intervall: 5 })(); // prettier-ignore
    await cache.mutate(async () => 1, { invalidates: 'plan' });
    await cache.warm([], { concurency: 2 });
    cache.setMany([['c', 1]], { senstive: true });
  }
  assert.deepEqual(said(log), [
    what('tll', 'ttl'),
    what('stalewhileRevalidate', 'staleWhileRevalidate'),
    what('forcerefresh', 'forceRefresh'),
    what('expireAt', 'expiresAt'),
    what('whilehidden', 'whileHidden'),
    what('intervall', 'interval'),
    what('invalidates', 'invalidate'),
    what('concurency', 'concurrency'),
    what('senstive', 'sensitive'),
  ]);
});

test('without a log of one’s own the console says it', (t) => {
  const warn = t.mock.method(console, 'warn', () => undefined);
  const { cache } = opened(t, { log: undefined });
  cache.set('plan', 1, { timout: 5 });
  cache.set('plan', 2, { timout: 5 });
  assert.deepEqual(
    warn.mock.calls.map(({ arguments: args }) => args),
    [[`cardcache: ${what('timout', 'timeout')}`]],
  );
});

test('a name that is like none has no other beside it, and names that all objects have are no options', (t) => {
  const { cache, log } = opened(t, { zzzzzzzz: 1 });
  cache.set('plan', 1, { toString: 5 });
  assert.deepEqual(said(log).map((text) => text.split(':')[0]), ["there is no option 'zzzzzzzz'", "there is no option 'toString'"]); // prettier-ignore
  assert.ok(!said(log)[0].includes('meant'));
});

test('members added to Object.prototype are not taken for options', (t) => {
  Object.prototype.each = () => undefined;
  t.after(() => delete Object.prototype.each);
  const { cache, log } = opened(t, { policies: { plan: { ttl: 5 } }, memory: {} });
  cache.set('plan', 1, { ttl: 5 });
  assert.deepEqual(said(log), []);
});

test('correct options cause no warning', (t) => {
  const { cache, log } = opened(t, { memory: { ttl: 1 }, alerts: { errorsAbove: 1 }, rules: { a: { endpoints: [] } } });
  cache.watch({ key: 'plan', fetcher: async () => 1, ttl: 5 }, () => undefined, { interval: 5, states: true })();
  assert.deepEqual(said(log), []);
});

const connection = { addEventListener: () => undefined, removeEventListener: () => undefined, subscribeMessage: async () => () => undefined }; // prettier-ignore

test('openHassCache and connectHass know the names of both', (t) => {
  const log = [];
  const hass = { connection: { ...connection }, connected: true, states: {} };
  const own = { events: [], username: 'sara', subscribeCommand: 'x', pollInterval: 5_000 };
  const options = { namespace: 'misspelthass_', storage: false, log: (entry) => log.push(entry), ...own };
  const cache = openHassCache(hass, { ...options, evnts: [], polices: {} });
  t.after(() => cache.close());
  openHassCache(hass, { ...options, pollIntervall: 5 });
  connectHass(cache, hass, { usrname: 'sara' }).close();
  assert.deepEqual(said(log).slice(0, 3), [
    what('evnts', 'events'),
    what('polices', 'policies'),
    what('pollIntervall', 'pollInterval'),
  ]);
});

test('misspelt options of keyvTier are reported on the console', (t) => {
  const warn = t.mock.method(console, 'warn', () => undefined);
  keyvTier({ get: assert.fail, getMany: assert.fail, set: assert.fail }, { tll: 5 });
  assert.equal(warn.mock.callCount(), 1);
  assert.match(String(warn.mock.calls[0].arguments), /^cardcache: .*'tll'.*ttl/);
});

test('the names that are known are those that the types declare', (t) => {
  /** Members of an interface, with those of what it extends; `path`: the member whose members are meant. */
  const namesOf = (file, name, path) => {
    const source = ts.createSourceFile(
      file,
      readFileSync(new URL(`../../js/${file}`, import.meta.url), 'utf8'),
      99,
      true,
    );
    const declared = source.statements.find((one) => ts.isInterfaceDeclaration(one) && one.name.text === name);
    const inherited = (declared.heritageClauses ?? []).flatMap(({ types }) => types.map((one) => one.expression.text));
    let members = [...declared.members];
    if (path) {
      const { type } = members.find((one) => one.name.text === path);
      members = [type, ...(type.types ?? [])].flatMap((one) => [...(one.members ?? [])]);
    }
    return [...members.map((one) => one.name.text), ...inherited.flatMap((one) => namesOf(file, one))];
  };
  const { cache, log } = opened(t);
  const all = (names) => Object.fromEntries(names.map((name) => [name, undefined]));
  const options = namesOf('types.ts', 'CacheOptions');
  assert.ok(options.length >= 10);
  const nested = Object.fromEntries(
    ['memory', 'storage', 'alerts'].map((name) => [name, all(namesOf('types.ts', 'CacheOptions', name))]),
  );
  const policy = { ...all(namesOf('types.ts', 'Policy')), retry: all(namesOf('types.ts', 'Policy', 'retry')) };
  openCache({
    ...all([...options, ...namesOf('hass/types.ts', 'HassOptions')]),
    ...nested,
    namespace: `misspelt${++spaces}_`,
    policies: { plan: policy },
    rules: { done: all(namesOf('types.ts', 'EventRule')) },
    log: (entry) => log.push(entry),
  })
    .close()
    .catch(assert.fail);
  const watched = namesOf('types.ts', 'WatchOptions');
  assert.ok(watched.includes('ttl') && watched.includes('interval'));
  cache.watch('plan', async () => 1, () => undefined, all(watched))(); // prettier-ignore
  void cache.warm([], all(namesOf('types.ts', 'WarmOptions')));
  assert.deepEqual(said(log), []);
});
