// The statistics card over answers and records that make no sense, in a page with a stand-in for Home Assistant.
import assert from 'node:assert/strict';
import test from 'node:test';
import { newPage, startDemo } from './harness.mjs';

const demo = await startDemo();

/** A card over a server that gives `rows`, once it has drawn; `asked` counts the questions of this load. */
async function show(page, { rows, config = {}, unit = '°C', unitClass = 'temperature', refuses = false }) {
  await page.goto(`${demo.server.url}theme.css`);
  await page.evaluate(
    async ({ rows, config, unit, unitClass, refuses }) => {
      await import('/dist/cardcache.js');
      window.asked = 0;
      const connection = { connected: true, addEventListener() {}, removeEventListener() {} };
      const metadata = {
        statistic_id: 'sensor.a',
        mean_type: 1,
        display_unit_of_measurement: unit,
        unit_class: unitClass,
      };
      const card = document.createElement('cardcache-statistics-card');
      card.setConfig({ entities: [{ entity: 'sensor.a', ...config.entity }], stat_types: ['mean'] });
      const start = Math.floor(Date.now() / 3_600_000) * 3_600_000;
      card.hass = {
        connection,
        connected: true,
        user: { id: 'sara' },
        states: {},
        config: { state: 'RUNNING', time_zone: 'UTC' },
        locale: { language: 'en' },
        callWS: async (message) => {
          window.asked += 1;
          if (message.type === 'recorder/get_statistics_metadata') return [metadata];
          if (message.units && refuses) throw { code: 'invalid_format', message: 'no' };
          return {
            'sensor.a': rows.map((row) => ({ mean: 20, ...row, start: row.at ?? start + row.hours * 3_600_000 })),
          };
        },
        callService: async () => ({}),
      };
      card.style.cssText = 'display:block;width:400px;height:400px';
      document.body.append(card);
    },
    { rows, config, unit, unitClass, refuses },
  );
  return page.locator('cardcache-statistics-card');
}

const GOOD = [{ hours: -2 }, { hours: -1 }];

test('one row that makes no sense leaves the others on the screen, after a reload too', async (t) => {
  const { page, errors } = await newPage(t, demo);
  for (const reload of [false, true]) {
    const card = await show(page, { rows: [...GOOD, { at: 1e300 }, { at: -5 }, { at: 'x' }] });
    await card.locator('[data-points="2"]').waitFor();
    assert.match(await card.locator('.legend .value').textContent(), /^20\u00a0°C$/, String(reload));
  }
  assert.deepEqual(
    errors.filter((error) => !/404/.test(error)),
    [],
  );
});

test('an answer that cannot be drawn is reported and dropped, so that the next card fetches again', async (t) => {
  const { page } = await newPage(t, demo);
  const card = await show(page, { rows: GOOD });
  await card.locator('[data-points="2"]').waitFor();
  const kept = () =>
    page.evaluate(() => Object.keys(localStorage).filter((name) => name.includes('statistics:')).length);
  assert.ok((await kept()) > 0);
  await page.evaluate(() => {
    const { format } = Intl.NumberFormat.prototype.__lookupGetter__
      ? Object.getOwnPropertyDescriptors(Intl.NumberFormat.prototype)
      : {};
    Object.defineProperty(Intl.NumberFormat.prototype, 'format', {
      configurable: true,
      get() {
        throw new RangeError('Invalid number');
      },
    });
    window.mend = () => Object.defineProperty(Intl.NumberFormat.prototype, 'format', format);
    const card = document.querySelector('cardcache-statistics-card');
    card.setConfig({ entities: ['sensor.a'], stat_types: ['mean'], title: 'Again' });
  });
  await card.locator('[data-state="error"]').waitFor();
  assert.equal(await kept(), 0);
  await page.evaluate(() => window.mend());
  await card.locator('[data-action="retry"]').click();
  await card.locator('[data-points="2"]').waitFor();
});

test('a colour is one declaration, of the swatch alone', async (t) => {
  const { page } = await newPage(t, demo);
  const card = await show(page, { rows: GOOD, config: { entity: { color: 'rgb(1, 2, 3)' } } });
  const swatch = card.locator('.swatch');
  await swatch.waitFor();
  const style = await swatch.evaluate((node) => [getComputedStyle(node).backgroundColor, node.style.length]);
  assert.deepEqual(style, ['rgb(1, 2, 3)', 1]);
  const refused = await page.evaluate(() => {
    try {
      document
        .createElement('cardcache-statistics-card')
        .setConfig({ entities: [{ entity: 'sensor.a', color: 'red;position:fixed;inset:0' }] });
      return '';
    } catch (error) {
      return error.message;
    }
  });
  assert.match(refused, /"color" must be a colour/);
});

for (const [name, given] of Object.entries({
  'without a class': { unitClass: null },
  'that the server refuses': { refuses: true },
})) {
  test(`a unit ${name} does not label values that were not converted, and the card says so`, async (t) => {
    const { page } = await newPage(t, demo);
    const card = await show(page, { rows: GOOD, config: { entity: { unit: '°F' } }, ...given });
    await card.locator('[data-points="2"]').waitFor();
    assert.match(await card.locator('.legend .value').textContent(), /^20\u00a0°C$/);
    assert.match(
      await card.locator('[role="status"]').first().textContent(),
      /does not convert sensor\.a to °F.*in °C/,
    );
  });
}
