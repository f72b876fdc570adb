// Chromium, with a fresh profile for each test that wants one.
import { chromium as playwright } from 'playwright-core';
import { chromium as installed } from '../../../wasm/toolchain/browser.mjs';

/** A page of its own context; `problems` is what went wrong in it. */
export async function newPage(t) {
  const browser = await playwright.launch({
    executablePath: process.env.CARDCACHE_CHROMIUM || (await installed()),
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
  });
  t.after(() => browser.close());
  const page = await browser.newPage();
  const problems = [];
  page.on('pageerror', (error) => problems.push(String(error)));
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) problems.push(message.text());
  });
  return { page, problems };
}
