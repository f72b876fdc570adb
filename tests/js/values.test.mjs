// What goes in comes out, whatever it is and whatever its key is called.
import assert from 'node:assert/strict';
import test from 'node:test';
import { runInNewContext } from 'node:vm';
import { entriesIn, listen, open, PLAIN, recordOf } from './support/cache.mjs';

const values = { zero: 0, empty: '', no: false, nothing: null, list: [], object: {}, nested: { a: [0, '', null] } };

for (const [name, value] of Object.entries(values)) {
  test(`${JSON.stringify(value)} is a value: in memory, in storage and from a fetcher`, async (t) => {
    const { cache, reload } = open(t);
    cache.set(name, value);
    assert.deepEqual(cache.get(name), value);
    assert.deepEqual(cache.peek(name), value);
    assert.equal(cache.has(name), true);
    assert.deepEqual([...cache.getMany([name, 'missing'])], [[name, value]]);
    const unasked = () => assert.fail('a value that is there was fetched');
    assert.deepEqual(await cache.getOrFetch(name, unasked), value);
    assert.deepEqual(await cache.getOrFetch('fetched', () => Promise.resolve(value)), value);

    const loaded = reload();
    assert.deepEqual(loaded.get(name), value);
    assert.equal(loaded.has('fetched'), true);
    assert.deepEqual(await loaded.getOrFetch('fetched', unasked), value);
  });
}

test('a miss is undefined', (t) => {
  const { cache } = open(t);
  assert.equal(cache.get('missing'), undefined);
  assert.equal(cache.peek('missing'), undefined);
  assert.equal(cache.has('missing'), false);
  assert.equal(cache.age('missing'), undefined);
  assert.equal(cache.remainingTtl('missing'), undefined);
  assert.equal(cache.delete('missing'), false);
  assert.deepEqual([...cache.getMany(['missing', 'also'])], []);
});

test('undefined is refused as a value', (t) => {
  const { cache } = open(t);
  assert.throws(() => cache.set('plan', undefined), TypeError);
  assert.throws(() => cache.setMany([['plan', undefined]]), TypeError);
  assert.equal(cache.has('plan'), false);
});

const unusual = {
  __proto__: '__proto__',
  constructor: 'constructor',
  'toString:hasOwnProperty': 'toString:hasOwnProperty',
  'an emoji': 'daily_plan:⏰🐉',
  'a lone high surrogate': 'lone\ud800',
  'a lone low surrogate': '\udc00first:\udfff',
  'surrogates the wrong way round': '\udc00\ud800',
  '10 kB': 'x'.repeat(10_240),
  'a byte order mark': '\ufeffplan',
  '10 kB of emoji': '🐉'.repeat(5_120),
  'half a megabyte of emoji': '🐉'.repeat(131_072),
  'NUL and controls': 'nul\0\u0001\u001f\u007f',
  'quotes, backslashes, slashes': '"\\/\'`',
  'white space': ' \t\n\u00a0\u2028',
  'a digit': '0',
};

for (const [what, key] of Object.entries(unusual)) {
  test(`${what} as a key keeps its own value, after a reload too`, (t) => {
    const { cache, area, reload } = open(t, { storage: PLAIN });
    cache.set(key, { of: key });
    cache.set(`${key}x`, 'the neighbour');
    assert.deepEqual(cache.get(key), { of: key });
    assert.deepEqual(cache.keys().sort(), [key, `${key}x`].sort());
    assert.deepEqual(recordOf(area, key).data, { of: key });

    const loaded = reload();
    assert.deepEqual(loaded.get(key), { of: key });
    assert.equal(loaded.delete(key), true);
    assert.equal(loaded.get(key), undefined);
    assert.equal(loaded.get(`${key}x`), 'the neighbour');
  });
}

test('keys that differ only in their surrogates are different keys', (t) => {
  const { cache, reload } = open(t);
  const keys = ['\ud800', '\ud801', '\udc00', '\ufffd', '\ud800\udc00', '\udc00\ud800', '\ufeff\ufffd'];
  keys.forEach((key, index) => cache.set(key, index));
  const expected = keys.map((_, index) => index);
  assert.deepEqual(
    keys.map((key) => cache.get(key)),
    expected,
  );
  const loaded = reload();
  assert.deepEqual(
    keys.map((key) => loaded.get(key)),
    expected,
  );
});

