// Tabs agree in every engine: one asks the server for all, and what one of them drops is dropped in all.
/* global ask, cache, load -- what the site and the tests put into each page */
import assert from 'node:assert/strict';
import { INSECURE_HOST, inEachEngine, until as untilTold } from './engines/engines.mjs';
import { startTabSite, until } from './tab_site.mjs';

const TABS = 3;
const CARDS = 20;

/** Tabs of one site, each with a handle as `cache`, that know of each other. */
async function openTabs(t, newTab, host) {
  const site = await startTabSite(t, { host });
  site.before = () => {
    globalThis.load = (address) => import(address);
    globalThis.troubles = [];
  };
  const tabs = [];
  for (let index = 0; index < TABS; index += 1) {
    const tab = await newTab(site.url);
    await tab.evaluate(async () => {
      globalThis.cache = (await load('/dist/index.js')).openCache({ namespace: 'tabs_' });
      await cache.ready;
    });
    tabs.push(tab);
  }
  return { site, tabs };
}

/** Cards ask in a tab; `answersOf` gives the numbers of their answers. */
const start = (tab, key) =>
  tab.evaluate(
    ([name, count]) => {
      const asked = Array.from({ length: count }, () => cache.getOrFetch(name, ask));
      globalThis.answered = Promise.all(asked).then((all) => [...new Set(all.map(({ number }) => number))]);
    },
    [key, CARDS],
  );
const answersOf = (tab) => tab.evaluate(() => globalThis.answered);

for (const [way, options, most] of [
  ['', {}, 1],
  // Where an engine can be told that a name leads to this machine: leases in place of Web Locks, a rare second fetch.
  [' on plain http', { host: INSECURE_HOST, only: ['firefox'] }, 2],
]) {
  inEachEngine(`${CARDS} cards in each of ${TABS} tabs ask the server once${way}`, options, async (t, { newTab }) => {
    const { site, tabs } = await openTabs(t, newTab, options.host);
    for (const key of ['plan:1', 'plan:2', 'plan:3']) {
      const before = site.asked.length;
      site.holds = true;
      for (const tab of tabs) await start(tab, key);
      await until(() => site.held.length > 0);
      site.release();
      const numbers = [];
      for (const tab of tabs) numbers.push(...(await answersOf(tab)));
      const asked = site.asked.length - before;
      assert.ok(asked >= 1 && asked <= most, `${key}: ${asked} requests`);
      assert.equal(numbers.length, TABS, 'all cards of a tab have the same');
      for (const number of numbers) assert.ok(number > before && number <= site.asked.length, `${key}: ${numbers}`);
    }
  });
}

inEachEngine('what one tab drops all drop, and what one fetches all show', {}, async (t, { newTab }) => {
  const { site, tabs } = await openTabs(t, newTab);
  for (const tab of tabs) {
    await tab.evaluate(() => {
      globalThis.shown = [];
      const tell = ({ data }) => data && globalThis.shown.push(data.number);
      cache.watch('plan:sara', ask, tell, { whileHidden: true, interval: Infinity });
      cache.set('teams', { number: 0 });
    });
  }
  for (const tab of tabs) await untilTold(tab, () => globalThis.shown.length > 0);
  const first = site.asked.length;
  assert.equal(first, 1);
  await tabs[0].evaluate(() => cache.invalidate('*'));
  for (const tab of tabs) await untilTold(tab, () => globalThis.shown.at(-1) > 1);
  for (const tab of tabs) assert.equal(await tab.evaluate(() => cache.get('teams') ?? 'gone'), 'gone');
  assert.equal(site.asked.length, first + 1, 'asked once more, for all');
});
