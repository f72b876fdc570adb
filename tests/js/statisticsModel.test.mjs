// What the statistics card draws of the rows that there are.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { importSources } from './support/ownSources.mjs';

const { modelOf, stepOf } = await importSources('cards/statistics/model.ts');

const HOUR = 3_600_000;
const first = Date.parse('2026-10-01T00:00:00Z');
const nameOf = ({ entity }) => entity.id;
const followed = (start, metadata = { isMeasured: true, unit: '%' }) => ({
  entity: { id: 'cardcache:load' },
  metadata,
  rows: { start, columns: { mean: start.map((_time, index) => index) } },
});
const model = (period, ...starts) =>
  modelOf(
    { period, statTypes: ['mean'] },
    starts.map((start) => followed(start)),
    nameOf,
  );

test('missing hours are a gap, not a line over them', () => {
  const start = [0, 1, 2, 40, 41].map((hour) => first + hour * HOUR);
  const { times, series } = model('hour', start);
  assert.deepEqual(series[0].values, [0, 1, 2, null, 3, 4]);
  assert.equal(times[3], first + 3 * HOUR);
  assert.equal(stepOf(times), HOUR);
});

test('two rows far from each other are as long as their period, not as what lies between them', () => {
  const { times } = model('hour', [first, first + 48 * HOUR]);
  assert.equal(stepOf(times), HOUR);
});

test('days, weeks and months that differ in length are no gaps, and what is missing is named by its own date', () => {
  const midnights = (...dates) => dates.map((date) => Date.parse(`${date}T00:00:00+02:00`));
  const autumn = [...midnights('2026-10-24', '2026-10-25'), Date.parse('2026-10-26T00:00:00+01:00')];
  assert.deepEqual(model('day', autumn).times, autumn);
  const months = ['2026-01', '2026-02', '2026-03', '2026-04', '2026-05'].map((month) => Date.parse(`${month}-01`));
  assert.deepEqual(model('month', months).times, months);
  const inBerlin = new Intl.DateTimeFormat('en-CA', { timeZone: 'Europe/Berlin', dateStyle: 'short' });
  const missing = (period, from, to) => inBerlin.format(model(period, [Date.parse(from), Date.parse(to)]).times[1]);
  assert.equal(missing('day', '2026-10-24T22:00Z', '2026-10-29T23:00Z'), '2026-10-26');
  assert.equal(missing('week', '2026-10-18T22:00Z', '2026-11-15T23:00Z'), '2026-10-26');
  assert.match(missing('month', '2026-09-30T22:00Z', '2027-01-31T23:00Z'), /^2026-11-01/);
  assert.match(missing('month', '2026-01-31T23:00Z', '2026-05-31T22:00Z'), /^2026-03-/);
});

test('an hour that one statistic lacks and another has is a gap in its line alone', () => {
  const whole = [0, 1, 2, 3].map((hour) => first + hour * HOUR);
  const { times, series } = model('hour', whole, [whole[0], whole[3]]);
  assert.deepEqual(times, whole);
  assert.deepEqual(series[1].values, [0, null, null, 1]);
});