test('texts of every kind survive storage', (t) => {
  const { cache, reload } = open(t);
  const every = Array.from({ length: 0x300 }, (_, unit) => String.fromCharCode(unit)).join('');
  const texts = [
    every,
    '\ud800',
    '\udfff\ud800',
    '🐉'.repeat(2_000),
    '\u2028\u2029',
    '{"data":1,"timestamp":2}',
    '\\u0041',
  ];
  cache.set('texts', texts);
  assert.deepEqual(reload().get('texts'), texts);
});

test('a text of any length survives storage, wherever its surrogate pairs are', (t) => {
  const { cache, reload } = open(t);
  const texts = [0, 1, 2, 3].map((before) => 'x'.repeat(before) + '🐉'.repeat(25_000) + 'é€');
  texts.forEach((text, index) => cache.set(`text:${index}`, [text]));
  // Few enough of them to cross the border as escapes, at its beginning, its end and in its middle.
  const long = `€${'x'.repeat(16_382)}🐉${'é'.repeat(9_000)}\u20ac🐉`;
  cache.set('long', long);
  const loaded = reload();
  texts.forEach((text, index) => assert.ok(loaded.get(`text:${index}`)?.[0] === text, `text ${index}`));
  assert.ok(loaded.get('long') === long);
});

test('numbers survive storage to the last bit', (t) => {
  const { cache, reload } = open(t);
  const numbers = [0.1, 1 / 3, Number.MAX_VALUE, Number.MIN_VALUE, 2 ** 53, -(2 ** 53), 1e21, 5e-324, 123456.789012];
  cache.set('numbers', numbers);
  assert.deepEqual(reload().get('numbers'), numbers);
});

test('a __proto__ inside a value is a member like any other', (t) => {
  const { cache, reload } = open(t);
  cache.set('value', JSON.parse('{"__proto__":{"admin":true},"a":1}'));
  const value = reload().get('value');
  assert.deepEqual(Object.keys(value), ['__proto__', 'a']);
  assert.equal(value.admin, undefined);
  assert.equal({}.admin, undefined);
});

const loop = {};
loop.self = [loop];
const deepText = '['.repeat(5_000) + ']'.repeat(5_000);
const notJson = {
  'a Map': new Map([['a', 1]]),
  'a Set inside an object': { set: new Set([1]) },
  'a cycle': loop,
  'a function': () => 'called',
  'a Date': new Date(0),
  NaN: NaN,
  'Infinity inside a list': [Infinity],
  'a BigInt': 10n,
  'a symbol': Symbol('s'),
  'a list with a hole': [1, , 2], // eslint-disable-line no-sparse-arrays -- what is tested
  'undefined inside a list': [undefined],
  'an instance of a class': new (class Plan {
    tasks = [];
  })(),
  'an object with toJSON': { toJSON: () => 'something else' },
  'a list with toJSON': Object.assign([1], { toJSON: () => 'something else' }),
  'a list with members of its own': Object.assign([1], { columns: ['day'] }),
  'a list of a class': new (class Rows extends Array {})(1, 2),
  'an object that inherits from another': Object.create(
    { __proto__: null, unit: '°C' },
    { a: { value: 1, enumerable: true } },
  ),
  'a member under a symbol': { a: 1, [Symbol('note')]: 2 },
  'a list with a member under a symbol': Object.assign([1], { [Symbol('note')]: 2 }),
  'a boxed number': Object(5),
  'an error': new Error('refused'),
  'an instance of a class of another frame': runInNewContext('new (class Plan { tasks = []; })()'),
  'a Date of another frame inside a list': [runInNewContext('new Date(0)')],
};

for (const [what, value] of Object.entries(notJson)) {
  test(`${what} is no JSON: it stays in memory, by reference, and is counted`, (t) => {
    const { cache, area, reload } = open(t);
    const heard = listen(cache, 'error');
    cache.set('value', value);
    assert.ok(Object.is(cache.get('value'), value));
    assert.deepEqual(entriesIn(area), []);
    assert.equal(cache.stats().errors.serialize, 1);
    assert.equal(cache.inspect()[0].tier, 'memory');
    assert.deepEqual(
      heard.map(([, { kind, key }]) => [kind, key]),
      [['serialize', 'value']],
    );
    assert.equal(reload().get('value'), undefined);
  });
}

