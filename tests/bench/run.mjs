// What `npm run bench` runs: every bench of this folder, side by side with its peers, and a table of each. `npm run bench -- memory`
// runs one alone; `-- --check` runs those that goals.json has goals for and fails where one is missed by more than its noise.
import { codec } from './codec.mjs';
import { compression } from './compression.mjs';
import { openBenchPage } from './bench_page.mjs';
import { fetching } from './fetching.mjs';
import { footprint } from './footprint.mjs';
import { judge } from './goals.mjs';
import { memory } from './memory.mjs';
import { opening } from './opening.mjs';
import { tabs } from './tabs.mjs';
import { watchers } from './watchers.mjs';

/** Each gives `{ table, figures }`: text for a README, and by name the figures that goals are about. */
const benches = { memory, fetching, footprint, watchers, opening, codec, compression, tabs };

const given = process.argv.slice(2);
const checks = given.includes('--check');
const asked = given.filter((name) => name !== '--check');
const unknown = asked.filter((name) => !Object.hasOwn(benches, name));
if (unknown.length > 0)
  throw new Error(`no such bench: ${unknown.join(', ')}; there are ${Object.keys(benches).join(', ')}`);

const browser = await openBenchPage();
const figures = {};
try {
  console.log(`Chromium ${browser.browserVersion}, node ${process.versions.node}`);
  for (const name of asked.length > 0 ? asked : Object.keys(benches)) {
    const { table, figures: own = {} } = await benches[name](browser);
    console.log(`\n${name}\n${table}`);
    Object.assign(figures, own);
  }
} finally {
  await browser.close();
}
if (checks && !judge(figures)) process.exitCode = 1;
