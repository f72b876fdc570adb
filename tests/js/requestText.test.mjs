// How the wrapping card tells whether two requests are the same question, and which are reads and writes.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { importSources } from './support/ownSources.mjs';

const { requestText, Patterns, USUAL_READS, WRITES } = await importSources(
  'cards/cached/requestText.ts',
  'cards/cached/patterns.ts',
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

test('what is usually read is no write, and services, other methods and verbs are', () => {
  const usual = new Patterns(USUAL_READS);
  for (const name of [
    'ws:recorder/statistics_during_period',
    'api:calendars/calendar.home?start=1',
    'ws:config/area_registry/list',
  ]) {
    assert.ok(usual.matches(name), name);
    assert.ok(!WRITES.matches(name), name);
  }
  for (const name of [
    'service:light.turn_on',
    'api/POST:events/x',
    'ws:calendar/event/create',
    'ws:todo/item/move',
    'ws:config/area_registry/update',
  ]) {
    assert.ok(WRITES.matches(name), name);
    assert.ok(!usual.matches(name), name);
  }
});
