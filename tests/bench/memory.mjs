// Values in memory: hits, how they grow with the number of entries, sets, invalidating. In the page, and under node beside it.
import { figure, table, titled } from './tables.mjs';
import * as measures from './page/memory.mjs';

const CALLS = ['measureHits', 'measureGrowth', 'measureSets', 'measureInvalidation'];

export async function memory({ page }) {
  const there = {};
  const here = {};
  for (const call of CALLS) {
    there[call] = await page.evaluate(async (name) => (await import('/tests/bench/page/memory.mjs'))[name](), call);
    here[call] = await measures[call]();
  }
  const both = (pick, unit) => [there, here].map((place) => figure(pick(place), unit));
  const rows = (pick, what, unit) =>
    Object.keys(pick(there)).map((name) => [
      what,
      titled(name),
      ...both((place) => pick(place)[name], unit),
      ...ratios(pick, name),
    ]);
  const ratios = (pick, name) =>
    [there, here].map((place) => (pick(place)[name].median / pick(place).cardcache.median).toFixed(2));
  const { measureHits: hits, measureGrowth: growth, measureSets: sets, measureInvalidation: drops } = there;
  const grown = (name) => growth[100_000][name].median / growth[100][name].median;
  return {
    table: table(
      ['', 'contestant', 'Chromium', 'node', '× cardcache', '× cardcache, node'],
      [
        ...rows((place) => place.measureHits, 'hit, 10,000 keys', 'ns'),
        ...Object.keys(growth).flatMap((size) => rows((place) => place.measureGrowth[size], `hit, ${size} keys`, 'ns')),
        ...rows((place) => place.measureSets.replacing, 'set, key is there', 'ns'),
        ...rows((place) => place.measureSets.evicting, 'set, another key goes', 'ns'),
        ...rows((place) => place.measureInvalidation, 'invalidate one of 500 users', 'ms'),
      ],
    ),
    hits,
    figures: {
      'hit / lru-cache': hits.cardcache.median / hits['lru-cache, ttl'].median,
      'hit / ttlcache': hits.cardcache.median / hits['@isaacs/ttlcache'].median,
      'growth / Map': grown('cardcache') / grown('Map'),
      'set / lru-cache': sets.replacing.cardcache.median / sets.replacing['lru-cache, ttl'].median,
      'invalidate / scan': drops.cardcache.median / drops['Map, scanned'].median,
    },
  };
}
