// Which times in a request stand still and which move with the clock: whatever they are written as, wherever the user lives.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { importSources } from './support/ownSources.mjs';

const { requestText, shortestWindow, wallClock, instantOf } = await importSources(
  'cards/cached/requestText.ts',
  'cards/wallClock.ts',
);

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const ZONES = [
  'UTC',
  'Europe/Berlin',
  'America/St_Johns',
  'America/Los_Angeles',
  'Asia/Kolkata',
  'Asia/Kathmandu',
  'Australia/Lord_Howe',
  'Pacific/Chatham',
  'Pacific/Apia',
];
const now = Date.parse('2026-11-22T12:34:56.789Z');

const textAt = (request, at = now, zones = ['UTC'], round = MINUTE) => requestText(request, at, round, zones);
const iso = (at) => new Date(at).toISOString();
const two = (number) => String(number).padStart(2, '0');
/** As a clock in that zone shows it. */
const local = (at, zone) => iso(wallClock(at - (at % SECOND), zone) + (at % SECOND)).slice(0, -1);
const withOffset = (at, zone) => {
  const minutes = Math.round((wallClock(at - (at % SECOND), zone) - (at - (at % SECOND))) / MINUTE);
  const size = Math.abs(minutes);
  return `${local(at, zone)}${minutes < 0 ? '-' : '+'}${two(Math.floor(size / 60))}:${two(size % 60)}`;
};
const cut = (at, by = MINUTE) => at - (at % by);
const escape = encodeURIComponent;
/** Numbers that look random and are the same in every run with the same seed. */
function randomOf(seed) {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}
const seeds = process.env.SEED ? [Number(process.env.SEED)] : [1, 2, 3, Math.floor(Math.random() * 2 ** 31)];

/** Every way in which cards write a time, `zone`: the one they reckon in. */
const FORMS = {
  'ISO with Z': (at) => ({ start_time: iso(at) }),
  'ISO without fractions': (at) => ({ start_time: `${iso(at).slice(0, 19)}Z` }),
  'ISO with microseconds': (at) => ({ start_time: `${iso(at).slice(0, -1)}456+00:00` }),
  'ISO with an offset': (at, zone) => ({ start_time: withOffset(at, zone) }),
  'in an address': (at) => [`history/period/${iso(at)}?filter_entity_id=sensor.attic`],
  'escaped in an address': (at, zone) => [`calendars/calendar.home?start=${escape(withOffset(at, zone))}`],
  seconds: (at) => ({ start: Math.floor(at / SECOND) }),
  'seconds with a fraction': (at) => ({ start: at / SECOND }),
  milliseconds: (at) => ({ range: [at, 'hour'] }),
  'seconds in an address': (at) => [`history?from=${Math.floor(at / SECOND)}&entity=sensor.attic`],
  'milliseconds as text': (at) => ({ since: String(at) }),
  compact: (at) => ({ start: `${iso(at).replace(/[-:]/g, '').slice(0, 15)}Z` }),
};

for (const [name, form] of Object.entries(FORMS)) {
  test(`now and a day ago are the same questions as time goes on: ${name}`, () => {
    for (const distance of [0, DAY, 7 * DAY, 90 * MINUTE + 17 * SECOND]) {
      const ask = (at) => textAt(form(at - distance, 'Europe/Berlin'), at, ['Europe/Berlin']);
      for (const later of [7 * MINUTE, 3 * HOUR + 4 * SECOND, DAY + SECOND])
        assert.equal(ask(now), ask(now + later), `${distance} ms ago, ${later} ms later`);
    }
  });

  test(`two windows of different lengths are two questions: ${name}`, () => {
    const ask = (distance) => textAt(form(now - distance, 'Europe/Berlin'), now, ['Europe/Berlin']);
    assert.notEqual(ask(DAY), ask(2 * DAY));
    assert.notEqual(ask(DAY), ask(DAY + 2 * MINUTE));
    assert.notEqual(ask(0), ask(-HOUR));
  });
}

test('a time without a zone counts by the server’s clock, also where the card writes another zone’s', () => {
  for (const written of ['Europe/Berlin', 'UTC', 'Asia/Kathmandu']) {
    const ask = (at) =>
      textAt(
        {
          start: local(at - DAY, written)
            .replace('T', ' ')
            .slice(0, 19),
        },
        at,
        ['Europe/Berlin'],
      );
    assert.equal(ask(now), ask(now + 3 * HOUR + 9 * SECOND), written);
  }
  const inUtc = textAt({ start: iso(now).slice(0, 19) }, now, ['Europe/Berlin']);
  assert.notEqual(inUtc, textAt({ start: local(now, 'Europe/Berlin').slice(0, 19) }, now, ['Europe/Berlin']));
});

