// How the wrapping card tells whether two requests are the same question, and which are reads and writes.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { importSources } from './support/ownSources.mjs';

const { requestText, Patterns, USUAL_READS, kindOf } = await importSources(
  'cards/cached/requestText.ts',
  'cards/cached/patterns.ts',
  'cards/cached/requestKinds.ts',
);

const MINUTE = 60_000;
const now = Date.parse('2026-11-22T12:34:56.789Z');
const textAt = (request, moment = now, round = MINUTE) => requestText(request, moment, round);

test('the last 24 hours are the same question a moment, a minute and a day later', () => {
  const asked = (at) =>
    textAt([`history/period/${new Date(at - 1440 * MINUTE).toISOString()}?end_time=${new Date(at).toISOString()}`], at);
  assert.equal(asked(now), asked(now + 5));
  assert.equal(asked(now), asked(now + MINUTE + 1));
  assert.equal(asked(now), asked(now + 1440 * MINUTE + 7));
});

test('the last 24 and the last 48 hours are two questions', () => {
  const since = (hours) => textAt({ start_time: new Date(now - hours * 60 * MINUTE).toISOString() });
  assert.notEqual(since(24), since(48));
});

test('a moment on a full minute is taken as it is: today is not yesterday', () => {
  const of = (day, at) => textAt({ start: `${day}T00:00:00+01:00` }, at);
  assert.equal(of('2026-11-22', now), of('2026-11-22', now + 90 * MINUTE));
  assert.notEqual(of('2026-11-22'), of('2026-11-21'));
});

test('moments stand in addresses with their colons escaped', () => {
  const path = (at) => [`calendars/calendar.home?start=${encodeURIComponent(new Date(at).toISOString())}`];
  assert.equal(textAt(path(now), now), textAt(path(now + 1_234), now + 1_234));
  assert.match(textAt(path(now)), /start=now0s/);
});

test('`round` says how far apart two moments may be', () => {
  const ask = (distance, round) => textAt({ end: new Date(now - distance).toISOString() }, now, round);
  assert.equal(ask(1, MINUTE), ask(25_000, MINUTE));
  assert.notEqual(ask(1, 1000), ask(25_000, 1000));
});

test('the order of arguments makes no difference, that of a list does', () => {
  assert.equal(textAt({ a: 1, b: { c: 2, d: 3 } }), textAt({ b: { d: 3, c: 2 }, a: 1 }));
  assert.notEqual(textAt({ ids: ['a', 'b'] }), textAt({ ids: ['b', 'a'] }));
});

test('what is no moment stays', () => {
  assert.equal(
    textAt({ name: '2026-13-45T99:99:99Z and 2026-11-22' }),
    '{"name":"2026-13-45T99:99:99Z and 2026-11-22"}',
  );
  assert.equal(textAt(undefined), '');
});

test('a star stands for any text, and everything else for itself', () => {
  const patterns = new Patterns(['ws:history/*', 'api:states/sensor.attic']);
  assert.ok(patterns.matches('ws:history/history_during_period'));
  assert.ok(patterns.matches('api:states/sensor.attic'));
  assert.ok(!patterns.matches('api:states/sensorXattic'));
  assert.ok(!patterns.matches('ws:history'));
  assert.ok(!patterns.matches('xws:history/a'));
  assert.ok(!new Patterns([]).matches(''));
});

test('stars match in the order of the text, without overlapping, and may stand for nothing', () => {
  const fits = (pattern, name) => new Patterns([pattern]).matches(name);
  assert.ok(fits('a*b*c', 'abc'));
  assert.ok(fits('a*b*c', 'axxbxbxc'));
  assert.ok(fits('*', ''));
  assert.ok(fits('a**', 'a'));
  assert.ok(!fits('aba*ba', 'aba'), 'the end is not the beginning once more');
  assert.ok(!fits('a*b*c', 'acb'));
  assert.ok(!fits('a*bc*c', 'abc'));
  assert.ok(fits('a*[x].\\d*', 'a[x].\\d'));
});

test('a pattern of many stars is matched at once', () => {
  // As a regular expression this would still run when the last test has long ended.
  const pattern = `ws:${'*a'.repeat(40)}*b`;
  assert.ok(!new Patterns([pattern]).matches(`ws:${'a'.repeat(20_000)}`));
  assert.ok(new Patterns([pattern]).matches(`ws:${'a'.repeat(20_000)}b`));
});

test('all that is usually read is a read', () => {
  for (const pattern of USUAL_READS) {
    const name = pattern.replace(/(\/?)\*$/, '$1').replace('*', 'area');
    assert.equal(kindOf(name), 'read', name);
  }
});
