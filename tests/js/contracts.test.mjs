// The contracts that C++ and JavaScript share, run against the built module; tests/core runs the same files.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { isConcerned, key } from '../../dist/index.js';
import { entriesIn, NAMESPACE, open } from './support/cache.mjs';

const read = (name) => JSON.parse(readFileSync(new URL(`../contracts/${name}.json`, import.meta.url), 'utf8'));

const keys = read('keys');

for (const { endpoint, params = [], key: expected, ...rest } of keys.built) {
  test(`key(${JSON.stringify([endpoint, rest.user, ...params]).slice(1, -1)}) is ${expected}`, () => {
    assert.equal(key(endpoint, rest.user, ...params), expected);
    const [first, second, ...others] = expected.split(':').map(decodeURIComponent);
    assert.equal(first, endpoint);
    assert.equal(second, 'user' in rest ? (rest.user ?? 'None') : undefined);
    assert.deepEqual(others, params.map(String));
  });
}

for (const { key: text, endpoint, shared, user, params } of keys.read) {
  test(`${text} is read as ${shared ? 'shared' : `of ${user}`}`, (t) => {
    const { cache } = open(t);
    cache.set(text, 1);
    assert.deepEqual(cache.keys(endpoint), [text]);
    assert.deepEqual(cache.keys({ user: null }), shared ? [text] : []);
    if (!shared) assert.deepEqual(cache.keys(`:${user}`), [text]);
    const whole = [endpoint, user ?? 'None', ...params].join(':');
    assert.deepEqual(cache.keys(whole), [text]);
    assert.deepEqual(cache.keys(`${whole}:more`), []);
    assert.deepEqual(Object.keys(cache.stats().endpoints), [endpoint]);
  });
}

test('texts that the contract refuses are no keys', (t) => {
  const { cache } = open(t);
  for (const text of keys.refused) assert.throws(() => cache.set(text, 1), TypeError, text);
});

const { entries, selected, refused } = read('selectors');

function openWithEntries(t) {
  const opened = open(t);
  for (const { key: name, tags } of entries) opened.cache.set(name, name, tags ? { tags } : {});
  return opened;
}

for (const { selector, keys: expected } of selected) {
  test(`the selector ${JSON.stringify(selector)} selects ${expected.length} of ${entries.length}`, (t) => {
    const { cache, reload } = openWithEntries(t);
    assert.deepEqual(cache.keys(selector).sort(), [...expected].sort());
    const loaded = reload();
    assert.deepEqual(loaded.keys(selector).sort(), [...expected].sort(), 'after a reload');
    assert.equal(loaded.invalidate(selector), expected.length);
    const left = entries.map((entry) => entry.key).filter((name) => !expected.includes(name));
    assert.deepEqual(loaded.keys().sort(), left.sort());
    for (const { key: name } of entries) assert.equal(loaded.has(name), left.includes(name), name);
  });
}

test('texts that the contract refuses are no selectors', (t) => {
  const { cache } = openWithEntries(t);
  for (const selector of [...refused, {}, { endpoint: '' }, { user: '' }, { tag: '' }]) {
    assert.throws(() => cache.keys(selector), TypeError, JSON.stringify(selector));
    assert.throws(() => cache.invalidate(selector), TypeError, JSON.stringify(selector));
  }
  assert.equal(cache.keys().length, entries.length);
});

for (const { about, type, data, subject, assignees, namedFor = [], reasons } of read('events')) {
  test(`an event: ${about}`, (t) => {
    const rule = { ...(subject ? { subject } : {}), ...(assignees ? { assignees: () => assignees } : {}) };
    for (const [user, reason] of Object.entries(reasons)) {
      const { cache } = open(t, { rules: { [type]: rule } });
      for (const named of namedFor) cache.set(key('daily_plan', named), { tasks: [{ id: data.task_id, name: 'Mop' }] });
      const decision = cache.applyEvent({ event_type: type, data }, user);
      assert.deepEqual([user, decision.reason, decision.concerned], [user, reason, reason !== 'other']);
      assert.equal(decision.invalidated, namedFor.length, 'whoever is concerned, what is outdated goes');
      if (!subject && !assignees && namedFor.length === 0) assert.equal(isConcerned(data, user), reason !== 'other');
    }
  });
}

const records = read('records');

function openWithRecord(t, text) {
  const opened = open(t, { storage: { ttl: records.life }, now: records.now });
  opened.area.setItem(`${NAMESPACE}record`, text);
  return opened;
}

for (const { about, text, data, timestamp, expires, version, tags = [] } of records.read) {
  test(`a record is read: ${about}`, (t) => {
    const { cache } = openWithRecord(t, text);
    assert.deepEqual(cache.get('record'), data);
    const [entry] = cache.inspect();
    assert.deepEqual(
      [entry.key, entry.timestamp, entry.expires, entry.tags],
      ['record', timestamp, expires ?? Infinity, tags],
    );
    assert.equal(cache.age('record'), Math.max(0, records.now - timestamp));
    assert.equal(cache.stats().errors.corrupt, 0);
    if (version === undefined) return;
    const other = openWithRecord(t, text).cache;
    const check = (wanted) => other.getOrFetch('record', () => Promise.resolve('fetched'), { version: wanted });
    return check(version).then((value) => assert.deepEqual(value, data));
  });
}

function openWithPacked(t, text) {
  const namespace = records.packedKey.replace(/record$/, '');
  const opened = open(t, { namespace, storage: { ttl: records.life }, now: records.now });
  opened.area.setItem(records.packedKey, text);
  return opened;
}

for (const { about, text, data, timestamp, expires, tags = [] } of records.packed) {
  test(`a packed record is read: ${about}`, (t) => {
    const { cache } = openWithPacked(t, text);
    assert.deepEqual(cache.get('record'), data);
    const [entry] = cache.inspect();
    assert.deepEqual([entry.timestamp, entry.expires, entry.tags], [timestamp, expires ?? Infinity, tags]);
  });
}

for (const { about, text, fault } of records.packedBad) {
  test(`a packed record is a miss, counted as ${fault} and removed: ${about}`, (t) => {
    const { cache, area } = openWithPacked(t, text);
    assert.equal(cache.get('record'), undefined);
    const { corrupt, version } = cache.stats().errors;
    assert.deepEqual([corrupt, version], fault === 'corrupt' ? [1, 0] : [0, 1]);
    assert.equal(area.getItem(records.packedKey), null);
  });
}

for (const { about, text } of records.corrupt) {
  test(`a record is corrupt, counted and removed: ${about}`, (t) => {
    const { cache, area } = openWithRecord(t, text);
    assert.equal(cache.get('record'), undefined);
    assert.equal(cache.stats().errors.corrupt, 1);
    assert.deepEqual(entriesIn(area), []);
  });
}

for (const { about, text } of records.outdated) {
  test(`a record is outdated: ${about}`, (t) => {
    const { cache, area } = openWithRecord(t, text);
    assert.equal(cache.get('record'), undefined);
    assert.equal(cache.stats().errors.corrupt, 0);
    assert.deepEqual(entriesIn(area), []);
  });
}
