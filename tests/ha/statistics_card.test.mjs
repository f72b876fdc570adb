// The statistics card over a real recorder, as sara, who is no admin.
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import axe from 'axe-core';
import { CARDS, startBench } from './harness/bench.mjs';
import { launch, newUserPage, screenshot } from './harness/browser.mjs';
import { createStorageDashboard, sectionsView } from './harness/dashboards.mjs';
import { hourly, lastHour, recordStatistics, seed, SEEDS, TAG } from './harness/statistics.mjs';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const TYPE = `custom:${TAG}`;
const ROWS = 'statistics_during_period';
const METADATA = 'get_statistics_metadata';

const cards = {
  attic: { type: TYPE, entities: ['cardcache:attic'], days_to_show: 7 },
  pair: { type: TYPE, title: 'Inside and out', entities: ['cardcache:attic', 'cardcache:garden'], days_to_show: 2 },
  energy: { type: TYPE, entities: ['cardcache:energy'], period: 'day', days_to_show: 14 },
  units: {
    type: TYPE,
    title: 'Three of them',
    entities: [
      'cardcache:attic',
      'cardcache:humidity',
      { entity: 'cardcache:garden', name: 'Outside', color: '#2f9e8f' },
    ],
    days_to_show: 3,
  },
};
const dashboard = {
  views: [
    sectionsView('home', cards.attic),
    sectionsView('pair', cards.pair),
    sectionsView('all', ...Object.values(cards)),
    sectionsView('missing', { type: TYPE, entities: ['sensor.nobody'] }),
    sectionsView('bad', { type: TYPE, entities: ['cardcache:attic'], period: 'minute' }),
    sectionsView('fahrenheit', { type: TYPE, entities: [{ entity: 'cardcache:attic', unit: '°F' }], days_to_show: 1 }),
    sectionsView('months', {
      type: TYPE,
      entities: ['cardcache:energy'],
      period: 'month',
      stat_types: ['sum'],
      chart_type: 'line',
    }),
  ],
};

let bench;
let browser;
let admin;
let pages = [];
before(async () => {
  bench = await startBench('statistics_card', { cards: CARDS, dashboard });
  admin = bench.connection('gabriel');
  for (const id of Object.keys(SEEDS)) await seed(admin, id, lastHour() - 40 * DAY, lastHour());
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await bench?.close();
});
afterEach(async () => {
  const problems = pages.flatMap((page) => page.problems);
  for (const page of pages) await page.close();
  pages = [];
  assert.deepEqual(problems, []);
});

/** A page of sara's that records; `language` as she has chosen in her profile. */
async function pageOf(options = {}) {
  const sara = await newUserPage(browser, bench, 'sara', options);
  pages.push(sara);
  await sara.page.addInitScript(recordStatistics, TAG);
  if (options.language) {
    await sara.page.addInitScript(
      (language) => localStorage.setItem('selectedLanguage', JSON.stringify(language)),
      options.language,
    );
  }
  sara.cards = sara.page.locator(TAG);
  sara.points = sara.cards.locator('[data-points]');
  sara.record = () => sara.page.evaluate(() => window.statisticsRecord);
  return sara;
}

async function openView(path, options) {
  const sara = await pageOf(options);
  await sara.open(`/lovelace-plan/${path}`);
  await sara.points.first().waitFor();
  return sara;
}

/** Until the page has asked and been told everything that it wanted at once. */
async function settled(sara, asks) {
  await sara.page.waitForFunction(
    (count) => window.statisticsRecord.asked.length >= count && window.statisticsRecord.answered >= count,
    asks,
  );
}

const isPainted = ({ points, isDrawn }) => points > 0 && isDrawn;
const numberIn = (text) => Number(/-?[\d.]+/.exec(text)[0]);
/** To one place, either way where it lies in the middle; a difference of 0.05 is seldom one of floating-point numbers. */
const isRounded = (shown, exact) => assert.ok(Math.abs(shown - exact) < 0.05 + 1e-9, `${shown} for ${exact}`);

