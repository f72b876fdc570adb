// Compressing alone: what is written goes into an area that costs nothing.
import { figure, table, titled } from './tables.mjs';

export async function codec({ page }) {
  const results = await page.evaluate(async () => (await import('/tests/bench/page/codec.mjs')).measureCodec());
  const rows = Object.entries(results).flatMap(([answer, { times, units }]) =>
    Object.keys(times).map((name) => [
      answer,
      titled(name),
      units[name],
      figure(times[name], 'ms'),
      (times[name].median / times.cardcache.median).toFixed(1),
    ]),
  );
  const { times, units } = results['all tasks, 76 kB'];
  return {
    table: table(['answer', 'written by', 'units', 'a write', '× cardcache'], rows),
    figures: {
      'lz-string / compression': times['lz-string'].median / times.cardcache.median,
      'units / lz-string': units.cardcache / units['lz-string'],
    },
  };
}
