// How dense answers lie in localStorage and what writing and reading them takes, beside what card authors use today.
import { fileURLToPath } from 'node:url';
import { readFileSync } from 'node:fs';

const versionOf = (name) =>
  JSON.parse(readFileSync(fileURLToPath(new URL(`../../node_modules/${name}/package.json`, import.meta.url)))).version;

/** Runs in the page and gives the table as text. Times are ratios to cardcache's in the same run. */
export async function compression({ page }) {
  const results = await page.evaluate(async () => {
    const { measureCompression } = await import('/tests/bench/page/compression.mjs');
    return measureCompression();
  });
  const title = (name) => (name === 'cardcache' || name === 'plain JSON' ? name : `${name} ${versionOf(name)}`);
  const rows = [
    '| answer | kept by | units stored | ratio | write | read | write, × cardcache | read, × cardcache |',
    '| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |',
  ];
  for (const { name: answer, units, contestants } of results) {
    const [ours] = contestants;
    for (const { name, stored, write, read } of contestants) {
      const cells = [
        `${answer} (${units} units)`,
        title(name),
        Math.round(stored),
        (units / stored).toFixed(1),
        `${(write.median * 1000).toFixed(0)} µs ± ${(write.spread * 100).toFixed(0)} %`,
        `${(read.median * 1000).toFixed(0)} µs ± ${(read.spread * 100).toFixed(0)} %`,
        (write.median / ours.write.median).toFixed(2),
        (read.median / ours.read.median).toFixed(2),
      ];
      rows.push(`| ${cells.join(' | ')} |`);
    }
  }
  const { contestants: large } = results.find(({ name }) => name === 'all tasks, 76 kB');
  const [ours] = large;
  const slim = large.find(({ name }) => name === 'localstorage-slim');
  return {
    table: rows.join('\n'),
    figures: {
      'persist / slim': ours.write.median / slim.write.median,
      'restore / slim': ours.read.median / slim.read.median,
    },
  };
}
