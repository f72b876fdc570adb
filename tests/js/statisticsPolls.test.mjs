// What the statistics card keeps and asks at each poll: after one it shows what reading everything would show.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { recorder, statisticsModule } from './support/recorder.mjs';

const { isMetadata, isSince, isStatistics, modelOf, readRows, statisticsQueries } = await statisticsModule();

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const ID = 'sensor.attic';

/** The card's question, asked again and again over what it had: `at(time)` sets the clock and polls. */
function follower(t, server, { period = 'day', days = 7, own = '°C', wish } = {}) {
  let now = 0;
  t.mock.method(Date, 'now', () => now);
  const { fetcher, key } = statisticsQueries(() => server.hass).rows({ id: ID, period, days, own, wish });
  const follow = {
    key,
    rows: undefined,
    async at(time) {
      now = time;
      server.until = time;
      follow.rows = await fetcher({ stale: follow.rows });
      return follow.rows;
    },
    /** What there would be without anything kept. */
    whole: async () => ({ ...(await fetcher({ stale: undefined })), whole: follow.rows.whole }),
  };
  return follow;
}

const places = {
  UTC: ['2026-06-10T00:20Z'],
  'Europe/Berlin': ['2026-03-27T21:40Z', '2026-10-23T20:10Z', '2026-12-30T22:00Z'],
  'America/New_York': ['2026-03-06T03:30Z', '2026-10-30T02:45Z'],
  'Asia/Kolkata': ['2026-02-27T17:10Z'],
  'Australia/Lord_Howe': ['2026-04-03T12:30Z'],
  'America/Santiago': ['2026-09-04T03:30Z'],
  'Pacific/Apia': ['2026-01-30T09:00Z'],
};
const spans = { '5minute': [1], hour: [1, 2], day: [1, 3], week: [1, 10], month: [1, 40] };

for (const [timeZone, begins] of Object.entries(places)) {
  test(`after each poll the card shows what reading everything would show, in ${timeZone}`, async (t) => {
    for (const begin of begins) {
      for (const [period, lengths] of Object.entries(spans)) {
        for (const days of lengths) {
          const first = Date.parse(begin);
          const server = recorder({ timeZone, from: first - 80 * DAY, until: first });
          const follow = follower(t, server, { period, days });
          for (let poll = 0; poll < 12; poll++) {
            await follow.at(first + poll * 5.5 * HOUR);
            assert.deepEqual(follow.rows, await follow.whole(), `${timeZone} ${begin} ${period} ${days}, poll ${poll}`);
          }
          t.mock.restoreAll();
        }
      }
    }
  });
}

test('a poll asks for the last row alone, also of a period that began before the range', async (t) => {
  const first = Date.parse('2026-06-10T10:20Z');
  for (const [period, days] of [
    ['day', 1],
    ['week', 1],
    ['month', 1],
    ['month', 365],
  ]) {
    const server = recorder({ timeZone: 'Europe/Berlin', from: first - 400 * DAY, until: first });
    const follow = follower(t, server, { period, days });
    await follow.at(first);
    server.asked.length = 0;
    await follow.at(first + HOUR);
    const [{ start_time: start }] = server.asked;
    assert.deepEqual([server.asked.length, Date.parse(start)], [1, follow.rows.start.at(-1)]);
    t.mock.restoreAll();
  }
});

test('where the server’s zone is not known a period’s length decides whether it reaches into the range', () => {
  const start = Date.parse('2026-06-10T00:00Z');
  for (const timeZone of [undefined, 'Mars/Olympus']) {
    assert.equal(isSince(start + 20 * HOUR, start, 'day', timeZone), true);
    assert.equal(isSince(start + 30 * HOUR, start, 'day', timeZone), false);
    assert.equal(isSince(start + 1, start, 'hour', timeZone), false);
  }
});

test('a server that has moved to another zone is read anew', async (t) => {
  const first = Date.parse('2026-06-10T10:00Z');
  const server = recorder({ timeZone: 'Europe/Berlin', from: first - 60 * DAY, until: first });
  const follow = follower(t, server);
  await follow.at(first);
  server.timeZone = server.hass.config.time_zone = 'America/New_York';
  const moved = recorder({ timeZone: 'America/New_York', from: first - 60 * DAY, until: first });
  server.rows = moved.rows;
  moved.until = first + HOUR;
  await follow.at(first + HOUR);
  assert.deepEqual(follow.rows.start, (await follow.whole()).start);
});

test('sums that were corrected before the last row are read anew at the next poll, not a day later', async (t) => {
  const first = Date.parse('2026-06-10T10:00Z');
  const server = recorder({ timeZone: 'UTC', from: first - 5 * DAY, until: first });
  let offset = 0;
  server.rows = ({ start_time: start }) => {
    const rows = [];
    for (let time = Date.parse(start); time + HOUR <= server.until; time += HOUR) {
      rows.push({ start: time, end: time + HOUR, change: 0.1, sum: (time - first) * 1e-7 + offset, state: 1 });
    }
    return rows.map((row, at) => ({ ...row, change: at === 0 ? HOUR * 1e-7 : row.sum - rows[at - 1].sum }));
  };
  const follow = follower(t, server, { period: 'hour', days: 2, own: 'kWh' });
  await follow.at(first);
  server.asked.length = 0;
  await follow.at(first + HOUR);
  assert.equal(server.asked.length, 1);
  offset = 5;
  await follow.at(first + 2 * HOUR);
  assert.deepEqual(follow.rows.columns.sum, (await follow.whole()).columns.sum);
});

