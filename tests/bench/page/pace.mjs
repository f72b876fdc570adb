// How long a page stands still while a whole budget is written, and written over.
import { openCache } from 'cardcache';
import { answers } from '../answers.mjs';
import { measure, turn } from './measure.mjs';

const WRITES = 6_000;

/** Milliseconds of each set, sorted: answers of 8 kB, until the budget is full three times over. */
export async function measurePace() {
  localStorage.clear();
  const cache = openCache({ namespace: 'pace_' });
  await cache.ready;
  const answer = answers['daily plan, 8 kB'];
  const times = [];
  for (let write = 0; write < WRITES; write++) {
    const value = { answer, number: write };
    times.push(measure(() => cache.set(`plan:user_${write % 50}:${write}`, value)));
    // What idle time is for happens between.
    if (write % 20 === 0) await turn();
  }
  const { storage } = cache.stats();
  if (storage.evictions === 0) throw new Error('the budget was never full');
  cache.clear();
  await cache.close();
  return times.sort((a, b) => a - b);
}