test('the first load asks what it is and what there was, once each, and draws it', async () => {
  const sara = await openView('pair');
  const { asked } = await sara.record();
  assert.deepEqual(
    asked.map(({ type, statistic_ids: ids, period }) => [type, ids.sort(), period]),
    [
      [METADATA, ['cardcache:attic', 'cardcache:garden'], undefined],
      [ROWS, ['cardcache:attic', 'cardcache:garden'], 'hour'],
    ],
  );
  const expected = await hourly(admin, 'cardcache:attic', Date.parse(asked[1].start_time));
  assert.equal(Number(await sara.points.getAttribute('data-points')), expected.length);
  const values = await sara.cards.locator('.legend .value').allTextContents();
  assert.equal(values.length, 2);
  isRounded(numberIn(values[0]), expected.at(-1).mean);
  assert.ok(await sara.cards.locator('canvas').evaluate(hasInk), 'something is drawn');
  await screenshot(sara.page, '20-statistics-pair');
});

/** Whether a canvas shows anything but one colour. */
function hasInk(canvas) {
  const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
  const colors = new Set();
  for (let at = 0; at < data.length; at += 4) colors.add(`${data[at]},${data[at + 1]},${data[at + 2]}`);
  return colors.size > 8;
}

test('a reload paints before anything is asked, and then asks for the last row alone', async () => {
  const sara = await openView('home');
  const points = Number(await sara.points.getAttribute('data-points'));
  await sara.page.reload({ waitUntil: 'commit' });
  await sara.points.waitFor();
  await settled(sara, 1);
  await sara.page.waitForFunction(
    (type) => window.statisticsRecord.asked.some((message) => message.type === type),
    ROWS,
  );
  const { looks, asked } = await sara.record();
  assert.equal(looks[0].points, points);
  assert.equal(looks[0].asked, 0);
  const firstFrame = looks.find(({ isFrame }) => isFrame);
  assert.ok(isPainted(firstFrame), 'the first painted frame shows the chart');
  assert.ok(!looks.some(({ states }) => states.includes('loading')));
  const rows = asked.filter(({ type }) => type === ROWS);
  assert.deepEqual(
    rows.map(({ start_time: start }) => Date.parse(start)),
    [lastHour()],
  );
  assert.ok(asked.length <= 2, `${asked.length} asks`);
});

test('a new hour, and a last one that was corrected, are merged into what is cached', async () => {
  const sara = await openView('home');
  const before = Number(await sara.points.getAttribute('data-points'));
  const correct = (row, start) => (start === lastHour() ? { ...row, mean: 30.5 } : { mean: 33.3, min: 33, max: 34 });
  // As if the hour that runs were over.
  await seed(admin, 'cardcache:attic', lastHour(), lastHour() + HOUR, correct);
  await sara.page.reload({ waitUntil: 'commit' });
  await sara.cards.locator('.legend .value', { hasText: '33.3' }).waitFor();
  assert.equal(Number(await sara.points.getAttribute('data-points')), before + 1);
  assert.equal((await sara.record()).asked.filter(({ type }) => type === ROWS).length, 1);
  await sara.points.press('ArrowLeft');
  await sara.cards.locator('.legend .value', { hasText: '30.5' }).waitFor();
});

test('where the cached last row is gone from the server all is read anew', async () => {
  const sara = await openView('home');
  await sara.cards.locator('.legend .value', { hasText: '33.3' }).waitFor();
  await admin.send({ type: 'recorder/clear_statistics', statistic_ids: ['cardcache:attic'] });
  await seed(admin, 'cardcache:attic', lastHour() - 40 * DAY, lastHour());
  await sara.page.reload({ waitUntil: 'commit' });
  await sara.page.waitForFunction(
    () =>
      window.statisticsRecord.looks.at(-1)?.values[0] &&
      !window.statisticsRecord.looks.at(-1).values[0].startsWith('33.3'),
  );
  const rows = (await sara.record()).asked.filter(({ type }) => type === ROWS);
  assert.equal(rows.length, 2, 'the tail, then all');
  const [latest] = (await hourly(admin, 'cardcache:attic', lastHour())).slice(-1);
  const shown = numberIn(await sara.cards.locator('.legend .value').textContent());
  isRounded(shown, latest.mean);
});

test('once a day all is read, for what was corrected further back', async () => {
  const sara = await openView('home');
  await settled(sara, 2);
  await sara.page.clock.install({ time: Date.now() + 25 * HOUR });
  await sara.page.reload({ waitUntil: 'commit' });
  await sara.page.waitForFunction(
    (type) => window.statisticsRecord.asked.some((message) => message.type === type),
    ROWS,
  );
  const { asked, looks } = await sara.record();
  assert.ok(looks[0].points > 0 && looks[0].asked === 0);
  const starts = asked.filter(({ type }) => type === ROWS).map(({ start_time: start }) => Date.parse(start));
  assert.equal(starts.length, 1);
  assert.ok(starts[0] < Date.now() - 5 * DAY, new Date(starts[0]).toISOString());
});

