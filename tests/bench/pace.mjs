// How long a page stands still for a set while a whole budget is written.
import { table } from './tables.mjs';

export async function pace({ page }) {
  const times = await page.evaluate(async () => (await import('/tests/bench/page/pace.mjs')).measurePace());
  const at = (share) => times[Math.floor(share * (times.length - 1))];
  const cell = (milliseconds) => `${milliseconds.toFixed(2)} ms`;
  return {
    table: table(
      [`${times.length} sets of 8 kB into 2 MiB`, 'median', '99 %', '99.9 %', 'longest'],
      [['through to localStorage', ...[at(0.5), at(0.99), at(0.999), at(1)].map(cell)]],
    ),
    figures: { 'set 99.9 %, ms': at(0.999) },
  };
}
