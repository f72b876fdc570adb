import { readFileSync } from 'node:fs';

const goals = JSON.parse(readFileSync(new URL('goals.json', import.meta.url), 'utf8'));

/**
 * What became of every goal that one of `figures` is about. One that is not reached has a `why` and says where it stands `today`: it is
 * missed where it gets worse than that by more than its noise.
 */
export function judged(figures) {
  return goals
    .filter(({ figure }) => figures[figure] !== undefined)
    .map(({ figure, what, most, least, today = most ?? least, noise, why }) => {
      const value = figures[figure];
      const holds = least === undefined ? value <= today * (1 + noise) : value >= today * (1 - noise);
      const reached = least === undefined ? value <= most : value >= least;
      const verdict = !holds
        ? 'MISSED'
        : reached
          ? 'reached'
          : why
            ? `not reached: ${why}`
            : 'reached, within its noise';
      return {
        what,
        value: value.toPrecision(3),
        goal: least === undefined ? `≤ ${most}` : `≥ ${least}`,
        verdict,
        holds,
      };
    });
}

/** Prints them; false where one is missed. */
export function check(figures) {
  const all = judged(figures);
  for (const { what, value, goal, verdict } of all) console.log(`${what}: ${value}, goal ${goal}: ${verdict}`);
  const failed = all.filter(({ holds }) => !holds).length;
  console.log(`${all.length - failed} passed, ${failed} failed`);
  return failed === 0;
}
