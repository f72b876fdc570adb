// Chromium, and a page of Home Assistant for a user who is signed in already.
import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { chromium } from 'playwright-core';
import { chromium as installedChromium } from '../../../wasm/toolchain/browser.mjs';
import { projectFolder } from '../../../wasm/toolchain/project.mjs';
import { CardPage } from './card_page.mjs';
import { recordCards } from './card_recorder.mjs';

const WIDE = { width: 1280, height: 900 };
export const NARROW = { width: 400, height: 860 };
const YEAR = 31_536_000;
// Far above what the slowest page takes while two files run on two busy cores; only what hangs meets it.
const TIMEOUT = 45_000;

/** Which card a page is about: its tag, whose messages count as its own, and what a test does with it. */
const PLAN = { tag: 'cardcache-daily-plan-card', subject: 'tasktracker', Page: CardPage };

export async function launch() {
  return chromium.launch({
    executablePath: process.env.CARDCACHE_CHROMIUM || (await installedChromium()),
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
  });
}

/** What the frontend keeps in localStorage of somebody who is signed in: with a token for a year, or as `signIn` gave it. */
export function hassTokens(bench, username, given = { access_token: bench.users[username].token, expires_in: YEAR }) {
  return {
    hassUrl: bench.url,
    clientId: `${bench.url}/`,
    refresh_token: '',
    token_type: 'Bearer',
    expires: Date.now() + given.expires_in * 1000,
    ...given,
  };
}

/**
 * A page of one user in a browser context of its own, with nothing cached. `clock: true` puts timers and dates under
 * `page.clock`; time goes on by itself until a test moves it.
 */
export async function newUserPage(
  browser,
  bench,
  username,
  { viewport = WIDE, colorScheme = 'light', clock = false, locale = 'en-GB', card = PLAN, signedIn } = {},
) {
  const localStorage = [{ name: 'hassTokens', value: JSON.stringify(hassTokens(bench, username, signedIn)) }];
  const context = await browser.newContext({
    viewport,
    colorScheme,
    reducedMotion: 'reduce',
    locale,
    timezoneId: 'UTC',
    storageState: { cookies: [], origins: [{ origin: bench.url, localStorage }] },
  });
  context.setDefaultTimeout(TIMEOUT);
  const page = await context.newPage();
  if (clock) await page.clock.install();
  await page.addInitScript(recordCards, { tag: card.tag, subject: card.subject });
  return new card.Page(page, bench.url, card.tag);
}

/** Into build/screenshots/ha, for people to look at. */
export async function screenshot(page, name) {
  const path = join(projectFolder, 'build', 'screenshots', 'ha', `${name}.png`);
  mkdirSync(dirname(path), { recursive: true });
  await page.screenshot({ path });
}
