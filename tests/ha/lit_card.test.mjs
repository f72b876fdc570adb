// The Lit card of web/docs/migrating.md, bundled with the package as its readers bundle it, and installed.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import * as esbuild from 'esbuild';
import { projectFolder } from '../../wasm/toolchain/project.mjs';
import { startBench } from './harness/bench.mjs';
import { launch, newUserPage } from './harness/browser.mjs';

const TAG = 'lit-areas-card';

let bench;
let browser;
let names;
before(async () => {
  const page = readFileSync(join(projectFolder, 'web', 'docs', 'migrating.md'), 'utf8');
  const code = [...page.matchAll(/```js\n(.*?)```/gs)].map(([, block]) => block).find((block) => block.includes(TAG));
  const folder = join(projectFolder, 'build', 'ha');
  mkdirSync(folder, { recursive: true });
  const cards = join(folder, `${TAG}.js`);
  await esbuild.build({
    // The package by its own name, as its manifest exports it.
    stdin: { contents: code, resolveDir: projectFolder },
    outfile: cards,
    bundle: true,
    format: 'esm',
    target: 'es2022',
  });
  const dashboard = { views: [{ path: 'home', cards: [{ type: `custom:${TAG}` }] }] };
  bench = await startBench('lit_card', { cards, dashboard });
  const admin = bench.connection('gabriel');
  await admin.send({ type: 'config/area_registry/create', name: 'Attic' });
  names = (await admin.send({ type: 'config/area_registry/list' })).map(({ name }) => name);
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await bench?.close();
});

test('the Lit card shows the areas, and after a reload on every frame', async () => {
  const { page, problems } = await newUserPage(browser, bench, 'sara');
  await page.goto(`${bench.url}/lovelace-plan/home`);
  const shown = page.locator(`${TAG} p`);
  await shown.getByText('Attic').waitFor();
  assert.deepEqual(await shown.allTextContents(), names);
  await page.addInitScript((tag) => {
    globalThis.texts = new Set();
    const attachShadow = Element.prototype.attachShadow;
    Element.prototype.attachShadow = function (options) {
      const root = attachShadow.call(this, options);
      // In the microtask after a render: nothing is painted in between.
      const look = () => globalThis.texts.add(root.textContent.replaceAll(/\s+/g, ' ').trim());
      if (this.localName === tag) new MutationObserver(look).observe(root, { childList: true, subtree: true });
      return root;
    };
  }, TAG);
  await page.reload();
  await shown.getByText('Attic').waitFor();
  const texts = await page.evaluate(() => [...globalThis.texts]);
  assert.deepEqual(texts, [names.join('')], 'no render showed anything else');
  assert.deepEqual(problems, []);
  await page.context().close();
});

test('the server logged no error', () => {
  assert.deepEqual(bench.errors(), []);
});
