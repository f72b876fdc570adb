// What lies in localStorage, and what happens when it is full, foreign, broken or not there.
import assert from 'node:assert/strict';
import test from 'node:test';
import { openCache } from '../../dist/index.js';
import { LockedArea, Origin } from './support/area.mjs';
import { entriesIn, HOUR, listen, MINUTE, NAMESPACE, open, PLAIN, recordOf, START } from './support/cache.mjs';
import { passSweep } from './support/time.mjs';

test('records are read however deep they are nested, and one that is too deep is a miss that harms nothing', (t) => {
  const { cache, area } = open(t);
  const nested = (depth) => '['.repeat(depth) + ']'.repeat(depth);
  // The module's stack holds 64 kB: walking down on it would overwrite the module's own data from a depth of some 1 400.
  for (const depth of [1_000, 1_990, 50_000]) {
    area.setItem(`${NAMESPACE}deep:${depth}`, `{"data":${nested(depth)},"timestamp":${START}}`);
  }
  assert.equal(JSON.stringify(cache.get('deep:1000')), nested(1_000));
  assert.equal(JSON.stringify(cache.get('deep:1990')), nested(1_990));
  assert.equal(cache.get('deep:50000'), undefined);
  assert.equal(cache.stats().errors.corrupt, 1);
  cache.set('plan', 'as before');
  assert.equal(cache.get('plan'), 'as before');
});

test('a short record is plain: data and timestamp under the prefix and the key, in white space their checksum', (t) => {
  const { cache, area } = open(t);
  cache.set('daily_plan:sara', { tasks: [1, 'ü🐉'] });
  const text = area.getItem('test_daily_plan:sara');
  assert.equal(text.trim().replace('\t', ''), JSON.stringify({ data: { tasks: [1, 'ü🐉'] }, timestamp: START }));
  assert.deepEqual(JSON.parse(text), { data: { tasks: [1, 'ü🐉'] }, timestamp: START });
  assert.equal(text.length, text.trim().length + 16);
});

test('a longer record is packed, and comes back after a reload', (t) => {
  const { cache, area, reload } = open(t);
  const tasks = Array.from({ length: 40 }, (_, id) => ({
    id,
    name: `Mop floor ${id} 🧹`,
    tags: ['a', '\ud800', '\ufeff'],
  }));
  cache.set('daily_plan:sara', { tasks });
  const text = area.getItem('test_daily_plan:sara');
  assert.match(text, /^\u8101[\u0100-\u80ff]+$/, 'one mark, then units that every browser keeps as they are');
  assert.ok(text.length * 5 < JSON.stringify({ tasks }).length);
  assert.deepEqual(reload().get('daily_plan:sara'), { tasks });
});

test('compressAbove says how long JSON may be that stays plain', (t) => {
  const isPlain = (compressAbove, length) => {
    const { cache, area } = open(t, { storage: compressAbove === undefined ? {} : { compressAbove } });
    cache.set('text', 'x'.repeat(length - 2));
    return area.getItem('test_text').trim().startsWith('{');
  };
  assert.deepEqual([isPlain(undefined, 256), isPlain(undefined, 257)], [true, false]);
  assert.deepEqual([isPlain(100, 100), isPlain(100, 101)], [true, false]);
  assert.deepEqual([isPlain(0, 2), isPlain(Infinity, 100_000)], [false, true]);
});

test('a record that was changed, or copied under another key, is a miss, in either form', (t) => {
  const { cache, area, reload } = open(t);
  cache.set('short', 'value');
  cache.set('long', 'value '.repeat(100));
  area.setItem('test_short:copy', area.getItem('test_short'));
  area.setItem('test_long:copy', area.getItem('test_long'));
  area.setItem('test_short', area.getItem('test_short').replace('value', 'valve'));
  const long = area.getItem('test_long');
  area.setItem('test_long', long.slice(0, 10) + String.fromCharCode(long.charCodeAt(10) ^ 1) + long.slice(11));
  const loaded = reload();
  for (const key of ['short', 'long', 'short:copy', 'long:copy']) assert.equal(loaded.get(key), undefined, key);
  assert.equal(loaded.stats().errors.corrupt, 4);
  assert.deepEqual(entriesIn(area), []);
});