test('the same digits with another meaning are another question', () => {
  const texts = [{ t: iso(now) }, { t: iso(now).slice(0, -1) }, { t: now }, { t: now / SECOND }, { t: String(now) }];
  assert.equal(new Set(texts.map((request) => textAt(request))).size, texts.length);
});

test('the ends of days, weeks and months stand still, in any zone and to whatever part of a second', () => {
  for (const seed of seeds) {
    const random = randomOf(seed);
    for (let round = 0; round < 300; round++) {
      const zone = ZONES[random(ZONES.length)];
      const zones = random(2) === 0 ? [zone] : ['UTC', zone];
      const asked = now + random(400) * DAY + random(DAY);
      const midnight = cut(wallClock(cut(asked, SECOND), zone), DAY) + (random(60) - 30) * DAY;
      const start = instantOf(midnight, zone);
      const end = instantOf(midnight + DAY, zone);
      for (const at of [start, end - SECOND, end - 1, end]) {
        const said = `seed ${seed}, ${zone}, ${iso(at)} asked at ${iso(asked)}`;
        for (const [name, form] of Object.entries(FORMS)) {
          if (name === 'seconds' && at % SECOND !== 0) continue;
          const ask = (later) => textAt(form(at, zone), asked + later, zones);
          assert.equal(ask(0), ask(17 * MINUTE), `${name}, ${said}`);
          assert.equal(ask(0), ask(5 * HOUR), `${name}, ${said}`);
          assert.doesNotMatch(ask(0), /(now|minute)-?\d/, `${name}, ${said}`);
        }
        for (const written of [local(at, zone), local(at, zone).slice(0, 19).replace('T', ' ')])
          assert.doesNotMatch(textAt({ start: written }, asked, zones), /(now|minute)-?\d/, `${written}, ${said}`);
      }
    }
  }
});

test('today is not yesterday: not at the same time of day, not just after midnight, not at its very end', () => {
  for (const seed of seeds) {
    const random = randomOf(seed);
    for (let round = 0; round < 300; round++) {
      const zone = ZONES[random(ZONES.length)];
      const asked = now + random(400) * DAY + (random(3) === 0 ? random(MINUTE) : random(DAY));
      const midnight = cut(wallClock(cut(asked, SECOND), zone), DAY);
      const [start, end, next] = [0, DAY, 2 * DAY].map((after) => instantOf(midnight + after, zone));
      const later = asked + (next - end);
      const day = (from, to) => ({ start_time: iso(from), end_time: withOffset(to - 1, zone) });
      const until = (from, to) => ({ start_time: iso(from), end_time: iso(to) });
      const said = `seed ${seed}, ${zone}, ${iso(asked)}`;
      assert.notEqual(textAt(day(start, end), asked, [zone]), textAt(day(end, next), later, [zone]), said);
      assert.notEqual(textAt(until(start, asked), asked, [zone]), textAt(until(end, later), later, [zone]), said);
    }
  }
});

test('a day’s end is not now, though they are seconds apart', () => {
  for (const zone of ZONES) {
    const end = instantOf(Date.parse('2026-11-23T00:00:00Z'), zone);
    for (const before of [1, 400, 2 * SECOND, 20 * SECOND, 45 * SECOND])
      for (const last of [1, SECOND, MINUTE])
        if (before !== last)
          assert.notEqual(
            textAt({ end: iso(end - last) }, end - before, [zone]),
            textAt({ end: iso(end - before) }, end - before, [zone]),
            `${zone}, ${before} ms before the end`,
          );
  }
});

test('now cut to the minute is the same question, with its window, for hours', () => {
  const windows = [
    (at) => ({ start: iso(cut(at) - DAY), end: iso(cut(at)) }),
    (at) => ({ start: iso(cut(at) - 100 * MINUTE), end: iso(cut(at)) }),
    (at) => ({ start: iso(cut(at) - 6 * HOUR), end: iso(cut(at) + MINUTE - 1) }),
    (at) => ({ start: iso(cut(at - 1) + MINUTE - DAY), end: iso(cut(at - 1) + MINUTE) }),
    (at) => [`history/period/${iso(cut(at) - DAY)}`],
    (at) => ({ start: cut(at) / SECOND - 86_400, end: cut(at) / SECOND }),
    (at) => ({
      start: `${local(cut(at) - DAY, 'Asia/Kolkata')
        .slice(0, 16)
        .replace('T', ' ')}`,
    }),
  ];
  for (const window of windows) {
    const texts = new Set();
    const perMinute = Array.from({ length: 300 }, (_, minute) =>
      textAt(window(now + minute * MINUTE + 11), now + minute * MINUTE + 11, ['Asia/Kolkata']),
    );
    for (const text of perMinute) texts.add(text);
    const usual = perMinute.filter((text) => text === perMinute[0]).length;
    assert.ok(usual >= 245, `${usual} of 300 asks are the first one: ${JSON.stringify(window(now))}`);
  }
});