test('keyboard and screen reader: each hour by the arrows, and all of it as a table with the server’s numbers', async () => {
  const sara = await openView('home');
  const slider = sara.points;
  const count = Number(await slider.getAttribute('data-points'));
  await slider.focus();
  await slider.press('Home');
  assert.equal(await slider.getAttribute('aria-valuenow'), '0');
  const first = await slider.getAttribute('aria-valuetext');
  await slider.press('ArrowRight');
  assert.equal(await slider.getAttribute('aria-valuenow'), '1');
  assert.notEqual(await slider.getAttribute('aria-valuetext'), first);
  assert.match(first, /; Mean: .*\u00a0°C; Minimum: .*; Maximum: /);
  await slider.press('End');
  assert.equal(await slider.getAttribute('aria-valuenow'), String(count - 1));
  await screenshot(sara.page, '21-statistics-cursor');

  const toggle = sara.cards.locator('[data-action="table"]');
  await toggle.focus();
  await sara.page.keyboard.press('Enter');
  const rows = sara.cards.locator('tbody tr');
  assert.equal(await rows.count(), count);
  const [latest] = (await hourly(admin, 'cardcache:attic', lastHour())).slice(-1);
  const newest = (await rows.first().locator('td').allTextContents()).map(Number);
  for (const [index, type] of ['mean', 'min', 'max'].entries()) {
    isRounded(newest[index], latest[type]);
  }
  await screenshot(sara.page, '22-statistics-table');
  await sara.page.keyboard.press('Enter');
  await slider.waitFor();
});

test('days of a meter are bars of its changes, as the server reckons them', async () => {
  const sara = await openView('all');
  const energy = sara.cards.nth(2);
  await energy.locator('[data-points]').waitFor();
  const from = Date.parse((await sara.record()).asked.find(({ period }) => period === 'day').start_time);
  const days = await hourly(admin, 'cardcache:energy', from, 'day');
  assert.equal(Number(await energy.locator('[data-points]').getAttribute('data-points')), days.length);
  isRounded(numberIn(await energy.locator('.legend .value').textContent()), days.at(-1).change);
});

test('a unit of one’s own is asked of the server', async () => {
  const sara = await openView('fahrenheit');
  const value = await sara.cards.locator('.legend .value').textContent();
  const [latest] = (await hourly(admin, 'cardcache:attic', lastHour())).slice(-1);
  isRounded(numberIn(value), latest.mean * 1.8 + 32);
  assert.match(value, /°F/);
});

test('months and sums as a line', async () => {
  const sara = await openView('months');
  const months = await hourly(admin, 'cardcache:energy', lastHour() - 40 * DAY, 'month');
  assert.equal(Number(await sara.points.getAttribute('data-points')), months.length);
  assert.ok(
    Math.abs(
      numberIn((await sara.cards.locator('.legend .value').textContent()).replace(',', '')) - months.at(-1).sum,
    ) <= 1,
  );
});

test('a statistic that Home Assistant does not keep is named, and a wrong configuration is told', async () => {
  const sara = await pageOf();
  await sara.open('/lovelace-plan/missing');
  await sara.cards.locator('[data-state="error"]', { hasText: 'sensor.nobody' }).waitFor();
  await screenshot(sara.page, '23-statistics-missing');
  const gabriel = await newUserPage(browser, bench, 'gabriel');
  pages.push(gabriel);
  await gabriel.open('/lovelace-plan/bad');
  await gabriel.page.locator('hui-error-card').waitFor();
  const text = await gabriel.page
    .locator('hui-error-card')
    .evaluate((card) => JSON.stringify(card._config ?? card.config));
  assert.match(text, /\\"period\\" must be one of 5minute, hour, day, week, month, not \\"minute\\"/);
});

