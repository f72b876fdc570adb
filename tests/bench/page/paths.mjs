// What a hit and a write are made of: pieces by themselves, then the whole. Runs in the page.
import { openCache } from 'cardcache';
import { answers } from '../answers.mjs';
import { inTurns, looper, measure, shuffled } from './measure.mjs';
import { MapArea } from './map_area.mjs';

const KEYS = 1_000;
const PASSES = 10;
const ROUNDS = 60;

/** Nanoseconds a lookup. */
export async function measureHitPath() {
  const keys = shuffled(Array.from({ length: KEYS }, (_, number) => `answer:user_${number % 50}:${number}`));
  const map = new Map(keys.map((key, number) => [key, { number }]));
  const slots = new Map(keys.map((key, number) => [key, number]));
  const deadlines = new Float64Array(KEYS).fill(Infinity);
  const values = keys.map((_, number) => ({ number }));
  const ring = new Uint32Array(256);
  const cache = openCache({ namespace: 'hitpath_', storage: false });
  const read = openCache({ namespace: 'hitclock_', storage: false, clock: () => Date.now() });
  for (const one of [cache, read]) keys.forEach((key, number) => one.set(key, values[number]));
  let noted = 0;
  const now = Date.now();
  const lookups = {
    'Map.get': (key) => map.get(key),
    'Map → slot → value': (key) => values[slots.get(key)],
    '… and its deadline': (key) => {
      const slot = slots.get(key);
      return now < deadlines[slot] ? values[slot] : undefined;
    },
    '… and noted in a ring': (key) => {
      const slot = slots.get(key);
      if (!(now < deadlines[slot])) return undefined;
      ring[noted++ & 255] = slot;
      return values[slot];
    },
    'cache.get': (key) => cache.get(key),
    'cache.get, the clock read every time': (key) => read.get(key),
    'Map.get and Date.now()': (key) => (Date.now() > 0 ? map.get(key) : undefined),
  };
  const contestants = Object.entries(lookups).map(([name, get]) => ({ name, loop: looper(get) }));
  const times = await inTurns(contestants, ROUNDS, ({ loop }) => {
    const took = measure(() => loop(keys, PASSES));
    return (took * 1e6) / (KEYS * PASSES);
  });
  await Promise.all([cache.close(), read.close()]);
  return times;
}

/** Milliseconds for one answer of 76 kB. */
export async function measureWritePath() {
  const answer = answers['all tasks, 76 kB'];
  const area = new MapArea();
  const beside = openCache({ namespace: 'besidepath_', storage: { area } });
  const plain = openCache({ namespace: 'plainpath_', storage: { area: new MapArea(), compressAbove: Infinity } });
  const through = openCache({ namespace: 'writepath_' });
  await through.ready;
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  const encoder = new TextEncoder();
  const room = new Uint8Array(300_000);
  const json = JSON.stringify({ answer, number: 0 });
  beside.set('answer', { answer, number: -1 });
  const packed = area.getItem('besidepath_answer');
  const pieces = {
    'JSON.stringify': (value) => JSON.stringify(value),
    'TextEncoder.encodeInto': () => encoder.encodeInto(json, room),
    'cache.set, no compression, into a Map': (value) => plain.set('answer', value),
    'cache.set, into a Map': (value) => beside.set('answer', value),
    'setItem of what is packed': (_, round) => localStorage.setItem('packed', `${round}${packed}`),
    'setItem of the JSON': (_, round) => localStorage.setItem('json', `${round}${json}`),
    'cache.set, into localStorage': (value) => through.set('answer', value),
  };
  const contestants = Object.entries(pieces).map(([name, run]) => ({ name, run }));
  const times = await inTurns(contestants, ROUNDS, ({ run }, round) => {
    const value = { answer, number: round };
    return measure(() => run(value, round));
  });
  await Promise.all([beside.close(), plain.close(), through.close()]);
  return times;
}