test('a record of a format to come is a miss of another version', (t) => {
  const { cache, area } = open(t);
  cache.set('plan', 'value '.repeat(100));
  area.setItem('test_plan', '\u8102' + area.getItem('test_plan').slice(1));
  void cache.close();
  const loaded = open(t, { storage: { area } }).cache;
  assert.equal(loaded.get('plan'), undefined);
  const { version, corrupt } = loaded.stats().errors;
  assert.deepEqual([version, corrupt], [1, 0]);
});

test('statistics report stored bytes, and plainBytes without compression', (t) => {
  const value = { notes: 'Bitte vor 18 Uhr. '.repeat(100) };
  const sizes = ({ cache }) => {
    cache.set('plan', value);
    cache.set('short', 1);
    const { bytes, plainBytes } = cache.stats().storage;
    return { bytes, plainBytes };
  };
  const packed = sizes(open(t));
  const plain = sizes(open(t, { storage: PLAIN }));
  assert.equal(plain.bytes, plain.plainBytes);
  assert.equal(packed.plainBytes, plain.plainBytes);
  assert.ok(packed.bytes * 2 < packed.plainBytes);
});

test('an end, a version and tags of its own travel in further fields', (t) => {
  const { cache, area } = open(t);
  cache.set('plan', 1, { ttl: MINUTE, version: '2', tags: ['a', 'ü"\\'] });
  const record = recordOf(area, 'plan');
  assert.deepEqual(Object.keys(record).slice(0, 2), ['data', 'timestamp']);
  assert.deepEqual([record.expires, record.version, record.tags], [START + MINUTE, '2', ['a', 'ü"\\']]);
});

test('a set is written through before it returns, and once', (t) => {
  const { cache, area } = open(t);
  cache.set('first', 1);
  const before = area.writes;
  cache.set('plan', 1);
  assert.equal(area.writes, before + 1);
  cache.get('plan');
  cache.peek('plan');
  cache.has('plan');
  assert.equal(area.writes, before + 1);
});

test('the records of users are separate, whatever their names', (t) => {
  const origin = new Origin();
  const users = ['id', 'id/x', 'id@x', 'ü:*', '/', '..', '%2F'];
  for (const user of users) open(t, { origin, user }).cache.set('plan', user);
  open(t, { origin }).cache.set('plan', 'nobody’s');
  assert.equal(origin.names.filter((name) => name.endsWith('plan')).length, users.length + 1);
  for (const user of users) {
    const { cache } = open(t, { origin, user });
    assert.equal(cache.get('plan'), user);
    assert.deepEqual(cache.keys(), ['plan']);
  }
  assert.equal(open(t, { origin }).cache.get('plan'), 'nobody’s');
});

test('a namespace does not see another’s', (t) => {
  const origin = new Origin();
  const one = open(t, { origin, namespace: 'one_' });
  const two = open(t, { origin, namespace: 'two_' });
  one.cache.set('plan', 1);
  assert.equal(two.cache.get('plan'), undefined);
  two.cache.set('plan', 2);
  one.cache.clear();
  assert.equal(two.reload().get('plan'), 2);
});

test('a namespace in which another could begin is refused', () => {
  for (const namespace of ['', '_', 'a', 'a_b_', 'A_', 'a b_', 'ä_', 'a_x']) {
    assert.throws(() => openCache({ namespace }), TypeError, namespace);
  }
  assert.throws(() => openCache({ namespace: 'a_', user: '' }), TypeError);
});

test('a record that cannot be read is a miss, counted, and removed', (t) => {
  const { cache, area } = open(t);
  const heard = listen(cache, 'error');
  area.setItem('test_plan', '{"data":{"tasks":[');
  assert.equal(cache.get('plan'), undefined);
  assert.deepEqual(heard, [['error', { kind: 'corrupt', key: 'plan', cause: undefined }]]);
  assert.deepEqual(entriesIn(area), []);
});

