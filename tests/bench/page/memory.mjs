// Memory hits and sets, side by side; runs in a page and under node alike.
import { bareMap, cardcache, lruCache, memoryContestants } from './memory_contestants.mjs';
import { inTurns, looper, measure, shuffled } from './measure.mjs';

const KEYS = 10_000;
const ROUNDS = 100;
const SIZES = [100, 1_000, 10_000, 100_000];
/** Lookups a sample, where there are not more keys: a millisecond or less, so that a busy machine seldom comes in between. */
const LOOKUPS = 10_000;

const keysOf = (count) => Array.from({ length: count }, (_, number) => `answer:user_${number % 500}:${number}`);

function fill({ set }, keys) {
  keys.forEach((key, number) => set(key, { number }));
}

/** Nanoseconds a hit by contestant; every value is looked into. */
async function hits(contestants, count, rounds, between) {
  const keys = keysOf(count);
  const order = shuffled(keys);
  const passes = Math.max(1, Math.round(LOOKUPS / count));
  const expected = (passes * count * (count - 1)) / 2;
  const loops = new Map(contestants.map((contestant) => [contestant.name, looper(contestant.get)]));
  for (const contestant of contestants) fill(contestant, keys);
  const sample = ({ name }) => {
    let sum = 0;
    const took = measure(() => (sum = loops.get(name)(order, passes)));
    if (sum !== expected) throw new Error(`${name} answered something else`);
    return (took * 1e6) / (passes * count);
  };
  // Code is compiled while it runs: the first rounds are none.
  for (let round = 0; round < 5; round++) contestants.forEach(sample);
  return inTurns(contestants, rounds, sample, between);
}

/** Another cache takes so much that the module's memory must grow: every view on it is void then. */
function growMemory() {
  const ballast = cardcache(1_000_000);
  const before = ballast.cache.stats().wasm.memoryBytes;
  for (let number = 0; ballast.cache.stats().wasm.memoryBytes === before; number += 1_000) {
    fill(
      { set: ballast.set },
      keysOf(1_000).map((key) => `${key}:${number}`),
    );
  }
  return ballast;
}

export async function measureHits() {
  const contestants = memoryContestants(KEYS);
  let ballast;
  const result = await hits(contestants, KEYS, ROUNDS, (round) => {
    if (round === ROUNDS / 2) ballast = growMemory();
  });
  const [{ cache }] = contestants;
  const { memory } = cache.stats();
  // Exact: each of the lookups was counted.
  const expected = (ROUNDS + 5) * LOOKUPS;
  if (memory.hits !== expected || memory.misses !== 0) throw new Error(`${memory.hits} hits counted of ${expected}`);
  for (const { close } of [...contestants, ballast]) await close?.();
  return result;
}

/** Nanoseconds a hit at each number of entries. */
export async function measureGrowth() {
  const result = {};
  for (const size of SIZES) {
    const contestants = [cardcache(size), lruCache(size), bareMap()];
    result[size] = await hits(contestants, size, ROUNDS / 2);
    for (const { close } of contestants) await close?.();
  }
  return result;
}

/** Nanoseconds a set: of keys that are there, and of new ones where as many must go. */
export async function measureSets() {
  const over = memoryContestants(KEYS);
  const keys = shuffled(keysOf(KEYS));
  for (const contestant of over) fill(contestant, keys);
  const sample = ({ name, set, get }, round) => {
    const values = keys.map((_, number) => ({ number: number + round }));
    const took = measure(() => keys.forEach((key, number) => set(key, values[number])));
    if (get(keys[7]).number !== values[7].number) throw new Error(`${name} kept something else`);
    return (took * 1e6) / KEYS;
  };
  for (let round = 0; round < 3; round++) over.forEach((contestant) => sample(contestant, -round));
  const replacing = await inTurns(over, ROUNDS / 2, sample);
  for (const { close } of over) await close?.();

  // Who evicts at all; the others would only grow.
  const full = memoryContestants(KEYS / 2).filter(({ name }) => !/Map|query-core/.test(name));
  const replaced = ({ name, set, get }, round) => {
    const names = keys.map((key) => `${key}:${round}`);
    const values = keys.map((_, number) => ({ number }));
    const took = measure(() => names.forEach((key, number) => set(key, values[number])));
    if (get(names.at(-1)).number !== values.at(-1).number) throw new Error(`${name} kept something else`);
    return (took * 1e6) / KEYS;
  };
  for (let round = 0; round < 3; round++) full.forEach((contestant) => replaced(contestant, -round));
  const evicting = await inTurns(full, ROUNDS / 2, replaced);
  for (const { close } of full) await close?.();
  return { replacing, evicting };
}

/** Milliseconds to drop what belongs to one of 500 users in 10,000 keys. */
export async function measureInvalidation() {
  const ours = cardcache(KEYS);
  const scan = bareMap();
  const keys = keysOf(KEYS);
  const contestants = [
    { ...ours, drop: (user) => ours.cache.invalidateUser(user) },
    {
      ...scan,
      name: 'Map, scanned',
      drop(user) {
        let count = 0;
        for (const key of scan.map.keys()) if (key.split(':')[1] === user && scan.map.delete(key)) count++;
        return count;
      },
    },
  ];
  const result = await inTurns(contestants, ROUNDS, ({ name, set, drop }, round) => {
    fill({ set }, keys);
    let count = 0;
    // Ten users, since one alone is done in less than the clock can tell.
    const took = measure(() => {
      for (let user = 0; user < 10; user++) count += drop(`user_${(round * 10 + user) % 500}`);
    });
    if (count !== (10 * KEYS) / 500) throw new Error(`${name} dropped ${count}`);
    return took / 10;
  });
  await ours.close();
  return result;
}
