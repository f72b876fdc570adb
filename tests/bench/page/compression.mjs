// Runs in the page: each contestant writes the same answers through to localStorage and reads them back from there.
import { openCache } from 'cardcache';
import { answers } from '../answers.mjs';
import { measure, shuffled, summary } from './measure.mjs';
import { script } from './scripts.mjs';

const ROUNDS = 25;
const KEYS = 8;
const LIFE = 259_200_000;

/** Each keeps { key → value } in localStorage with its age, and reads it from there, not from a memory of its own. */
async function contestants() {
  // As a module, lz-string and slim take the name they find in no `module` and no `define`: the page's.
  const lz = await script('/node_modules/lz-string/libs/lz-string.min.js', 'LZString');
  const slim = await script('/node_modules/localstorage-slim/dist/localstorage-slim.js', 'ls');
  // One resident entry: with more keys than that every get restores from storage, and evicts besides.
  const cache = openCache({ namespace: 'bench_', memory: { maxEntries: 1 } });
  await cache.ready;
  // After this a tab that nobody has answered knows that it is alone, and tells nothing.
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  const plain = {
    pack: JSON.stringify,
    unpack: JSON.parse,
  };
  const packed = {
    pack: (value) => lz.compressToUTF16(JSON.stringify(value)),
    unpack: (text) => JSON.parse(lz.decompressFromUTF16(text)),
  };
  const snippet = (prefix, { pack, unpack }) => ({
    area: (key) => prefix + key,
    write: (key, value) => localStorage.setItem(prefix + key, pack({ data: value, timestamp: Date.now() })),
    read(key) {
      const { data, timestamp } = unpack(localStorage.getItem(prefix + key));
      return Date.now() - timestamp < LIFE ? data : undefined;
    },
  });
  return [
    {
      name: 'cardcache',
      area: (key) => `bench_${key}`,
      write: (key, value) => cache.set(key, value),
      read: (key) => cache.get(key),
    },
    { name: 'lz-string', ...snippet('lz_', packed) },
    {
      name: 'localstorage-slim',
      area: (key) => `slim_${key}`,
      write: (key, value) => slim.set(`slim_${key}`, value, { ttl: LIFE / 1000 }),
      read: (key) => slim.get(`slim_${key}`),
    },
    { name: 'plain JSON', ...snippet('plain_', plain) },
  ];
}

function check(value, expected) {
  if (JSON.stringify(value) !== expected) throw new Error('read back another value than was written');
}

function numbered(answer, number) {
  return Array.isArray(answer) ? [...answer, number] : { ...answer, number };
}

/** What each made of every answer: units stored, milliseconds a write and a read. */
export async function measureCompression() {
  const all = await contestants();
  const results = [];
  for (const name of Object.keys(answers)) {
    localStorage.clear();
    const keys = Array.from({ length: KEYS }, (_, number) => `answer:sara:${number}`);
    // Two sets in turn, so that no write finds its like already there.
    const sets = [0, 1].map((half) => keys.map((_, number) => numbered(answers[name], half * KEYS + number)));
    const times = new Map(all.map(({ name }) => [name, { write: [], read: [], stored: 0 }]));
    for (let round = 0; round < ROUNDS; round++) {
      const values = sets[round % 2];
      for (const contestant of shuffled(all)) {
        const { area, write, read } = contestant;
        const own = times.get(contestant.name);
        own.write.push(measure(() => keys.forEach((key, number) => write(key, values[number]))) / KEYS);
        let found;
        own.read.push(measure(() => (found = keys.map((key) => read(key)))) / KEYS);
        if (round < 2) found.forEach((value, number) => check(value, JSON.stringify(values[number])));
        own.stored = keys.reduce((sum, key) => sum + localStorage.getItem(area(key)).length, 0) / KEYS;
      }
    }
    const units = Math.round(sets[0].reduce((sum, value) => sum + JSON.stringify(value).length, 0) / KEYS);
    results.push({
      name,
      units,
      contestants: all.map((contestant) => {
        const { write, read, stored } = times.get(contestant.name);
        return { name: contestant.name, stored, write: summary(write), read: summary(read) };
      }),
    });
  }
  return results;
}
