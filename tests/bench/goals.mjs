import { readFileSync } from 'node:fs';

const goals = JSON.parse(readFileSync(new URL('goals.json', import.meta.url), 'utf8'));

/** Prints what became of every goal that one of `figures` is about; false where one is missed by more than its noise. */
export function judge(figures) {
  let passed = 0;
  let failed = 0;
  for (const { figure, what, most, least, today = most ?? least, noise, why } of goals) {
    const value = figures[figure];
    if (value === undefined) continue;
    const holds = most === undefined ? value >= today * (1 - noise) : value <= today * (1 + noise);
    const reached = most === undefined ? value >= least : value <= most;
    const wanted = most === undefined ? `≥ ${least}` : `≤ ${most}`;
    const verdict = !holds ? 'MISSED' : reached ? 'reached' : why ? `not reached: ${why}` : 'reached, within its noise';
    console.log(`${what}: ${value.toPrecision(3)}, goal ${wanted}: ${verdict}`);
    if (holds) passed += 1;
    else failed += 1;
  }
  console.log(`${passed} passed, ${failed} failed`);
  return failed === 0;
}
