// What a hit and a write are made of.
import { figure, table } from './tables.mjs';

export async function paths({ page }) {
  const { hits, writes } = await page.evaluate(async () => {
    const { measureHitPath, measureWritePath } = await import('/tests/bench/page/paths.mjs');
    return { hits: await measureHitPath(), writes: await measureWritePath() };
  });
  const rows = (times, unit) => Object.entries(times).map(([name, time]) => [name, figure(time, unit)]);
  return {
    table: `${table(['a hit, 1,000 keys', 'Chromium'], rows(hits, 'ns'))}\n\n${table(['a write of 76 kB', 'Chromium'], rows(writes, 'ms'))}`,
  };
}
