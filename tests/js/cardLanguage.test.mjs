// How the cards write times, numbers and counts for users of other languages, clocks and zones.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { importSources } from './support/ownSources.mjs';

const { formatsOf, languageOf } = await importSources('cards/language.ts', 'cards/statistics/formats.ts');

const NOON = 12 * 60;
const hassOf = (language, locale = {}, config = {}) => ({ locale: { language, ...locale }, config });
const plain = (text) => text.replaceAll(/\s/g, ' ');

test('midnight and noon are written as the chosen clock has them, in every language', () => {
  const times = (language, time_format) => {
    const spoken = languageOf(hassOf(language, { time_format }));
    return [spoken.time(0), spoken.time(NOON)].map(plain);
  };
  assert.deepEqual(times('en', '24'), ['00:00', '12:00']);
  assert.deepEqual(times('en', '12'), ['12:00 AM', '12:00 PM']);
  assert.deepEqual(times('de', '12'), ['12:00 AM', '12:00 PM']);
  assert.deepEqual(times('en-GB', '12'), ['12:00 am', '12:00 pm']);
  assert.deepEqual(times('de', 'language'), ['00:00', '12:00']);
  const midnight = Date.parse('2026-11-22T00:00:00Z');
  const hass = hassOf('en', { time_format: '24', time_zone: 'server' }, { time_zone: 'UTC' });
  assert.match(formatsOf(hass, languageOf(hass)).time(midnight, 'hour'), /\D00:00$/);
});

test('the clock of the system is the browser’s, not the language’s', () => {
  const system = new Intl.DateTimeFormat(undefined, { hour: 'numeric' }).resolvedOptions().hour12 ? '12' : '24';
  for (const language of ['en', 'de']) {
    const time = (time_format) => languageOf(hassOf(language, { time_format })).time(NOON + 60);
    assert.equal(time('system'), time(system), language);
  }
});

test('one is one and no other number is, in languages that the cards speak English to', () => {
  for (const tag of ['en', 'de', 'ja', 'fr', 'ru', 'not a language']) {
    const spoken = languageOf(hassOf(tag));
    const counts = [0, 1, 2, 21].map((count) => spoken.plural(count, '# item', '# items'));
    assert.deepEqual(counts, ['0 items', '1 item', '2 items', '21 items'], tag);
  }
});

test('numbers: what rounds to nothing has no sign, and none is longer than a card is wide', () => {
  const { number } = formatsOf(hassOf('en'), languageOf(hassOf('en')));
  assert.equal(number(-5e-17), '0');
  assert.equal(number(-0.25), '-0.25');
  assert.equal(number(123_456.78), '123,456.8');
  assert.ok(number(1e300).length < 24, number(1e300));
  assert.ok(number(-8e18).length < 24, number(-8e18));
});

test('a zone that the browser does not know leaves the browser’s own', () => {
  const hass = hassOf('en', { time_zone: 'server' }, { time_zone: 'Europe/Atlantis' });
  assert.equal(formatsOf(hass, languageOf(hass)).timeZone, Intl.DateTimeFormat().resolvedOptions().timeZone);
});