// JSON as servers write it, and what engines and libraries make of it.
const shared = { unit: '°C' };
const harmless = {
  '−0 alone': [-0, 0],
  '−0 deep inside, as Python’s round(-0.04, 1) gives': [JSON.parse('{"a":[{"t":-0.0},[-0]]}'), { a: [{ t: 0 }, [0]] }],
  'numbers at the ends of their range': [[1e21, -1e-7, 2 ** 53 + 2, 5e-324, -1.7976931348623157e308]],
  'names that objects have themselves': [
    JSON.parse('{"__proto__":null,"constructor":1,"hasOwnProperty":2,"toJSON":"x","":3}'),
  ],
  'names that are numbers': [JSON.parse('{"10":1,"9":2,"-1":3,"length":4}')],
  'lone surrogates': [{ '\ud800': '\udfff' }],
  'the same part twice': [{ a: shared, b: [shared] }],
  'frozen parts': [Object.freeze({ a: Object.freeze([1]) })],
  'objects without a prototype': [Object.assign(Object.create(null), { a: [1] }), { a: [1] }],
  'objects and lists of another frame': [
    runInNewContext('({ a: [{ b: null }], c: Object.create(null) })'),
    { a: [{ b: null }], c: {} },
  ],
  'a getter': [{ get a() { return [1]; } }, { a: [1] }], // prettier-ignore
  'a name that is not enumerable, and one under such a symbol': [
    Object.defineProperties({ a: 1 }, { b: { value: 2 }, [Symbol('c')]: { value: 3 } }),
    { a: 1 },
  ],
  'members that are undefined': [{ a: undefined, b: [{ c: undefined }] }, { b: [{}] }],
};

for (const [what, [value, loaded = value]] of Object.entries(harmless)) {
  test(`${what}: survives storage`, (t) => {
    const { cache, reload } = open(t);
    cache.set('value', value);
    assert.ok(Object.is(cache.get('value'), value), 'here it is the value itself');
    assert.equal(cache.stats().errors.serialize, 0);
    assert.deepStrictEqual(structuredClone(reload().get('value')), structuredClone(loaded));
  });
}

test('0 and −0 are equal: the older reference stays, and no listener is called', async (t) => {
  const { cache, reload } = open(t);
  const first = { t: [0, -0] };
  cache.set('value', first);
  await Promise.resolve();
  const heard = listen(cache, 'update');
  for (const next of [{ t: [-0, 0] }, { t: [0, 0] }]) {
    cache.set('value', next);
    assert.equal(cache.get('value'), first);
  }
  await Promise.resolve();
  assert.deepEqual(heard, []);
  const loaded = reload();
  const restored = loaded.get('value');
  loaded.set('value', first);
  assert.equal(loaded.get('value'), restored, 'after a reload as well');
});

test('parts that refer to each other without end do not hold the page up', (t) => {
  const { cache } = open(t);
  let parts = ['leaf'];
  for (let level = 0; level < 60; level++) parts = [parts, parts];
  cache.set('value', parts);
  assert.equal(cache.stats().errors.serialize, 1);
  assert.equal(cache.get('value'), parts);
});

test('nested as deep as records are read it survives storage, deeper it stays in memory, counted', (t) => {
  for (const storage of [PLAIN, {}]) {
    const { cache, reload } = open(t, { storage });
    const nested = (depth) => JSON.parse('{"a":'.repeat(depth) + '1' + '}'.repeat(depth));
    cache.set('deep', nested(2_000));
    assert.equal(cache.stats().errors.serialize, 0);
    cache.set('deeper', nested(2_001));
    assert.equal(cache.stats().errors.serialize, 1);
    assert.notEqual(cache.get('deeper'), undefined);
    const loaded = reload();
    assert.deepEqual(JSON.stringify(loaded.get('deep')), JSON.stringify(nested(2_000)));
    assert.equal(loaded.get('deeper'), undefined);
    assert.equal(loaded.stats().errors.corrupt, 0);
  }
});

test('a value nested very deep neither throws nor is lost', (t) => {
  const { cache } = open(t);
  const deep = JSON.parse(deepText);
  cache.set('deep', deep);
  assert.equal(cache.get('deep'), deep);
  const again = JSON.parse(deepText);
  cache.set('deep', again);
  assert.ok([deep, again].includes(cache.get('deep')));
});

test('a value that is no JSON takes an older record of its key away', (t) => {
  const { cache, area, reload } = open(t);
  cache.set('value', 'old');
  cache.set('value', new Map());
  assert.deepEqual(entriesIn(area), []);
  assert.equal(reload().get('value'), undefined);
});

test('a member that is undefined does not keep a value out of storage', (t) => {
  const { cache, reload } = open(t);
  cache.set('value', { a: 1, b: undefined });
  assert.equal(cache.stats().errors.serialize, 0);
  assert.deepEqual(reload().get('value'), { a: 1 });
});

