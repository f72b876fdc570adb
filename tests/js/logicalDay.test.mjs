import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HOUR, open } from './support/cache.mjs';
import { importSources } from './support/ownSources.mjs';

const { logicalDayEnd, minutesIntoDay, minutesOf, wallMinutes } = await importSources('cards/logicalDay.ts');

const endOf = (timezone, date, reset = '05:00:00') => {
  const end = logicalDayEnd({ timezone, current_logical_date: date, daily_reset_time: reset });
  return end === undefined ? undefined : new Date(end).toISOString();
};

test('a logical day ends at the reset time of the next calendar day, on the clocks of its zone', () => {
  assert.equal(endOf('UTC', '2026-11-21'), '2026-11-22T05:00:00.000Z');
  assert.equal(endOf('Europe/Berlin', '2026-07-01'), '2026-07-02T03:00:00.000Z');
  assert.equal(endOf('America/Los_Angeles', '2026-12-31', '04:30'), '2027-01-01T12:30:00.000Z');
  assert.equal(endOf('Asia/Kathmandu', '2026-02-28', '00:00:00'), '2026-02-28T18:15:00.000Z');
});

test('the night in which the clocks change is an hour shorter or longer', () => {
  assert.equal(endOf('Europe/Berlin', '2026-03-28'), '2026-03-29T03:00:00.000Z');
  assert.equal(endOf('Europe/Berlin', '2026-03-27'), '2026-03-28T04:00:00.000Z');
  assert.equal(endOf('Europe/Berlin', '2026-10-24'), '2026-10-25T04:00:00.000Z');
  assert.equal(endOf('Europe/Berlin', '2026-10-23'), '2026-10-24T03:00:00.000Z');
});

test('a reset time that is skipped is read with the offset before, one that comes twice means the first', () => {
  assert.equal(endOf('Europe/Berlin', '2026-03-28', '02:30:00'), '2026-03-29T01:30:00.000Z');
  assert.equal(endOf('Europe/Berlin', '2026-10-24', '02:30:00'), '2026-10-25T00:30:00.000Z');
  assert.equal(endOf('Australia/Lord_Howe', '2026-10-03', '02:15:00'), '2026-10-03T15:45:00.000Z');
});

// What Python's zoneinfo says, which the server reckons with: skipped and repeated hours, half and quarter hours, changes at
// midnight, in Ramadan, by two hours, and a day that was left out.
for (const [zone, date, reset, end] of [
  ['America/Havana', '2026-03-07', '00:00', '2026-03-08T05:00:00.000Z'],
  ['America/Havana', '2026-03-07', '00:30', '2026-03-08T05:30:00.000Z'],
  ['America/Havana', '2026-10-31', '00:30', '2026-11-01T04:30:00.000Z'],
  ['Africa/Cairo', '2026-04-23', '00:30', '2026-04-23T22:30:00.000Z'],
  ['America/St_Johns', '2026-03-07', '02:30', '2026-03-08T06:00:00.000Z'],
  ['America/St_Johns', '2026-10-31', '01:30', '2026-11-01T04:00:00.000Z'],
  ['Asia/Kolkata', '2026-03-28', '05:00', '2026-03-28T23:30:00.000Z'],
  ['Asia/Kathmandu', '2026-10-24', '00:30', '2026-10-24T18:45:00.000Z'],
  ['Australia/Lord_Howe', '2026-04-04', '01:45', '2026-04-04T14:45:00.000Z'],
  ['Antarctica/Troll', '2026-03-28', '01:30', '2026-03-29T01:30:00.000Z'],
  ['Antarctica/Troll', '2026-10-24', '01:30', '2026-10-24T23:30:00.000Z'],
  ['Africa/Casablanca', '2026-02-14', '02:30', '2026-02-15T01:30:00.000Z'],
  ['Africa/Casablanca', '2026-03-21', '02:30', '2026-03-22T02:30:00.000Z'],
  ['America/New_York', '2026-03-07', '02:30', '2026-03-08T07:30:00.000Z'],
  ['America/New_York', '2026-10-31', '01:30', '2026-11-01T05:30:00.000Z'],
  ['Europe/Lisbon', '2026-03-28', '01:00', '2026-03-29T01:00:00.000Z'],
  ['Pacific/Chatham', '2026-04-04', '03:00', '2026-04-04T13:15:00.000Z'],
  ['Pacific/Apia', '2011-12-28', '05:00', '2011-12-29T15:00:00.000Z'],
  ['Pacific/Apia', '2011-12-29', '05:00', '2011-12-30T15:00:00.000Z'],
]) {
  test(`the day ${date} of ${zone}, which turns at ${reset}, ends at ${end}`, () => {
    assert.equal(endOf(zone, date, reset), end);
  });
}

test('a plan is fresh until its day is over, in the night in which the clocks go forward too', (t) => {
  const began = Date.parse('2026-03-28T20:00:00Z');
  const { cache, clock } = open(t, { now: began });
  const plan = {
    tasks: [],
    user_context: { timezone: 'Europe/Berlin', current_logical_date: '2026-03-28', daily_reset_time: '05:00:00' },
  };
  cache.set('daily_plan:sara', plan, { expiresAt: ({ user_context }) => logicalDayEnd(user_context) });
  assert.equal(cache.remainingTtl('daily_plan:sara'), 7 * HOUR);
  clock.now += 7 * HOUR - 1;
  assert.deepEqual(cache.get('daily_plan:sara'), plan);
  clock.now += 1;
  assert.equal(cache.get('daily_plan:sara'), undefined);
});

test('nonsense has no end, and does not throw', () => {
  assert.equal(endOf('Nowhere/Town', '2026-11-21'), undefined);
  assert.equal(endOf('UTC', '21.11.2026'), undefined);
  assert.equal(endOf('UTC', '2026-11-21', 'five'), undefined);
  assert.equal(endOf('UTC', '2026-11-21', '25:00:00'), undefined);
});

test('times after midnight come late in a day that began at five', () => {
  assert.equal(minutesIntoDay(minutesOf('05:00'), '05:00:00'), 0);
  assert.equal(minutesIntoDay(minutesOf('23:30'), '05:00:00'), 1110);
  assert.equal(minutesIntoDay(minutesOf('01:00'), '05:00:00'), 1200);
  assert.equal(wallMinutes(Date.parse('2026-11-22T04:22:21Z'), 'Europe/Berlin'), 5 * 60 + 22);
});