test('eight unreadable records in a row purge ours, and nothing else', (t) => {
  const { cache, area } = open(t);
  cache.set('good', 1, { tier: 'both' });
  area.setItem('other_plan', 'not ours');
  for (let index = 0; index < 8; index++) area.setItem(`test_bad:${index}`, 'garbage');
  for (let index = 0; index < 7; index++) cache.get(`bad:${index}`);
  assert.deepEqual(entriesIn(area), ['good', 'bad:7']);
  cache.get('bad:7');
  assert.deepEqual(entriesIn(area), []);
  assert.equal(area.getItem('other_plan'), 'not ours');
});

test('a good read ends a row of unreadable ones', (t) => {
  const { cache, area } = open(t);
  area.setItem('test_good', JSON.stringify({ data: 1, timestamp: START }));
  for (let index = 0; index < 10; index++) area.setItem(`test_bad:${index}`, 'garbage');
  for (let index = 0; index < 5; index++) cache.get(`bad:${index}`);
  assert.equal(cache.get('good'), 1);
  for (let index = 5; index < 10; index++) cache.get(`bad:${index}`);
  assert.deepEqual(entriesIn(area), ['good']);
});

test('a full localStorage throws nothing: the value lives on in memory, the failure is counted', (t) => {
  const { cache, origin, area } = open(t);
  const heard = listen(cache, 'error');
  cache.set('first', 1);
  origin.quota = origin.units;
  cache.set('second', 'x'.repeat(100));
  assert.equal(cache.get('second'), 'x'.repeat(100));
  assert.equal(cache.stats().errors.quota, 1);
  assert.deepEqual(
    heard.map(([, { kind, key }]) => [kind, key]),
    [['quota', 'second']],
  );
  assert.ok(!entriesIn(area).includes('second'));
});

test('a full localStorage lets our older records go before the new value is given up', (t) => {
  const { cache, origin, area, clock } = open(t, { storage: PLAIN });
  for (let index = 0; index < 20; index++) {
    cache.set(`series:${index}`, 'x'.repeat(1_000));
    clock.now += MINUTE;
  }
  origin.quota = origin.units;
  cache.set('plan', 'y'.repeat(1_500));
  assert.equal(recordOf(area, 'plan')?.data, 'y'.repeat(1_500));
  assert.ok(entriesIn(area).length < 20);
});

test('a failed write removes the key’s older record: a miss is better than an outdated answer', (t) => {
  const { cache, origin, area, reload } = open(t);
  cache.set('plan', 'old');
  origin.quota = 0;
  cache.set('plan', 'new and longer');
  assert.equal(cache.get('plan'), 'new and longer');
  assert.deepEqual(entriesIn(area), []);
  origin.quota = Infinity;
  assert.equal(reload().get('plan'), undefined);
});

test('a full localStorage never costs another program a record', (t) => {
  const { cache, origin, area } = open(t);
  area.setItem('somebody', 'else');
  area.setItem('tes', 'neither');
  area.setItem('testother_plan', 'nor this');
  for (let index = 0; index < 10; index++) cache.set(`series:${index}`, 'x'.repeat(1_000));
  origin.quota = origin.units - 5_000;
  for (let index = 0; index < 10; index++) cache.set(`more:${index}`, 'x'.repeat(1_000));
  assert.deepEqual(
    ['somebody', 'tes', 'testother_plan'].map((name) => area.getItem(name)),
    ['else', 'neither', 'nor this'],
  );
});

test('ours keep to their budget in bytes, two a unit as soon as one is above U+00FF', (t) => {
  for (const [letter, width] of [
    ['x', 1],
    ['ÿ', 1],
    ['Ā', 2],
  ]) {
    const budget = 50_000;
    const { cache, area } = open(t, { storage: { maxBytes: budget, ...PLAIN } });
    for (let index = 0; index < 100; index++) cache.set(`series:${index}`, letter.repeat(1_000));
    const bytes = Object.entries(area.records).reduce((sum, [name, text]) => {
      return sum + name.length + text.length * (text.includes('Ā') ? 2 : 1);
    }, 0);
    const { bytes: told, budget: toldBudget } = cache.stats().storage;
    assert.equal(told, bytes, 'what is told is what lies there');
    assert.equal(toldBudget, budget);
    assert.ok(bytes <= budget, `${bytes} of ${budget}`);
    assert.ok(bytes > budget / 2, `only ${bytes} of ${budget} used`);
    assert.ok(entriesIn(area).length <= budget / (1_000 * width));
    assert.equal(recordOf(area, 'series:99').data.length, 1_000, 'the newest is there');
  }
});

