// AgileTrack keeps records of its own under `agiletrack_`: we read what it wrote, it reads what we wrote, and what is neither
// stays as it is.
import assert from 'node:assert/strict';
import test from 'node:test';
import { openCache } from '../../dist/index.js';
import { DAY, HOUR, MINUTE, open } from './support/cache.mjs';
import { passSweep } from './support/time.mjs';

/** AgileTrack's own lines, as its users run them. */
const agileTrack = (area, clock) => ({
  write: (key, data) => area.setItem('agiletrack_' + key, JSON.stringify({ data, timestamp: clock.now })),
  read(key) {
    const text = area.getItem('agiletrack_' + key);
    if (!text) return undefined;
    const { data, timestamp } = JSON.parse(text);
    return clock.now - timestamp < 259200000 ? data : undefined;
  },
});

test('records that AgileTrack wrote are read with their age, for three days', (t) => {
  const { cache, area, clock } = open(t, { namespace: 'agiletrack_' });
  const its = agileTrack(area, clock);
  its.write('teams', [{ id: 7, name: 'Core' }]);
  its.write('team_7_metrics', { velocity: 21, trend: null });
  clock.now += HOUR;
  assert.deepEqual(cache.get('teams'), [{ id: 7, name: 'Core' }]);
  assert.equal(cache.age('team_7_metrics'), HOUR);
  clock.now += 3 * DAY - HOUR - 1;
  assert.deepEqual(cache.get('team_7_metrics'), { velocity: 21, trend: null });
  clock.now += 1;
  assert.equal(cache.get('team_7_metrics'), undefined);
});

test('AgileTrack reads our records, whatever the policy adds', (t) => {
  const { cache, area, clock } = open(t, { namespace: 'agiletrack_' });
  const its = agileTrack(area, clock);
  cache.set('teams', [{ id: 7, name: 'Ünïcode 🐉' }]);
  cache.set('team_7_metrics', { velocity: 21 }, { ttl: HOUR, tags: ['metrics'], version: '2', cost: 5 });
  cache.set('long', 'x'.repeat(100_000));
  assert.deepEqual(its.read('teams'), [{ id: 7, name: 'Ünïcode 🐉' }]);
  assert.deepEqual(its.read('team_7_metrics'), { velocity: 21 });
  assert.equal(its.read('long').length, 100_000);
  clock.now += 3 * DAY - 1;
  assert.deepEqual(its.read('teams'), [{ id: 7, name: 'Ünïcode 🐉' }]);
  clock.now += 1;
  assert.equal(its.read('teams'), undefined);
});

test('agiletrack_selected_team survives whatever we do, and is no entry', (t) => {
  t.mock.timers.enable({ apis: ['setInterval', 'setTimeout'] });
  const { cache, area, clock, origin, reload } = open(t, { namespace: 'agiletrack_', storage: { maxBytes: 5_000 } });
  const its = agileTrack(area, clock);
  const foreign = {
    selected_team: '7',
    theme: 'dark',
    filter: '{"team":7}',
    last: '1764000000000',
    broken: '{"data":',
  };
  for (const [name, text] of Object.entries(foreign)) area.setItem('agiletrack_' + name, text);
  its.write('teams', [1]);
  assert.deepEqual(cache.keys(), ['teams']);
  for (const name of Object.keys(foreign)) assert.equal(cache.get(name), undefined);
  for (let round = 0; round < 20; round++) for (const name of Object.keys(foreign)) cache.get(name);
  for (let index = 0; index < 20; index++) cache.set(`team_${index}_metrics`, 'x'.repeat(500));
  origin.quota = origin.units;
  cache.set('more', 'x'.repeat(2_000));
  cache.invalidateAll();
  cache.set('teams', 1);
  clock.now += 4 * DAY;
  passSweep(t);
  cache.clear();
  const loaded = reload();
  loaded.clear();
  for (const [name, text] of Object.entries(foreign)) assert.equal(area.getItem('agiletrack_' + name), text, name);
});

test('agiletrack_ holds plain records only', (t) => {
  const { cache, area, clock } = open(t, { namespace: 'agiletrack_' });
  cache.setMany([
    ['teams', 1],
    ['team_7_metrics', { a: [1] }],
  ]);
  cache.invalidate('sprints');
  cache.invalidateUser('sara');
  clock.now += 10 * MINUTE;
  cache.set('later', 1);
  for (const [name, text] of Object.entries(area.records)) {
    const { data, timestamp } = JSON.parse(text);
    assert.ok(data !== undefined && typeof timestamp === 'number', name);
  }
  assert.deepEqual(Object.keys(area.records).sort(), [
    'agiletrack_later',
    'agiletrack_team_7_metrics',
    'agiletrack_teams',
  ]);
});

test('agiletrack_ knows no users', () => {
  assert.throws(() => openCache({ namespace: 'agiletrack_', user: 'sara' }), TypeError);
});
