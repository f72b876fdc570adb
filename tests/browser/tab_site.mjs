// Several real tabs of one profile, and the server that they ask: it counts, and answers when a test says so.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { after } from 'node:test';
import { launchChromium } from './engines/chromium.mjs';

/** Leads to this machine, and is no secure context: no Web Locks. */
export const INSECURE_HOST = 'ha.test';

const dist = resolve(fileURLToPath(new URL('../..', import.meta.url)), process.env.CARDCACHE_DIST ?? 'dist');
const module = readFileSync(join(dist, 'index.js'));

let browser;
after(async () => (await browser)?.close());

/** What every page begins with: `ask` is a fetcher of the server's answers. */
function prepare() {
  globalThis.ask = async ({ key, signal }) => {
    // Past the browser's own cache, which lets one of two equal requests wait for the other.
    const response = await fetch(`/answer/${encodeURIComponent(key)}`, { signal, cache: 'no-store' });
    if (!response.ok) throw new Error(`the server said ${response.status}`);
    return response.json();
  };
}

/**
 * An origin of the test's own. `asked` says what was asked for and when; `held` are answers that wait while it `holds`, until
 * `release` or a call. So many `failures` come first; answers are all the `same` on demand; `before` runs first in every
 * page.
 */
export async function startTabSite(t, { host = '127.0.0.1' } = {}) {
  const site = { asked: [], held: [], holds: false, failures: 0, same: false, before: () => undefined };
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url, 'http://site');
    const key = /^\/answer\/(.+)$/.exec(pathname)?.[1];
    if (pathname === '/dist/index.js') {
      response.writeHead(200, { 'Content-Type': 'text/javascript' }).end(module);
    } else if (key) {
      site.asked.push({ key: decodeURIComponent(key), at: Date.now() });
      const number = site.same ? 0 : site.asked.length;
      const answer = () => {
        const status = site.failures > 0 ? 500 : 200;
        if (site.failures > 0) site.failures -= 1;
        response.writeHead(status, { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' });
        response.end(JSON.stringify({ number, text: 'x'.repeat(2_000) }));
      };
      if (site.holds) site.held.push(answer);
      else answer();
    } else {
      response.writeHead(200, { 'Content-Type': 'text/html' });
      response.end(`<!doctype html><link rel="icon" href="data:,"><script>(${prepare})(); (${site.before})()</script>`);
    }
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  site.url = `http://${host}:${server.address().port}/`;
  site.release = () => {
    site.holds = false;
    for (const answer of site.held.splice(0)) answer();
  };
  return site;
}

/** Tabs that know of each other, each a process of its own, with the module as `cardcache` and a handle as `cache`. */
export async function openTabs(t, site, count, options = {}) {
  browser ??= launchChromium({ host: INSECURE_HOST });
  const { newTab, pids } = await browser;
  const tabs = [];
  for (let index = 0; index < count; index += 1) {
    const { page } = await newTab();
    t.after(() => page.close());
    page.troubles = [];
    page.on('pageerror', (error) => page.troubles.push(String(error)));
    await page.goto(site.url);
    await load(page, options);
    tabs.push(page);
  }
  assert.ok((await pids('renderer')).length >= count);
  return tabs;
}

export async function load(page, options = {}) {
  await page.evaluate(
    async (given) => {
      globalThis.cardcache = await import('/dist/index.js');
      globalThis.cache = globalThis.cardcache.openCache(given);
      await globalThis.cache.ready;
    },
    { namespace: 'tabs_', ...options },
  );
}

/** The same in each tab at once. */
export function inAll(tabs, work, argument) {
  return Promise.all(tabs.map((tab) => tab.evaluate(work, argument)));
}

/** Waits for what is seen on this side of the line. */
export async function until(isTrue, deadline = 10_000) {
  const end = Date.now() + deadline;
  while (!(await isTrue())) {
    assert.ok(Date.now() < end, `waited ${deadline} ms in vain for ${isTrue}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