test('a time that somebody has chosen stands still, also where it lies near now', () => {
  const chosen = ['2026-11-22T12:00:00Z', '2026-11-22T12:30:00Z', '2026-11-22T09:15:00+01:00', '2026-11-22 10:20:00'];
  for (const time of chosen)
    for (const later of [0, 11 * MINUTE, 2 * HOUR + 7 * MINUTE])
      assert.equal(textAt({ start: time }, now + later), `{"start":"${time}"}`, `${time}, ${later} ms later`);
  assert.notEqual(
    textAt({ start: '2026-11-22T12:34:00Z' }),
    textAt({ start: iso(now) }),
    'this very minute is not now',
  );
  // A range that moves along with the clock all the same: 12:10 to 12:20 ten minutes after 12:00 to 12:10.
  const range = (from, to) => ({ start: `2026-11-22T${from}:00Z`, end: `2026-11-22T${to}:00Z` });
  assert.notEqual(textAt(range('12:03', '12:13'), now), textAt(range('12:13', '12:23'), now + 10 * MINUTE));
});

test('numbers that are no times stay: sizes, limits, and what is named an id', () => {
  const seconds = Math.floor(now / SECOND);
  for (const request of [
    { limit: 5_000_000_000, bytes: 1_234_567_890 },
    { entity_id: seconds, ids: [seconds, seconds + 1], userId: seconds, chat_id: String(seconds) },
    [`things/sensor.x_${seconds}?id=${seconds}&message_id=${now}`],
    { name: `photo-${seconds}.jpg`, hash: `a${now}`, file: `${seconds}.5.6` },
    { version: seconds, count: seconds },
    { user: seconds - 30 * 86_400, device: [seconds + 2_000_000] },
    { long: 17_900_000_001, longer: 179_000_000_000_000 },
  ])
    assert.equal(textAt(request), textAt(request, now + 3 * HOUR + 4 * SECOND), JSON.stringify(request));
});

test('the hour that comes twice in a night does not make two questions one', () => {
  const zone = 'Europe/Berlin';
  const first = Date.parse('2026-10-25T00:30:17Z');
  const ask = (at, written) => textAt({ start: local(written, zone) }, at, [zone]);
  // "An hour ago" in the middle of the day against "now" in the second of the two hours.
  assert.notEqual(ask(first + HOUR, first + HOUR), ask(first + 12 * HOUR, first + 11 * HOUR));
  assert.equal(ask(first + 30 * HOUR, first + 6 * HOUR), ask(first + 90 * HOUR, first + 66 * HOUR));
  assert.equal(ask(first + 12 * HOUR, first - 12 * HOUR), ask(first + 90 * HOUR, first + 66 * HOUR));
});

test('what is not JSON does not become what it is not', () => {
  assert.notEqual(textAt({ start: new Date(now - HOUR) }), textAt({ start: new Date(now) }));
  assert.equal(textAt({ start: new Date(now) }), textAt({ start: iso(now) }));
  assert.equal(textAt({ a: undefined, b: [], c: {}, d: null, e: [undefined] }), '{"b":[],"c":{},"d":null,"e":[null]}');
});

test('no two windows are one question, whatever their ends are rounded to', () => {
  for (const seed of seeds) {
    const random = randomOf(seed);
    const zone = ZONES[random(ZONES.length)];
    const names = Object.keys(FORMS);
    for (let round = 0; round < 500; round++) {
      const form = FORMS[names[random(names.length)]];
      const asked = now + random(400 * DAY);
      const [one, other] = [random(30 * DAY), random(30 * DAY)];
      const pair = (length, at) => [form(at - length, zone), form(at, zone)];
      const same = textAt(pair(one, asked), asked, [zone]) === textAt(pair(other, asked), asked, [zone]);
      assert.ok(!same || Math.abs(one - other) <= MINUTE, `seed ${seed}: ${one} and ${other} ms before ${iso(asked)}`);
    }
  }
});