test('expired records are evicted first, then those with the least retention value', (t) => {
  const { cache, clock, area } = open(t, { storage: { maxBytes: 10_000, ...PLAIN } });
  const text = 'x'.repeat(2_000);
  const evicted = listen(cache, 'evict');
  cache.set('expired', text, { ttl: MINUTE });
  cache.set('paid', text, { cost: 100 });
  clock.now += MINUTE;
  cache.set('cheap', text, { cost: 0.1 });
  cache.set('usual', text);
  clock.now += MINUTE;
  cache.set('a', text);
  assert.ok(!entriesIn(area).includes('expired'));
  clock.now += MINUTE;
  cache.set('b', text);
  assert.deepEqual(entriesIn(area).sort(), ['a', 'b', 'paid', 'usual']);
  assert.ok(evicted.some(([, { key }]) => key === 'expired'));
  assert.deepEqual(
    evicted.filter(([, { key }]) => key === 'cheap').map(([, { why }]) => why),
    ['quota'],
  );
});

test('a value larger than the whole budget evicts nothing and stays in memory, counted as quota', (t) => {
  const { cache, area } = open(t, { storage: { maxBytes: 10_000, ...PLAIN } });
  cache.set('small', 1);
  cache.set('large', 'x'.repeat(20_000));
  assert.equal(cache.get('large').length, 20_000);
  assert.deepEqual(entriesIn(area), ['small']);
  assert.equal(cache.stats().errors.quota, 1);
});

test('the budget spans all users of a namespace', (t) => {
  const origin = new Origin();
  const one = open(t, { origin, user: 'one', storage: { maxBytes: 20_000 } });
  const area = one.area;
  const two = openCache({ namespace: NAMESPACE, user: 'two', storage: { area }, clock: () => one.clock.now });
  t.after(() => two.close());
  for (let index = 0; index < 15; index++) one.cache.set(`series:${index}`, 'x'.repeat(1_000));
  one.clock.now += HOUR;
  for (let index = 0; index < 15; index++) two.set(`series:${index}`, 'x'.repeat(1_000));
  assert.ok(origin.units <= 20_000, `${origin.units} units`);
  assert.equal(two.keys().length, 15);
});

test('memory keeps to its entries; what went is read from storage again', (t) => {
  const { cache } = open(t, { memory: { maxEntries: 10 } });
  const evicted = listen(cache, 'evict');
  for (let index = 0; index < 30; index++) cache.set(`series:${index}`, index);
  assert.equal(cache.stats().memory.entries, 10);
  assert.equal(cache.stats().memory.evictions, 20);
  assert.ok(evicted.length === 20 && evicted.every(([, { why }]) => why === 'capacity'));
  for (let index = 0; index < 30; index++) assert.equal(cache.get(`series:${index}`), index);
});

test('memory keeps to its bytes', (t) => {
  const { cache } = open(t, { memory: { maxBytes: 50_000 } });
  for (let index = 0; index < 30; index++) cache.set(`series:${index}`, 'x'.repeat(5_000));
  const bytes = cache.inspect().reduce((sum, entry) => sum + entry.bytes, 0);
  assert.ok(bytes <= 50_000 && bytes > 20_000, `${bytes}`);
});

test('storage: false means memory only, without a warning', (t) => {
  for (const storage of [false, { area: null }]) {
    const log = [];
    const cache = openCache({ namespace: 'none_', storage, log: (entry) => log.push(entry), clock: () => START });
    t.after(() => cache.close());
    cache.set('plan', 1);
    assert.equal(cache.get('plan'), 1);
    assert.equal(cache.remainingTtl('plan'), 4 * HOUR);
    assert.equal(cache.stats().storage.available, false);
    assert.equal(cache.inspect()[0].tier, 'memory');
    assert.deepEqual(
      log.filter(({ level }) => level !== 'debug'),
      [],
    );
  }
});

