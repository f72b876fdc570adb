import assert from 'node:assert/strict';
import { test } from 'node:test';
import { build } from 'esbuild';

const { outputFiles } = await build({
  entryPoints: [new URL('../../cards/logicalDay.ts', import.meta.url).pathname],
  bundle: true,
  format: 'esm',
  write: false,
});
const { logicalDayEnd, minutesIntoDay, minutesOf, wallMinutes } = await import(
  `data:text/javascript,${encodeURIComponent(outputFiles[0].text)}`
);

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
