// `npm run bench -- --write`: the README's table and chart are what a run found.
import { readFileSync, writeFileSync } from 'node:fs';
import { judged } from './goals.mjs';
import { table, titled } from './tables.mjs';

const readme = new URL('../../README.md', import.meta.url);
const svg = new URL('../../web/docs/hits.svg', import.meta.url);

export function writeReadme(figures, hits) {
  const rows = judged(figures).map(({ what, value, goal, verdict }) => [what, value, goal, verdict]);
  const text = readFileSync(readme, 'utf8');
  const between = /(<!-- bench -->\n)[\s\S]*(\n<!-- \/bench -->)/;
  if (!between.test(text)) throw new Error('README.md has no place for the table of goals');
  // The verdict is text.
  const made = table(['what', 'measured', 'goal', ''], rows).replace('---: |\n', '--- |\n');
  writeFileSync(
    readme,
    text.replace(between, (_, before, after) => `${before}\n${made}\n${after}`),
  );
  writeFileSync(svg, chart(hits));
}

/** Nanoseconds a hit, by contestant; those that would make the others invisible are cut off and say so. */
function chart(hits) {
  const shown = Object.entries(hits).sort(([, a], [, b]) => a.median - b.median);
  const longest = 3 * shown[Math.floor(shown.length / 2)][1].median;
  const row = 24;
  const left = 250;
  const width = 460;
  const lines = shown.map(([name, { median }], at) => {
    const y = 10 + at * row;
    const bar = (Math.min(median, longest) / longest) * (width - 70);
    const color = name === 'cardcache' ? '#1f6feb' : '#9aa5b1';
    return `<text x="${left - 8}" y="${y + 13}" text-anchor="end">${titled(name)}</text><rect x="${left}" y="${y}" width="${bar.toFixed(1)}" height="16" fill="${color}"/><text x="${(left + bar + 6).toFixed(1)}" y="${y + 13}">${median > longest ? '… ' : ''}${median.toFixed(0)} ns</text>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${left + width} ${20 + shown.length * row}" font-family="system-ui, sans-serif" font-size="13" fill="currentColor" color="#57606a">
<title>A hit in memory, 10,000 keys in random order, Chromium: nanoseconds</title>
${lines.join('\n')}
</svg>
`;
}