test('without localStorage: memory only, and one warning', (t) => {
  assert.equal(globalThis.localStorage, undefined);
  const log = [];
  const open = () => openCache({ namespace: 'without_', log: (entry) => log.push(entry) });
  const [one, two] = [open(), open()];
  t.after(() => Promise.all([one.close(), two.close()]));
  one.set('plan', 1);
  assert.equal(two.get('plan'), 1);
  assert.equal(log.filter(({ level }) => level === 'warn').length, 1);
});

test('an area that throws at every access: memory only, and one warning', (t) => {
  const log = [];
  const storage = { area: new LockedArea() };
  const cache = openCache({ namespace: 'locked_', storage, log: (entry) => log.push(entry) });
  t.after(() => cache.close());
  cache.set('plan', 1);
  assert.equal(cache.get('plan'), 1);
  cache.invalidateAll();
  cache.clear();
  assert.equal(log.filter(({ level }) => level === 'warn').length, 1);
});

test('an area that names keys without end is read as far as one may have some', (t) => {
  const area = new Origin().area();
  let furthest = 0;
  area.key = (index) => {
    furthest = Math.max(furthest, index);
    return index > 2 ** 22 ? null : `other${index}`;
  };
  const { cache } = open(t, { storage: { area } });
  cache.set('plan', 1);
  cache.invalidate('plan');
  cache.clear();
  cache.set('plan', 2);
  assert.equal(cache.get('plan'), 2);
  // A slice of a walk may go past the end.
  assert.ok(furthest < 2 ** 20 + 1_024, String(furthest));
});

test('localStorage itself is used where there is one, even if reading the global throws', async (t) => {
  const area = new Origin().area();
  Object.defineProperty(globalThis, 'localStorage', { value: area, configurable: true });
  t.after(() => delete globalThis.localStorage);
  const cache = openCache({ namespace: 'real_' });
  cache.set('plan', 1);
  assert.equal(JSON.parse(area.getItem('real_plan')).data, 1);
  await cache.close();
  const refuse = () => {
    throw new DOMException('sandboxed', 'SecurityError');
  };
  Object.defineProperty(globalThis, 'localStorage', { get: refuse, configurable: true });
  const sandboxed = openCache({ namespace: 'real_', log: () => undefined });
  t.after(() => sandboxed.close());
  sandboxed.set('plan', 2);
  assert.equal(sandboxed.get('plan'), 2);
});

test('the page’s console shows each warning once, however many caches there are', (t) => {
  const warn = t.mock.method(console, 'warn', () => undefined);
  for (const namespace of ['five_', 'cards_', 'each_']) {
    const cache = openCache({ namespace, storage: { area: new LockedArea() } });
    t.after(() => cache.close());
    cache.set('plan', 1);
  }
  assert.equal(warn.mock.callCount(), 1);
});

test('an area that begins to fail throws nothing, and one warning says so', (t) => {
  const { cache, area, log } = open(t);
  cache.set('plan', 1, { tier: 'both' });
  const gone = () => {
    throw new DOMException('gone', 'InvalidStateError');
  };
  area.setItem = area.getItem = area.removeItem = area.key = gone;
  cache.set('plan', 2);
  cache.set('more', 1);
  assert.deepEqual([cache.get('plan'), cache.get('more'), cache.get('missing')], [2, 1, undefined]);
  cache.invalidateAll();
  assert.equal(cache.get('plan'), undefined);
  assert.deepEqual(
    log.filter(({ level }) => level === 'warn').map(({ what }) => what),
    ['localStorage takes nothing: answers are kept in memory'],
  );
});

test('a record that another program removed is a miss once memory has evicted it', (t) => {
  const { cache, area, clock } = open(t);
  cache.set('plan', 1);
  area.removeItem('test_plan');
  assert.equal(cache.get('plan'), 1);
  clock.now += 4 * HOUR;
  assert.equal(cache.get('plan'), undefined);
  assert.deepEqual(cache.keys(), []);
});

