// What an event costs a page with many cards.
import { openCache } from 'cardcache';
import { inTurns, measure, turn } from './measure.mjs';

const CARDS = 1_000;
const CONCERNED = 10;
const ROUNDS = 40;

/** Milliseconds of the call that judges an event and drops what it voids, where 10 of 1,000 watched keys are the user's. */
export async function measureWatchers() {
  const cache = openCache({ namespace: 'watchers_', storage: false, memory: { maxEntries: 2 * CARDS } });
  const fetched = [];
  const fetcher = async ({ key }) => {
    fetched.push(key);
    return { key };
  };
  for (let card = 0; card < CARDS; card++) {
    cache.watch(`plan:user_${Math.floor(card / CONCERNED)}:${card}`, fetcher, () => {}, { debounce: 0 });
  }
  while (fetched.length < CARDS) await turn();
  const contestants = [{ name: 'cardcache' }];
  const times = await inTurns(contestants, ROUNDS, (_, round) => {
    const user = `user_${round}`;
    const data = { task_id: 100_000 + round, username: user, assigned_users: [user] };
    let decision;
    const took = measure(() => {
      decision = cache.applyEvent({ event_type: 'tasktracker_task_completed', data }, user);
    });
    if (!decision.concerned || decision.refreshed.length !== CONCERNED) {
      throw new Error(`${decision.refreshed.length} of ${CONCERNED} are fetched again`);
    }
    return took;
  });
  await cache.close();
  return times.cardcache;
}
