import { readFileSync } from 'node:fs';

/** A table as READMEs have it; cells of all columns but the first are figures. */
export function table(head, rows) {
  const line = (cells) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map((_, column) => (column === 0 ? '---' : '---:'))), ...rows.map(line)].join('\n');
}

/** A summary as `123 ns ± 4 %`. */
export function figure({ median, spread }, unit) {
  const digits = median < 10 ? 2 : median < 100 ? 1 : 0;
  return `${median.toFixed(digits)} ${unit} ± ${(spread * 100).toFixed(0)} %`;
}

const PACKAGES = [
  'lru-cache',
  '@isaacs/ttlcache',
  'quick-lru',
  'tiny-lru',
  '@tanstack/query-core',
  'cachified',
  'lz-string',
];

/** A contestant's name with the version of the package it begins with. */
export function titled(name) {
  const known = PACKAGES.find((one) => name.startsWith(one));
  if (!known) return name;
  const folder = known === 'cachified' ? '@epic-web/cachified' : known;
  const file = new URL(`../../node_modules/${folder}/package.json`, import.meta.url);
  return name.replace(known, `${known} ${JSON.parse(readFileSync(file, 'utf8')).version}`);
}