test('a sweep removes what is expired, and tells', (t) => {
  t.mock.timers.enable({ apis: ['setInterval', 'setTimeout'] });
  const { cache, clock, area } = open(t);
  const evicted = listen(cache, 'evict');
  cache.set('short', 1, { ttl: MINUTE });
  cache.set('long', 1);
  clock.now += MINUTE;
  passSweep(t);
  assert.deepEqual(entriesIn(area), ['long']);
  assert.ok(evicted.some(([, { key, why }]) => key === 'short' && why === 'expired'));
});

test('an area that reports a wrong length, or returns other values than strings, does no harm', (t) => {
  for (const length of [0, 1e9, NaN, '3']) {
    const { cache, area } = open(t, { namespace: 'lying_' });
    cache.set('plan', 1);
    Object.defineProperty(area, 'length', { value: length });
    assert.equal(cache.stats().storage.entries, 1);
    assert.deepEqual(cache.keys(), ['plan']);
    area.getItem = () => 7;
    assert.equal(cache.get('plan'), 1, 'from memory');
    cache.set('plan', 2);
    assert.equal(cache.get('other'), undefined);
    cache.clear();
  }
});

test('an outdated record that the area refuses to remove is not served', (t) => {
  const { cache, area, clock, reload } = open(t);
  cache.set('plan', 'old');
  cache.set('teams', 'old');
  const refuse = () => {
    throw new DOMException('not now', 'InvalidStateError');
  };
  const { removeItem, setItem } = Object.getPrototypeOf(area);
  area.removeItem = area.setItem = refuse;
  cache.set('plan', 'new');
  assert.equal(cache.delete('teams'), true);
  assert.equal(cache.get('plan'), 'new');
  clock.now += 4 * HOUR;
  assert.equal(cache.get('plan'), undefined, 'memory has let it go');
  assert.equal(cache.get('teams'), undefined);
  assert.deepEqual(cache.keys(), []);
  assert.ok(cache.stats().errors.unavailable >= 1);
  Object.assign(area, { removeItem, setItem });
  cache.set('plan', 'newest');
  assert.equal(reload().get('plan'), 'newest');
});

test('a record that was removed without an event leaves the statistics with the next sweep', (t) => {
  t.mock.timers.enable({ apis: ['setInterval', 'setTimeout'] });
  const { cache, area, clock } = open(t);
  for (let index = 0; index < 100; index++) cache.set(`series:${index}`, index);
  clock.now += 4 * HOUR;
  assert.equal(cache.stats().storage.entries, 100);
  area.clear();
  passSweep(t);
  const { entries, bytes, plainBytes } = cache.stats().storage;
  const left = Object.entries(area.records).reduce((sum, [name, text]) => sum + name.length + text.length, 0);
  assert.deepEqual([entries, bytes, plainBytes], [0, left, left]);
});

test('a clock set back ten days begins anew, thousands of records later too; set ahead it ends what has ended', (t) => {
  t.mock.timers.enable({ apis: ['setInterval', 'setTimeout'] });
  const { cache, clock, area, reload } = open(t);
  const keys = Array.from({ length: 300 }, (_, index) => `series:${index}`);
  for (const key of keys) cache.set(key, 'old');
  clock.now -= 240 * HOUR;
  assert.deepEqual(
    keys.filter((key) => cache.get(key) !== undefined),
    [],
  );
  cache.set('series:299', 'new');
  // The page is left before all is gone.
  assert.ok(entriesIn(area).length > 100);
  let loaded = reload();
  assert.deepEqual(loaded.keys(), []);
  loaded.set('series:298', 'newer');
  passSweep(t);
  assert.deepEqual(entriesIn(area), ['series:298']);
  loaded = reload();
  assert.equal(loaded.get('series:298'), 'newer');
  clock.now += 240 * HOUR;
  assert.equal(loaded.get('series:298'), undefined);
  loaded.set('plan', 1);
  assert.equal(reload().get('plan'), 1);
});
