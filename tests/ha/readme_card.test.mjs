// The card that the README shows, taken from it and installed as it says: it must work as it stands there.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { projectFolder } from '../../wasm/toolchain/project.mjs';
import { startBench } from './harness/bench.mjs';
import { launch, newUserPage } from './harness/browser.mjs';
import { signIn } from './setup/users.mjs';

const TAG = 'areas-card';
const LIST = 'config/area_registry/list';

let bench;
let browser;
let areas;
before(async () => {
  const readme = readFileSync(join(projectFolder, 'README.md'), 'utf8');
  const blocks = [...readme.matchAll(/```js\n(.*?)```/gs)].map(([, code]) => code);
  const folder = join(projectFolder, 'build', 'ha');
  mkdirSync(folder, { recursive: true });
  const cards = join(folder, `${TAG}.js`);
  writeFileSync(
    cards,
    blocks.find((code) => code.includes(`'${TAG}'`)),
  );
  const beside = ['index.js', 'hass.js'].map((name) => join(projectFolder, 'dist', name));
  const dashboard = { views: [{ path: 'home', cards: [{ type: `custom:${TAG}` }] }] };
  bench = await startBench('readme_card', { cards, beside, dashboard });
  // Home Assistant's onboarding has made some already.
  await bench.connection('gabriel').send({ type: 'config/area_registry/create', name: 'Attic' });
  areas = (await bench.connection('gabriel').send({ type: LIST })).map(({ name }) => name).join(', ');
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await bench?.close();
});

test('the README’s card shows the areas to somebody who is no admin, and after a reload from the cache', async () => {
  const { page } = await newUserPage(browser, bench, 'sara');
  await page.goto(`${bench.url}/lovelace-plan/home`);
  await page.locator(TAG, { hasText: areas }).waitFor();

  // What a slow server would leave on screen for as long as it takes.
  const seen = countAsks(page);
  await page.addInitScript((tag) => {
    globalThis.texts = [];
    void customElements.whenDefined(tag).then(() => {
      const sample = () => {
        const all = (root) =>
          [...root.querySelectorAll('*')].flatMap((one) => [one, ...(one.shadowRoot ? all(one.shadowRoot) : [])]);
        for (const card of all(document).filter((one) => one.localName === tag))
          globalThis.texts.push(card.textContent);
        requestAnimationFrame(sample);
      };
      requestAnimationFrame(sample);
    });
  }, TAG);
  await page.reload();
  await page.locator(TAG, { hasText: areas }).waitFor();
  const texts = await page.evaluate(() => [...new Set(globalThis.texts)]);
  assert.deepEqual(texts, [areas], 'never a loading state on any frame');
  assert.ok(seen.asks <= 2, `${seen.asks} asks after the reload, the frontend's own included`);
  await page.context().close();
});

test('Home Assistant’s logout takes what the card kept out of the browser', async () => {
  const { page } = await newUserPage(browser, bench, 'sara', { signedIn: await signIn(bench.url, 'sara') });
  await page.goto(`${bench.url}/lovelace-plan/home`);
  await page.locator(TAG, { hasText: areas }).waitFor();
  const kept = () => page.evaluate(() => Object.keys(localStorage).filter((name) => name.startsWith('areascard_')));
  assert.ok((await kept()).some((name) => name.includes('@')));
  // As "Log out" does in the user's profile.
  const leave = () => document.querySelector('home-assistant').dispatchEvent(new CustomEvent('hass-logout'));
  await Promise.all([page.waitForURL(/\/auth\/authorize/), page.evaluate(leave)]);
  assert.deepEqual(await kept(), []);
  await page.context().close();
});

test('the server logged no error', () => {
  assert.deepEqual(bench.errors(), []);
});

/** How often the list is asked for: by the card, and once by Home Assistant's frontend itself. */
function countAsks(page) {
  const counter = { asks: 0 };
  page.on('websocket', (socket) =>
    socket.on('framesent', ({ payload }) => {
      for (const message of [JSON.parse(payload)].flat()) if (message.type === LIST) counter.asks++;
    }),
  );
  return counter;
}
