// How long a page stands still for a set while a whole budget is written, and for clearing it.
import { table } from './tables.mjs';
import { threadTimes } from './thread_times.mjs';

export async function pace({ page }) {
  const { result, times: own } = await threadTimes(page, 'set', () =>
    page.evaluate(async () => (await import('/tests/bench/page/pace.mjs')).measurePace()),
  );
  const { sets, clear } = result;
  const at = (times, share) => times[Math.floor(share * (times.length - 1))];
  const row = (name, times) => [name, ...[0.5, 0.99, 0.999, 1].map((share) => `${at(times, share).toFixed(2)} ms`)];
  return {
    table: table(
      [`${sets.length} sets of 8 kB into 2 MiB`, 'median', '99 %', '99.9 %', 'longest'],
      [
        row('through to localStorage', sets),
        row('… of that the page itself has worked', own),
        ['clear(), of all of it', `${clear.toFixed(2)} ms`, '', '', ''],
      ],
    ),
    figures: { 'set 99.9 %, ms': at(sets, 0.999) },
  };
}
