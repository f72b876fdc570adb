// An update of the card file in a real Home Assistant, with its service worker and its month of caching in the way.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { nextRelease } from '../delivery/support/next_release.mjs';
import { CARDS, startBench } from './harness/bench.mjs';
import { launch, newUserPage, screenshot } from './harness/browser.mjs';

const entryName = () => window.customCards.find(({ type }) => type === 'cardcache-daily-plan-card').name;

let bench;
let browser;
let next;
before(async () => {
  next = await nextRelease('in-home-assistant', '0.2.0', {
    'cards/daily-plan/index.ts': ['Daily plan (cardcache)', 'Daily plan (cardcache, next)'],
  });
  bench = await startBench('update', { cards: CARDS });
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await bench?.close();
});

test('past the service worker the updated card paints at once what the old one has cached', async () => {
  // Only here is the origin a secure one for the frontend, which registers its service worker nowhere else.
  const local = { ...bench, url: bench.url.replace('127.0.0.1', 'localhost') };
  const sara = await newUserPage(browser, local, 'sara');
  await sara.openWithPlan();
  await sara.words.waitFor();
  await sara.page.evaluate(async () => {
    await navigator.serviceWorker.ready;
    if (!navigator.serviceWorker.controller) {
      await new Promise((resolve) =>
        navigator.serviceWorker.addEventListener('controllerchange', resolve, { once: true }),
      );
    }
  });
  const tasks = await sara.tasks;
  assert.equal(await sara.page.evaluate(entryName), 'Daily plan (cardcache)');

  // The file alone, under its old address: nobody gets to see it.
  bench.folder.addLocalFile(join(next, 'cardcache.js'), 'cardcache.js');
  await sara.page.reload({ waitUntil: 'commit' });
  await sara.card.locator('[data-task]').first().waitFor();
  assert.equal(await sara.page.evaluate(entryName), 'Daily plan (cardcache)');

  // As HACS does: another address for the same file.
  await bench.moveCards('hacstag=1296267020');
  await bench.tracker.reset();
  await bench.tracker.weather('daily_plan', { delay: 2 });
  await sara.page.reload({ waitUntil: 'commit' });
  await sara.card.locator('[data-task]').first().waitFor();
  assert.equal(await sara.page.evaluate(entryName), 'Daily plan (cardcache, next)');
  const { renders, frames } = await sara.record();
  assert.deepEqual(renders[0].tasks, tasks);
  assert.equal(renders[0].serviceCalls, 0);
  assert.ok(!frames.some(({ states }) => states.includes('loading')));
  await screenshot(sara.page, '18-after-update');
  assert.deepEqual(sara.problems, []);
  await sara.close();
});

test('the server logged no error', () => {
  assert.deepEqual(bench.errors(), []);
});
