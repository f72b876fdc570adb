// A real server, a real Chromium, and what tests want to know of a page: its calls, its frames, its errors.
import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { after } from 'node:test';
import { chromium } from 'playwright-core';
import { startDemoServer } from '../../web/server/demo_server.mjs';

const SCREENSHOTS = fileURLToPath(new URL('../../build/screenshots/demo/', import.meta.url));
const SHORT = { call: 24, kept: 4, encouragement: 80 };
const WIDE = { width: 1280, height: 900 };

/** Starts the demo's server and a browser for one file of tests, and ends both with it. */
export async function startDemo(options = {}) {
  const server = await startDemoServer({ delays: SHORT, timeZone: 'UTC', ...options });
  const browser = await chromium.launch({
    executablePath: process.env.CARDCACHE_CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
  });
  after(async () => {
    await browser.close();
    await server.close();
  });
  return { server, browser };
}

/**
 * A page of its own context, closed with the test `t`. Its clock can be moved with `page.clock`. Gives the page, the list of
 * errors that it met, and `opened`: every WebSocket with the frames it sent.
 */
export async function newPage(t, { browser }, { viewport = WIDE, colorScheme = 'light' } = {}) {
  const errors = [];
  const context = await browser.newContext({ viewport, colorScheme, locale: 'en-GB', timezoneId: 'UTC' });
  t.after(async () => {
    for (const error of errors) t.diagnostic(error);
    await context.close();
  });
  const page = await context.newPage();
  page.setDefaultTimeout(Number(process.env.CARDCACHE_TIMEOUT ?? 10_000));
  await page.clock.install();
  page.on('pageerror', (error) => errors.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text());
  });
  const opened = [];
  page.on('websocket', (socket) => {
    const entry = { auth: undefined, calls: [] };
    opened.push(entry);
    socket.on('framesent', ({ payload }) => {
      const message = JSON.parse(payload);
      if (message.type === 'auth') entry.auth = message;
      if (message.type === 'call_service') entry.calls.push(message);
    });
  });
  return { page, errors, opened };
}

/** The demo, with both plans on screen and nothing on its way any more. */
export async function openDemo(t, demo, options = {}) {
  const opened = await newPage(t, demo, options);
  await opened.page.goto(demo.server.url);
  await settled(opened.page);
  return opened;
}

export async function settled(page) {
  for (const user of ['gabriel', 'sara']) {
    await card(page, user).locator('[data-task]').first().waitFor();
    await card(page, user).locator('[data-part="encouragement"]').waitFor();
  }
  await page.locator('#paint:not(:empty)').waitFor();
}

/**
 * A page of the server's origin with nothing on it but the module, as `cardcache`, and an open handle, as `cache`. `reload` loads
 * it anew.
 */
export async function openModule(t, demo, options = { namespace: 'probe_' }) {
  const opened = await newPage(t, demo);
  const { page } = opened;
  await page.route('**/blank', (route) => route.fulfill({ contentType: 'text/html', body: '<!doctype html>' }));
  const reload = async () => {
    await page.goto(`${demo.server.url}blank`);
    await page.evaluate(async (given) => {
      globalThis.cardcache = await import('/dist/index.js');
      globalThis.cache = globalThis.cardcache.openCache(given);
      await globalThis.cache.ready;
    }, options);
  };
  await reload();
  return { ...opened, reload };
}

export const card = (page, user) => page.locator(`[data-user="${user}"] cardcache-daily-plan-card`);
export const row = (page, user, task) => card(page, user).locator(`[data-task="${task}"]`);

export const sessionOf = (page) => page.evaluate(() => JSON.parse(sessionStorage.getItem('demo-session')).id);

/** Services that a user's card really called, by name, oldest first; the other device's are not among them. */
export function callsOf(opened, user) {
  const own = opened.filter(({ auth }) => auth?.access_token === `demo-${user}` && !auth.session.endsWith('-device'));
  return own.flatMap(({ calls }) => calls.map((call) => call.service));
}

/** Waits for what is seen on this side of the line, such as frames, which no locator can tell. */
export async function waitFor(isTrue, deadline = 5000) {
  const end = Date.now() + deadline;
  while (!isTrue()) {
    assert.ok(Date.now() < end, `waited ${deadline} ms in vain for ${isTrue}`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** What the event log says of the newest event, once both users' decisions are in it. */
export async function newestDecisions(page) {
  const newest = page.locator('.events li').first();
  await newest.locator('.decision').nth(1).waitFor();
  const decisions = await newest
    .locator('.decision')
    .evaluateAll((nodes) => nodes.map((node) => [node.dataset.user, node.dataset.concerned === 'true']));
  return Object.fromEntries(decisions);
}

export async function screenshot(page, name) {
  await mkdir(SCREENSHOTS, { recursive: true });
  await page.screenshot({ path: join(SCREENSHOTS, `${name}.png`), fullPage: true });
}
