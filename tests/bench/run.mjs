// What `npm run bench` runs: every bench of this folder in a headless Chromium, side by side with its peers, and a table of
// each. `npm run bench -- compression` runs one alone.
import { compression } from './compression.mjs';
import { openBenchPage } from './bench_page.mjs';
import { tabs } from './tabs.mjs';

const benches = { compression, tabs };

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !Object.hasOwn(benches, name));
if (unknown.length > 0)
  throw new Error(`no such bench: ${unknown.join(', ')}; there are ${Object.keys(benches).join(', ')}`);

const { page, browserVersion, close } = await openBenchPage();
try {
  console.log(`Chromium ${browserVersion}, node ${process.versions.node}`);
  for (const name of asked.length > 0 ? asked : Object.keys(benches)) {
    console.log(`\n${name}\n${await benches[name](page)}`);
  }
} finally {
  await close();
}
