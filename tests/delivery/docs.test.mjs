// The examples of web/docs/migrating.md, as they stand there, over the packed package in Chromium.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { projectFolder } from '../../wasm/toolchain/project.mjs';
import { newPage } from './support/chromium.mjs';
import { serveFolder } from './support/folder_site.mjs';
import { consumer } from './support/packed.mjs';

const DAYS = [{ day: 'Monday' }, { day: 'Tuesday' }];
const TEAMS = [{ id: 7, name: 'Core' }];
const page = readFileSync(join(projectFolder, 'web', 'docs', 'migrating.md'), 'utf8');
const blocks = [...page.matchAll(/```js\n(.*?)```/gs)].map(([, code]) => code);

/** The one example that has this text in it. */
function example(text) {
  const found = blocks.filter((code) => code.includes(text));
  assert.equal(found.length, 1, text);
  return found[0];
}

const MAP = `<script type="importmap">${JSON.stringify({
  imports: { cardcache: './node_modules/cardcache/dist/index.js' },
})}</script>`;

async function open(t) {
  const { folder } = await consumer(t, {
    'index.html': `<!doctype html><title>docs</title><link rel="icon" href="data:,">${MAP}`,
    'forecast.json': JSON.stringify(DAYS),
    'teams.json': JSON.stringify(TEAMS),
    'snippet.js': `${example('localStorage.getItem')}\nexport { forecast };`,
    'forecast.js': example('check: Array.isArray'),
    'show.js': example('cache.watch'),
    'agiletrack.js': example('agiletrack_'),
  });
  const { url, asked } = await serveFolder(t, folder);
  const opened = await newPage(t);
  const load = () => opened.page.goto(url);
  await load();
  return { ...opened, load, asks: (name) => asked.filter((path) => path.startsWith(`/${name}`)).length };
}

test('examples for authors are at most 30 lines long', () => {
  assert.ok(blocks.length >= 5);
  for (const code of blocks) assert.ok(code.trimEnd().split('\n').length <= 30);
});

test('the snippet works as people know it, and asks twice where two ask', async (t) => {
  const { page, asks, problems } = await open(t);
  const call = async () => {
    const { forecast } = await import('/snippet.js');
    return Promise.all([forecast(), forecast()]);
  };
  assert.deepEqual(await page.evaluate(call), [DAYS, DAYS]);
  assert.equal(asks('forecast.json'), 2);
  assert.deepEqual(problems, []);
});

test('what takes its place asks once, and not at all after a reload', async (t) => {
  const { page, load, asks, problems } = await open(t);
  const call = async () => {
    const { forecast } = await import('/forecast.js');
    return Promise.all([forecast(), forecast()]);
  };
  assert.deepEqual(await page.evaluate(call), [DAYS, DAYS]);
  await load();
  assert.deepEqual(await page.evaluate(call), [DAYS, DAYS]);
  assert.equal(asks('forecast.json'), 1);
  assert.deepEqual(problems, []);
});

test('a record of the form that the page names is read on, the snippet’s own is fetched anew', async (t) => {
  const { page, load, asks } = await open(t);
  const withRecord = async (record) => {
    await load();
    return page.evaluate(async (text) => {
      localStorage.setItem('forecastcard_forecast', text);
      return (await import('/forecast.js')).forecast();
    }, JSON.stringify(record));
  };
  const old = [{ day: 'Sunday' }];
  assert.deepEqual(await withRecord({ data: old, timestamp: Date.now() - 1000 }), old);
  assert.equal(asks('forecast.json'), 0);
  assert.deepEqual(await withRecord({ data: old, time: Date.now() - 1000 }), DAYS);
  assert.equal(asks('forecast.json'), 1);
});

test('watched, it is shown, and in the first render after a reload', async (t) => {
  const { page, load, problems } = await open(t);
  const show = () =>
    import('/show.js').then((module) => {
      module.show(document.body);
      return document.body.textContent;
    });
  assert.equal(await page.evaluate(show), 'Loading …');
  await page.getByText('Monday, Tuesday').waitFor();
  await load();
  assert.equal(await page.evaluate(show), 'Monday, Tuesday');
  assert.deepEqual(problems, []);
});

test('AgileTrack’s records are read and written as AgileTrack does', async (t) => {
  const { page, asks, problems } = await open(t);
  const found = await page.evaluate(async () => {
    const kept = [{ id: 7, name: 'Kept by AgileTrack' }];
    localStorage.setItem('agiletrack_teams', JSON.stringify({ data: kept, timestamp: Date.now() }));
    localStorage.setItem('agiletrack_selected_team', '7');
    const { teams, keepMetrics, forgetMetrics } = await import('/agiletrack.js');
    const names = (await teams()).map(({ name }) => name);
    keepMetrics(7, { velocity: 21 });
    const written = JSON.parse(localStorage.getItem('agiletrack_team_7_metrics')).data;
    const gone = forgetMetrics();
    const left = Object.keys(localStorage).sort();
    return { names, written, gone, left };
  });
  assert.deepEqual(found, {
    names: ['Kept by AgileTrack'],
    written: { velocity: 21 },
    gone: 1,
    left: ['agiletrack_selected_team', 'agiletrack_teams'],
  });
  assert.equal(asks('teams.json'), 0);
  assert.deepEqual(problems, []);
});
