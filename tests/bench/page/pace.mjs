// How long a page stands still while a whole budget is written, written over and cleared.
import { openCache } from 'cardcache';
import { answers } from '../answers.mjs';
import { measure, turn } from './measure.mjs';

const WRITES = 6_000;

/** Milliseconds of each set, sorted: answers of 8 kB, until the budget is full three times over; then of clearing it. */
export async function measurePace() {
  localStorage.clear();
  const cache = openCache({ namespace: 'pace_' });
  await cache.ready;
  const answer = answers['daily plan, 8 kB'];
  const sets = [];
  for (let write = 0; write < WRITES; write++) {
    const value = { answer, number: write };
    performance.mark(`set ${write}`);
    sets.push(measure(() => cache.set(`plan:user_${write % 50}:${write}`, value)));
    performance.mark(`set ${write} done`);
    if (write % 20 !== 0) continue;
    // What idle time is for happens between.
    await turn();
    performance.clearMarks();
  }
  const { storage } = cache.stats();
  if (storage.evictions === 0) throw new Error('the budget was never full');
  const clear = measure(() => cache.clear());
  if (cache.stats().storage.entries > 0) throw new Error('something was left');
  await cache.close();
  return { sets: sets.sort((a, b) => a - b), clear };
}
