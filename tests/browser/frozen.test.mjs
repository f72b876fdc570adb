// A tab that the browser freezes in the middle of a fetch, as it does with tabs that nobody looks at: its tasks wait, and what it
// had taken over for all the others take over themselves. Driven by puppeteer: playwright lets no page be hidden.
/* global ask, cache -- what the site and the tests put into each page */
import assert from 'node:assert/strict';
import test, { after } from 'node:test';
import puppeteer from 'puppeteer-core';
import { findBrowser } from '../../wasm/toolchain/browser.mjs';
import { optionsFor } from './engines/engines.mjs';
import { INSECURE_HOST, startTabSite, until } from './tab_site.mjs';

// Timers of hidden tabs run once a second.
const TIMEOUT = 6_000;

let browser;
after(async () => (await browser)?.close());

function launch() {
  browser ??= puppeteer.launch({
    executablePath: findBrowser('chromium'),
    args: ['--no-sandbox', '--disable-gpu', `--host-resolver-rules=MAP ${INSECURE_HOST} 127.0.0.1`],
    // With these no page is ever in the background.
    ignoreDefaultArgs: ['--disable-backgrounding-occluded-windows', '--disable-renderer-backgrounding'],
  });
  return browser;
}

async function openTabs(t, site, count) {
  const tabs = [];
  for (let index = 0; index < count; index += 1) {
    const page = await (await launch()).newPage();
    t.after(() => page.close());
    await page.goto(site.url);
    await page.evaluate(async () => {
      globalThis.cache = (await import('/dist/index.js')).openCache({ namespace: 'tabs_' });
      await cache.ready;
      globalThis.heard = [];
      for (const event of ['freeze', 'resume']) document.addEventListener(event, () => globalThis.heard.push(event));
    });
    tabs.push(page);
  }
  return tabs;
}

const start = (tab) =>
  tab.evaluate((timeout) => {
    globalThis.answered = cache.getOrFetch('plan', ask, { timeout }).then(
      ({ number }) => number,
      ({ name }) => name,
    );
  }, TIMEOUT);
const answerOf = (tab) => tab.evaluate(() => globalThis.answered);

for (const [way, host] of [
  ['', '127.0.0.1'],
  [', without Web Locks', INSECURE_HOST],
]) {
  test(
    `a tab that is frozen in mid-fetch costs the others half of their timeout${way}`,
    optionsFor('chromium'),
    async (t) => {
      const site = await startTabSite(t, { host });
      const [leader, ...others] = await openTabs(t, site, 3);
      site.holds = true;
      await start(leader);
      await until(() => site.held.length === 1);
      for (const other of others) await start(other);
      const session = await leader.createCDPSession();
      await session.send('Page.setWebLifecycleState', { state: 'frozen' });
      assert.deepEqual(await leader.evaluate(() => [document.hidden, ...globalThis.heard]), [true, 'freeze']);
      await until(() => site.held.length === 2, 2 * TIMEOUT);
      site.held.splice(1)[0]();
      // Who waits for longer than its timeout is given an error.
      for (const other of others) assert.equal(await answerOf(other), 2);
      assert.equal(site.asked.length, 2, 'one of them took its place');
      // It goes on, and its late answer is older than what the others have.
      site.release();
      await session.send('Page.setWebLifecycleState', { state: 'active' });
      await leader.bringToFront();
      await leader.waitForFunction(() => globalThis.heard.includes('resume'));
      await answerOf(leader);
      for (const tab of [leader, ...others]) {
        await tab.waitForFunction(() => cache.get('plan')?.number === 2, { polling: 100 });
      }
    },
  );
}
