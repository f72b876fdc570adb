// Draws hit-ratios.svg and prints the table of README.md: `node wasm/simulator/chart.mjs`.
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { simulator } from '../toolchain/simulate.mjs';

const TRACES = ['web07', 'orm-busy'];
const SIZES = [100, 500, 2000];
const POLICIES = [
  { name: 'lru', label: 'LRU', color: '#9aa5b1' },
  { name: 'sieve', label: 'SIEVE', color: '#c9a227' },
  { name: 's3fifo', label: 'S3-FIFO', color: '#4f9d69' },
  { name: 'wtinylfu', label: 'W-TinyLFU, 1 %', color: '#b56576' },
  { name: 'shipped', label: 'shipped', color: '#1f6feb' },
];
const OPTIMUM = 'optimum';

const program = await simulator();
const groups = TRACES.flatMap((trace) => {
  const file = fileURLToPath(new URL(`../../tests/simulator/traces/${trace}.trace.xz`, import.meta.url));
  const text = execFileSync(program, ['--trace', file, '--entries', SIZES.join()], { encoding: 'utf8' });
  return SIZES.map((size) => {
    const lines = [...text.matchAll(new RegExp(`^ *${size} entries +(\\w+) +([\\d.]+)$`, 'gm'))];
    return { trace, size, hits: Object.fromEntries(lines.map(([, policy, figure]) => [policy, Number(figure)])) };
  });
});

console.log(table());
writeFileSync(new URL('hit-ratios.svg', import.meta.url), chart());

function table() {
  const columns = [...POLICIES, { name: OPTIMUM, label: OPTIMUM }];
  const row = (cells) => `| ${cells.join(' | ')} |`;
  const mean = (name) => groups.reduce((sum, { hits }) => sum + hits[name], 0) / groups.length;
  return [
    row(['trace', 'entries', ...columns.map(({ label }) => label)]),
    `|${'---|'.repeat(columns.length + 2)}`,
    ...groups.map(({ trace, size, hits }) => row([trace, size, ...columns.map(({ name }) => hits[name].toFixed(1))])),
    row(['mean', '', ...columns.map(({ name }) => mean(name).toFixed(1))]),
  ].join('\n');
}

function chart() {
  const bar = 15;
  const gap = 28;
  const left = 40;
  const top = 40;
  const height = 220;
  const wide = POLICIES.length * bar + gap;
  const width = left + groups.length * wide;
  const y = (percent) => top + height - (height * percent) / 100;
  const lines = [0, 25, 50, 75, 100].map(
    (percent) =>
      `<path d="M${left} ${y(percent)}H${width}" stroke="#8884"/><text x="${left - 6}" y="${y(percent) + 4}" text-anchor="end">${percent}</text>`,
  );
  const drawn = groups.map(({ trace, size, hits }, at) => {
    const x = left + gap / 2 + at * wide;
    const bars = POLICIES.map(
      ({ name, label, color }, index) =>
        `<rect x="${x + index * bar}" y="${y(hits[name]).toFixed(1)}" width="${bar - 2}" height="${(height - y(hits[name]) + top).toFixed(1)}" fill="${color}"><title>${label}: ${hits[name]} %</title></rect>`,
    );
    const best = `<path d="M${x - 4} ${y(hits[OPTIMUM]).toFixed(1)}h${POLICIES.length * bar + 6}" stroke="currentColor" stroke-dasharray="3 2"><title>optimum: ${hits[OPTIMUM]} %</title></path>`;
    const middle = x + (POLICIES.length * bar) / 2;
    const name = `<text x="${middle}" y="${top + height + 18}" text-anchor="middle">${trace}, ${size}</text>`;
    return [...bars, best, name].join('\n');
  });
  const legend = POLICIES.map(
    ({ label, color }, index) =>
      `<rect x="${left + index * 112}" y="10" width="12" height="12" fill="${color}"/><text x="${left + index * 112 + 17}" y="20">${label}</text>`,
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${top + height + 28}" font-family="system-ui, sans-serif" font-size="12" fill="currentColor" color="#57606a">
<title>Hit ratios in % by trace and entries; the dashed line is the optimum</title>
${[...lines, ...legend, ...drawn].join('\n')}
</svg>
`;
}