const FAHRENHEIT = { unitClass: 'temperature', name: '°F' };
const start = Date.parse('2026-06-10T10:00Z');
const inGermany = (more) => recorder({ timeZone: 'Europe/Berlin', from: start - 3 * DAY, until: start, ...more });
const shown = (rows, { unit } = {}) =>
  modelOf(
    { period: 'day', statTypes: ['mean'] },
    [{ entity: { id: ID, unit }, metadata: { isMeasured: true, unit: '°C' }, rows }],
    () => 'Attic',
  ).series[0];

test('a unit of the class that the server converts to is shown as wished', async (t) => {
  const server = inGermany({ value: () => 20 });
  const rows = await follower(t, server, { wish: FAHRENHEIT }).at(start);
  assert.deepEqual([shown(rows, { unit: '°F' }).unit, shown(rows).values[0]], ['°F', 68]);
});

for (const [name, { wish, spoil }] of Object.entries({
  'a unit of another class, which the server refuses': { wish: { unitClass: 'temperature', name: 'kWh' } },
  'a class that the server does not know': { wish: { unitClass: 'mood', name: '°F' } },
  'a class that does not fit the statistic, which the server does not tell': {
    wish: FAHRENHEIT,
    spoil: (server) => (server.metadata.statistics_unit_of_measurement = 'kWh'),
  },
  'a server that cannot convert': {
    wish: FAHRENHEIT,
    spoil: (server) => {
      const { rows } = server;
      server.rows = (message) => {
        if (message.units) throw { code: 'unknown_error' };
        return rows(message);
      };
    },
  },
})) {
  test(`${name}: the label is the unit of the values`, async (t) => {
    const server = inGermany({ value: () => 20 });
    spoil?.(server);
    const follow = follower(t, server, { wish });
    for (const time of [start, start + HOUR, start + 2 * HOUR]) {
      const rows = await follow.at(time);
      assert.deepEqual([shown(rows, { unit: wish.name }).unit, rows.columns.mean.at(-1)], ['°C', 20]);
    }
  });
}

test('without a class nothing is converted, and nothing is labelled as if it were', async (t) => {
  const server = inGermany({ value: () => 20, metadata: { unit_class: null } });
  const rows = await follower(t, server).at(start);
  assert.deepEqual([shown(rows, { unit: '°F' }).unit, shown(rows, { unit: '°F' }).values[0]], ['°C', 20]);
});

test('a unit that somebody chooses for the entity meanwhile never stands beside values in the one before', async (t) => {
  const server = inGermany({ value: () => 20 });
  const follow = follower(t, server);
  await follow.at(start);
  server.unit = '°F';
  server.hass.states = { [ID]: { attributes: { unit_of_measurement: '°F' } } };
  const rows = await follow.at(start + HOUR);
  assert.equal(rows.unit, '°F');
  assert.ok(rows.columns.mean.every((value) => value === 68));
});

test('a connection that is lost is no refusal', async (t) => {
  const server = inGermany();
  server.rows = () => {
    throw { error: { code: 3, message: 'Connection lost' } };
  };
  await assert.rejects(follower(t, server, { wish: FAHRENHEIT }).at(start), ({ error }) => error.code === 3);
  assert.equal(server.asked.length, 1);
});

test('a row that makes no sense is left out, whatever else is wrong with it', () => {
  const good = { start, end: start + HOUR, mean: 1, min: 0, max: 2 };
  const bad = [
    ...[1e300, -1e300, Infinity, -Infinity, NaN, 8.64e15, -1, null, '2026', {}, undefined].map((time) => ({
      ...good,
      start: time,
    })),
    null,
    7,
    [],
  ];
  const later = { ...good, start: start + HOUR, mean: Infinity, min: NaN, max: 'x' };
  const rows = readRows({ [ID]: [later, ...bad, good, { ...good, mean: 5 }] }, ID);
  assert.deepEqual(rows.start, [start, start + HOUR]);
  assert.deepEqual(rows.columns, { mean: [5, null], min: [0, null], max: [2, null] });
  assert.deepEqual(readRows({ [ID]: 'x' }, ID), { start: [], columns: {} });
});

test('a record that nobody could draw is none', () => {
  const good = { whole: start, unit: '°C', start: [start, start + HOUR], columns: { mean: [1, null] } };
  assert.ok(isStatistics(good));
  for (const spoiled of [
    { unit: {} },
    { unit: undefined },
    { whole: 'x' },
    { start: [start, 1e300] },
    { start: [start + HOUR, start] },
    { start: [start, start] },
    { columns: { mean: [1] } },
    { columns: { mean: ['1', {}] } },
    { columns: null },
  ]) {
    assert.ok(!isStatistics({ ...good, ...spoiled }), JSON.stringify(spoiled));
  }
  assert.ok(!isMetadata({ id: ID, isMeasured: true, name: {}, unit: null, unitClass: null }));
});
