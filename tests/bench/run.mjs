// What `npm run bench` runs: every bench of this folder, side by side with its peers, and a table of each. `npm run bench -- memory`
// runs one alone. `-- --check` fails where a goal of goals.json is missed by more than its noise, `-- --write` puts what was found
// into the README.
import { codec } from './codec.mjs';
import { compression } from './compression.mjs';
import { openBenchPage } from './bench_page.mjs';
import { fetching } from './fetching.mjs';
import { footprint } from './footprint.mjs';
import { check } from './goals.mjs';
import { memory } from './memory.mjs';
import { opening } from './opening.mjs';
import { pace } from './pace.mjs';
import { paths } from './paths.mjs';
import { writeReadme } from './readme.mjs';
import { size } from './size.mjs';
import { tabs } from './tabs.mjs';
import { watchers } from './watchers.mjs';

/** Each gives `{ table, figures }`: text for a README, and by name the figures that goals are about. */
const benches = { size, memory, fetching, footprint, watchers, opening, codec, compression, pace, tabs, paths };

const given = process.argv.slice(2);
const options = ['--check', '--write'].filter((option) => given.includes(option));
const asked = given.filter((name) => !options.includes(name));
const unknown = asked.filter((name) => !Object.hasOwn(benches, name));
if (unknown.length > 0)
  throw new Error(`no such bench: ${unknown.join(', ')}; there are ${Object.keys(benches).join(', ')}`);

const browser = await openBenchPage();
const figures = {};
let hits;
try {
  console.log(`Chromium ${browser.browserVersion}, node ${process.versions.node}`);
  for (const name of asked.length > 0 ? asked : Object.keys(benches)) {
    const { table, figures: own = {}, hits: found } = await benches[name](browser);
    console.log(`\n${name}\n${table}`);
    Object.assign(figures, own);
    hits ??= found;
  }
} finally {
  await browser.close();
}
if (options.includes('--write')) writeReadme(figures, hits);
if (options.includes('--check') && !check(figures)) process.exitCode = 1;