test('another tab’s row, a reconnect and a restart: what is shown stays, and goes on', async () => {
  const sara = await openView('home');
  const points = Number(await sara.points.getAttribute('data-points'));
  await sara.reconnect();
  await sara.page.waitForFunction(() => new Set(window.statisticsRecord.looks.map(({ card }) => card)).size > 1);
  const looks = (await sara.record()).looks;
  const renewed = looks.find(({ card }) => card !== looks[0].card);
  assert.equal(renewed.points, points);
  await bench.stopServer();
  await sara.cards.locator('[data-state="offline"]').waitFor();
  assert.equal(Number(await sara.points.getAttribute('data-points')), points);
  await bench.startServer();
  admin = bench.connection('gabriel');
  await sara.cards.locator('[data-state="offline"]').waitFor({ state: 'detached' });
  assert.equal(Number(await sara.points.getAttribute('data-points')), points);
  assert.ok(!(await sara.record()).looks.slice(looks.length).some(({ states }) => states.includes('loading')));
  // The frontend itself complains while its server is away; what names us is ours.
  sara.problems.splice(0, Infinity, ...sara.problems.filter((problem) => /cardcache/i.test(problem)));
});

for (const [name, options] of Object.entries({
  'light, wide': { viewport: { width: 1600, height: 1200 } },
  'dark, wide': { viewport: { width: 1600, height: 1200 }, colorScheme: 'dark' },
  'light, 480 px': { viewport: { width: 480, height: 1900 } },
  'dark, 320 px': { viewport: { width: 320, height: 1900 }, colorScheme: 'dark' },
  'German, 480 px': { viewport: { width: 480, height: 1900 }, language: 'de' },
  'right to left, 480 px': { viewport: { width: 480, height: 1900 }, language: 'he' },
})) {
  test(`${name}: nothing that axe would complain about, nothing cut off`, async () => {
    const sara = await openView('all', options);
    for (const index of [0, 1, 2, 3]) await sara.cards.nth(index).locator('canvas').waitFor();
    await sara.page.evaluate(() => new Promise(requestAnimationFrame));
    await screenshot(sara.page, `24-statistics-${name.replaceAll(/\W+/g, '-')}`);
    for (const asTable of [false, true]) {
      if (asTable)
        for (const index of [0, 1, 2, 3]) await sara.cards.nth(index).locator('[data-action="table"]').click();
      await sara.page.evaluate(axe.source);
      const violations = await sara.page.evaluate(async (tag) => {
        const all = (root) =>
          [...root.querySelectorAll('*')].flatMap((one) => [one, ...(one.shadowRoot ? all(one.shadowRoot) : [])]);
        const found = [];
        for (const card of all(document).filter((one) => one.localName === tag)) {
          const result = await window.axe.run(card, { resultTypes: ['violations'] });
          found.push(
            ...result.violations.map(
              ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(' | ')}`,
            ),
          );
        }
        return found;
      }, TAG);
      assert.deepEqual(violations, []);
      const wide = await sara.cards.evaluateAll(
        (list) =>
          list
            .map((card) => card.shadowRoot.querySelector('ha-card'))
            .filter((card) => card.scrollWidth > card.clientWidth + 1).length,
      );
      assert.equal(wide, 0);
    }
  });
}

test('the card is found in the picker with a preview of what there is, set up in its form, and saved', async () => {
  await createStorageDashboard(admin, 'edit-me');
  const gabriel = await newUserPage(browser, bench, 'gabriel');
  pages.push(gabriel);
  const { page } = gabriel;
  await page.goto(`${bench.url}/edit-me/home?edit=1`);
  await page.getByRole('button', { name: 'Add card' }).click();
  await page.getByRole('tab', { name: 'By card' }).click();
  await page.locator('hui-card-picker input').fill('statistics (cardcache)');
  const entry = page.locator('hui-card-picker .card', { hasText: 'Statistics (cardcache)' });
  await entry.locator('[data-points]').waitFor();
  await screenshot(page, '25-statistics-picker');
  await entry.locator('.overlay').click();
  const dialog = page.locator('hui-dialog-edit-card');
  await dialog.locator('[data-points]').waitFor();
  await dialog.locator('ha-selector-text input').first().fill('Under the roof');
  await dialog.getByRole('heading', { name: 'Under the roof' }).waitFor();
  await dialog.locator('ha-selector-statistic').waitFor();
  await screenshot(page, '26-statistics-editor');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await dialog.locator('ha-dialog').waitFor({ state: 'detached' });
  const { views } = await admin.send({ type: 'lovelace/config', url_path: 'edit-me' });
  const [saved] = views[0].sections[0].cards;
  assert.equal(saved.type, TYPE);
  assert.equal(saved.title, 'Under the roof');
  assert.ok(Object.hasOwn(SEEDS, saved.entities[0]), JSON.stringify(saved));
});

test('the server logged no error', () => {
  assert.deepEqual(bench.errors(), []);
});