test('a date in a name is no moment, and neither is one that no window reaches', () => {
  for (const request of [
    { entity_id: 'sensor.power_20261122_123456', file: 'photo-2026-11-22T12:34:56Z.jpg' },
    [`media/door_2026-11-22T12:34:56.mp4`, 'x2026-11-22T12:34:56Z', '2026-11-22T12:34:56Zx', '12026-11-22T12:34:56Z'],
    { start: '0001-01-01T00:00:07Z', end: '9999-12-31T23:12:07Z' },
    { digits: '20261122123456', date: '2026-11-22', time: '12:34:56', negative: -Math.floor(now / SECOND) },
  ])
    assert.doesNotMatch(textAt(request), /(now|minute)-?\d+s/, JSON.stringify(request));
  const ask = (at) => textAt({ start: '1970-01-01T00:00:01.500Z', end: iso(at) }, at);
  assert.equal(ask(now), ask(now + 7 * HOUR));
});

test('a moment may stand in a sentence, in a list, and beside others', () => {
  for (const write of [
    (at) => `between ${iso(at - DAY)} and ${iso(at)}`,
    (at) => `?span=${Math.floor(at / SECOND) - 60},${Math.floor(at / SECOND)}&unit=s`,
    (at) => ({ filter: { and: [{ since: at }, { until: [at + 1] }] } }),
    (at) => `start%3D${escape(iso(at))}%26end%3D${at}`,
  ])
    assert.equal(textAt(write(now)), textAt(write(now + 5 * HOUR + 11_000), now + 5 * HOUR + 11_000), String(write));
});

test('a date in a field or an argument that names a thing is no moment', () => {
  for (const request of [
    { recurrence_id: '20261122T123412Z', uid: iso(now) },
    { eventId: iso(now), keys: [iso(now), iso(now - DAY)] },
    [`calendars/calendar.home?recurrence_id=${iso(now)}&uid=${escape(iso(now - DAY))}`],
  ])
    assert.doesNotMatch(textAt(request), /(now|minute)-?\d+s/, JSON.stringify(request));
});

test('years ago is the same question as time goes on, written as text or as a number', () => {
  for (const write of [
    (at) => ({ start_time: iso(at) }),
    (at) => ({ start: at }),
    (at) => ({ from_ts: Math.floor(at / SECOND) }),
    (at) => [`history?since=${Math.floor(at / SECOND)}`],
  ])
    for (const years of [2, 5, 15]) {
      const ask = (at) => textAt(write(at - years * 365 * DAY), at);
      assert.equal(ask(now), ask(now + 7 * SECOND), `${write}, ${years} years`);
      assert.equal(ask(now), ask(now + 3 * HOUR + 4 * SECOND), `${write}, ${years} years`);
    }
});

test('the shortest window whose start moves with the clock', () => {
  const windowOf = (request) => shortestWindow(request, now, ['UTC']);
  const day = '2026-11-22T00:00:00Z';
  const range = (from, to = now) => ({ start: iso(from), end: iso(to) });
  for (const [request, length] of [
    [range(now - MINUTE), MINUTE],
    [range(now - DAY), DAY],
    [range(now - 700), 700],
    [[range(now - DAY), range(now - MINUTE)], MINUTE],
    [[`history/period/${iso(now - MINUTE)}?filter_entity_id=sensor.attic&end_time=${escape(iso(now))}`], MINUTE],
    [[`history/period/${iso(now - MINUTE)}?filter_entity_id=sensor.attic`], MINUTE],
    [{ since: now - MINUTE }, MINUTE],
    [range(now - MINUTE, Date.parse(day) + DAY), MINUTE],
    [range(now - 3 * HOUR, now - HOUR), 2 * HOUR],
    [range(cut(now) - MINUTE, cut(now)), MINUTE],
    [[`history?span=${now - HOUR},${now}`], HOUR],
    [{ ...range(now - DAY), ts: now - 3, _: now }, DAY],
    // From now on.
    [{ start_date_time: iso(now - 20), duration: { hours: 24 } }, Infinity],
    [{ start: Math.floor(now / SECOND), days: 7 }, Infinity],
    [{ start: iso(cut(now)) }, Infinity],
    [range(now, now + 14 * DAY), 14 * DAY],
    // Nothing that moves, or its end alone.
    [{ start: day, end: iso(now) }, Infinity],
    [{ start: day, end_time: iso(now - 40 * SECOND) }, Infinity],
    [{ end: iso(now - 40 * SECOND) }, Infinity],
    [{ start: day }, Infinity],
    [{ entity_id: 'sensor.attic' }, Infinity],
    [undefined, Infinity],
  ])
    assert.equal(windowOf(request), length, JSON.stringify(request));
});