test('members added to Object.prototype neither keep a value out of storage nor become part of it', (t) => {
  const { cache, reload } = open(t);
  Object.prototype.each = () => undefined;
  t.after(() => delete Object.prototype.each);
  cache.set('value', { a: [{ b: 1 }] });
  assert.equal(cache.stats().errors.serialize, 0);
  delete Object.prototype.each;
  assert.deepEqual(reload().get('value'), { a: [{ b: 1 }] });
});

test('an object without a prototype is plain JSON', (t) => {
  const { cache, reload } = open(t);
  cache.set('value', Object.assign(Object.create(null), { a: 1 }));
  assert.deepEqual(reload().get('value'), { a: 1 });
});

test('an equal value keeps the reference that is there and renews its timestamp', async (t) => {
  const { cache, clock, area } = open(t);
  const first = { tasks: [{ id: 1, windows: [] }], fair: null };
  cache.set('plan', first);
  await Promise.resolve();
  const heard = listen(cache, 'update');
  clock.now += 5_000;
  cache.set('plan', structuredClone(first));
  await Promise.resolve();
  assert.equal(cache.get('plan'), first);
  assert.equal(cache.age('plan'), 0);
  assert.equal(recordOf(area, 'plan').timestamp, clock.now);
  assert.deepEqual(heard, []);
});

test('an equal answer of a fetcher keeps the reference too', async (t) => {
  const { cache } = open(t);
  const first = await cache.getOrFetch('plan', () => Promise.resolve({ tasks: [1] }));
  const second = await cache.getOrFetch('plan', () => Promise.resolve({ tasks: [1] }), { forceRefresh: true });
  assert.equal(second, first);
});

test('a value that differs in one place takes the old one’s place', (t) => {
  const { cache } = open(t);
  const withHole = [1, 2, 3];
  delete withHole[1];
  for (const [before, after] of [
    [{ a: 1 }, { a: 2 }],
    [{ a: 1 }, { a: 1, b: undefined }],
    [{ a: 1 }, { b: 1 }],
    [[1, 2], [1]],
    [withHole, [1, 2, 3]],
    [withHole, [1, undefined, 3]],
    [Object.assign([1], { total: 1 }), Object.assign([1], { total: 2 })],
    [[1], new (class Rows extends Array {})(1).fill(1)],
    [{ 0: 1 }, [1]],
    [0, ''],
    [null, {}],
    [{ [Symbol.for('note')]: 1 }, { [Symbol.for('note')]: 2 }],
    [Object.create({ __proto__: null, unit: 'K' }), {}],
    [NaN, 0],
  ]) {
    cache.set('value', before);
    cache.set('value', after);
    assert.equal(cache.get('value'), after);
  }
});

test('the same reference set again counts as changed', async (t) => {
  const { cache, area } = open(t);
  const plan = { tasks: [1] };
  cache.set('plan', plan);
  await Promise.resolve();
  const heard = listen(cache, 'update');
  plan.tasks.push(2);
  cache.set('plan', plan);
  await Promise.resolve();
  assert.equal(cache.get('plan'), plan);
  assert.deepEqual(recordOf(area, 'plan').data, { tasks: [1, 2] });
  assert.deepEqual(heard, [['update', { key: 'plan' }]]);
});

test('many keys are set, read and deleted in one call', (t) => {
  const { cache } = open(t);
  cache.setMany(
    new Map([
      ['a', 1],
      ['b', 0],
      ['c', null],
    ]),
    { tags: ['letters'] },
  );
  assert.deepEqual(
    [...cache.getMany(new Set(['a', 'b', 'c', 'd']))],
    [
      ['a', 1],
      ['b', 0],
      ['c', null],
    ],
  );
  assert.deepEqual(cache.keys({ tag: 'letters' }).sort(), ['a', 'b', 'c']);
  assert.equal(cache.deleteMany(['a', 'c', 'd']), 2);
  assert.deepEqual(cache.keys(), ['b']);
});

test('ten thousand values outgrow the module’s first memory and are all still right', (t) => {
  const { cache } = open(t, { memory: { maxEntries: 20_000 }, storage: false });
  const before = cache.stats().wasm.memoryBytes;
  const keys = Array.from({ length: 10_000 }, (_, index) => `series:${index}:${'k'.repeat(2_000)}`);
  keys.forEach((key, index) => cache.set(key, index));
  assert.ok(cache.stats().wasm.memoryBytes > before, 'the memory did not grow: this test tests nothing');
  keys.forEach((key, index) => assert.equal(cache.get(key), index));
});
