// getOrFetch where the answer is there, beside what others call for that.
import { measureFetchHits } from './page/fetch_hits.mjs';
import { figure, table, titled } from './tables.mjs';

export async function fetching({ page }) {
  const there = await page.evaluate(async () => (await import('/tests/bench/page/fetch_hits.mjs')).measureFetchHits());
  const here = await measureFetchHits();
  const rows = Object.keys(there).map((name) => [
    titled(name),
    figure(there[name], 'ns'),
    figure(here[name], 'ns'),
    (there[name].median / there.cardcache.median).toFixed(2),
    (here[name].median / here.cardcache.median).toFixed(2),
  ]);
  return { table: table(['getOrFetch, a hit', 'Chromium', 'node', '× cardcache', '× cardcache, node'], rows) };
}
