// The wrapping card treats its card as Home Assistant's `hui-card` does: in a page that imitates that one (pages/lovelace.mjs).
/* global inside, log, newHass, place, server, wrapped -- of pages/lovelace.mjs */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import test from 'node:test';
import { newPage, startDemo } from './harness.mjs';

const demo = await startDemo();
const lovelace = await readFile(new URL('pages/lovelace.mjs', import.meta.url), 'utf8');

/** A page with the cards' file and nothing else on it, as Home Assistant loads it. `errors` are those of the page. */
async function dashboard(t) {
  const { page, errors } = await newPage(t, demo);
  await page.route('**/blank', (route) => route.fulfill({ contentType: 'text/html', body: '<!doctype html><body>' }));
  const load = async () => {
    await page.goto(`${demo.server.url}blank`);
    await page.addScriptTag({ content: lovelace, type: 'module' });
    await page.evaluate(() => import('/dist/cardcache.js'));
  };
  await load();
  return { page, errors, load };
}

test('a wrapped card is told the same, in the same order, as a plain one', async (t) => {
  const { page, errors } = await dashboard(t);
  for (const options of [{}, { layout: 'panel' }, { layout: 'grid', preview: true }]) {
    const [plain, inner] = await page.evaluate(async (given) => {
      const told = [];
      for (const wrap of [(card) => card, wrapped]) {
        log.length = 0;
        const at = await place(wrap({ type: 'custom:probe-card', name: 'probe' }), {
          ...given,
          hass: newHass({ number: 1 }),
        });
        told.push([...log]);
        at.remove();
      }
      return told;
    }, options);
    assert.deepEqual(inner, plain);
    assert.equal(inner.filter(([what]) => what === 'hass').length, 2);
  }
  assert.deepEqual(errors, []);
});

test('later only what is new is handed on, and a card that is moved stays the same one', async (t) => {
  const { page } = await dashboard(t);
  const [told, moved] = await page.evaluate(async () => {
    const at = await place(wrapped({ type: 'custom:probe-card' }));
    const card = inside(at);
    log.length = 0;
    at.hass = newHass({ number: 7 });
    at.element.layout = 'panel';
    const handed = [...log];
    log.length = 0;
    document.body.append(document.body.appendChild(document.createElement('div')).appendChild(at));
    return [handed, [[...log], inside(at) === card]];
  });
  assert.deepEqual(told, [
    ['hass', 7],
    ['layout', 'panel'],
    ['isPanel', true],
  ]);
  assert.equal(moved[1], true);
  assert.deepEqual(new Set(moved[0].map(([what]) => what)), new Set(['disconnected', 'connected']));
});

test('the order in which the wrapping card itself is told does not matter', async (t) => {
  const { page } = await dashboard(t);
  const made = await page.evaluate(async () => {
    const outcomes = [];
    for (const order of ['hass config connect', 'config connect hass', 'connect hass config', 'connect config hass']) {
      const card = document.createElement('cardcache-cached-card');
      for (const step of order.split(' ')) {
        if (step === 'hass') card.hass = newHass();
        else if (step === 'config') card.setConfig(wrapped({ type: 'custom:probe-card' }));
        else document.body.append(card);
        await new Promise(requestAnimationFrame);
      }
      const { children } = card.shadowRoot;
      outcomes.push([children.length, children[0]?.localName, children[0]?.connected]);
    }
    return outcomes;
  });
  assert.deepEqual(made, Array(4).fill([1, 'probe-card', 1]));
});

test('while the dashboard is edited the same card is told so, by both names, and has the real hass', async (t) => {
  const { page } = await dashboard(t);
  const outcome = await page.evaluate(async () => {
    const at = await place(wrapped({ type: 'custom:probe-card' }));
    const card = inside(at);
    const seen = [];
    for (const preview of [true, false]) {
      at.updated.length = 0;
      at.element.preview = preview;
      seen.push([card.preview, card.editMode, card.hass === at.hass, at.updated.includes('card-updated')]);
    }
    return { seen, isSame: inside(at) === card };
  });
  assert.deepEqual(outcome, {
    seen: [
      [true, true, true, true],
      [false, false, false, true],
    ],
    isSame: true,
  });
});

test('a configuration of the same card goes to the card that is there; another card, or other rules, make it anew', async (t) => {
  const { page } = await dashboard(t);
  const outcomes = await page.evaluate(async () => {
    const at = await place(wrapped({ type: 'custom:probe-card', name: 'first' }, { ttl: 60 }));
    const configure = async (...config) => {
      const before = inside(at);
      log.length = 0;
      at.element.setConfig(wrapped(...config));
      await new Promise(requestAnimationFrame);
      return [inside(at) === before, inside(at).localName, log[0]?.[1]];
    };
    return [
      await configure({ type: 'custom:probe-card', name: 'second' }, { ttl: 60 }),
      await configure({ type: 'custom:probe-card', name: 'third' }, { ttl: 90 }),
      await configure({ type: 'custom:probe-card', fails: 'not so' }, { ttl: 90 }),
      await configure({ type: 'custom:probe-card', name: 'fourth' }, { ttl: 90 }),
      await configure({ type: 'custom:none' }, { ttl: 90 }),
    ];
  });
  assert.deepEqual(outcomes, [
    [true, 'probe-card', 'second'],
    [false, 'probe-card', 'third'],
    [false, 'hui-error-card', undefined],
    [false, 'probe-card', 'fourth'],
    [false, 'hui-error-card', undefined],
  ]);
});

test('what the card says of its room is handed on, in its newer and its older form', async (t) => {
  const { page, errors } = await dashboard(t);
  const options = await page.evaluate(async () => {
    const of = async (card, wrapper) => {
      const { element } = await place(wrapped({ type: 'custom:probe-card', ...card }, wrapper));
      return element.getGridOptions();
    };
    const layout = { grid_columns: 2, grid_rows: 'auto', grid_min_columns: 1, grid_max_rows: undefined };
    return [
      await of({ members: { getGridOptions: () => ({ columns: 6, rows: 2 }) }, grid_options: { rows: 3 } }),
      await of({ members: { getLayoutOptions: () => layout } }),
      await of({ members: { getLayoutOptions: () => layout, getGridOptions: () => ({ rows: 1 }) } }),
      await of({
        layout_options: { grid_columns: 4, grid_rows: 2 },
        members: { getGridOptions: () => ({ rows: 9, min_rows: 1 }) },
      }),
      await of({ layout_options: { grid_columns: 'full' }, grid_options: { columns: 3 } }),
      await of({ members: { getGridOptions: () => undefined } }),
      await of({
        members: {
          getGridOptions() {
            throw new Error('no room');
          },
        },
        grid_options: { columns: 3 },
      }),
    ];
  });
  assert.deepEqual(options, [
    { columns: 6, rows: 3 },
    { columns: 6, rows: 'auto', min_columns: 3 },
    { rows: 1 },
    { columns: 12, rows: 2, min_rows: 1 },
    { columns: 3 },
    {},
    { columns: 3 },
  ]);
  assert.ok(errors.every((error) => /no room/.test(error)));
});

test('its size is the card’s, also one that is promised or comes with the card', async (t) => {
  const { page } = await dashboard(t);
  const sizes = await page.evaluate(async () => {
    const early = document.createElement('cardcache-cached-card');
    early.setConfig(wrapped({ type: 'custom:probe-card', members: { getCardSize: () => 8 } }));
    const promised = early.getCardSize();
    early.hass = newHass();
    const throwing = () => {
      throw new Error('no size');
    };
    const found = [await promised];
    for (const getCardSize of [
      () => 5,
      async () => 6,
      () => Promise.reject(new Error('no size')),
      throwing,
      undefined,
    ]) {
      const { element } = await place(wrapped({ type: 'custom:probe-card', members: { getCardSize } }));
      found.push(await element.getCardSize());
    }
    return found;
  });
  assert.deepEqual(sizes, [8, 5, 6, 1, 1, 1]);
});

test('a card asks to be made again, or to be told again, and it is done once', async (t) => {
  const { page } = await dashboard(t);
  const outcome = await page.evaluate(async () => {
    const at = await place(wrapped({ type: 'custom:probe-card' }));
    const first = inside(at);
    const tell = (card, name) => card.dispatchEvent(new CustomEvent(name, { bubbles: true, composed: true }));
    log.length = 0;
    at.updated.length = 0;
    tell(first, 'll-upgrade');
    const told = log.map(([what]) => what);
    const upgraded = [...at.updated];
    tell(first, 'll-rebuild');
    tell(first, 'll-rebuild');
    await new Promise(requestAnimationFrame);
    const second = inside(at);
    return { told, upgraded, isAnother: second !== first, number: second.number - first.number, updated: at.updated };
  });
  assert.deepEqual(outcome, {
    told: ['hass'],
    upgraded: ['card-updated'],
    isAnother: true,
    number: 1,
    updated: ['card-updated', 'card-updated'],
  });
});

test('what a card throws when it is given something is said in its place, and the page goes on', async (t) => {
  const { page, errors } = await dashboard(t);
  const outcome = await page.evaluate(async () => {
    const at = await place(wrapped({ type: 'custom:probe-card' }));
    at.hass = newHass({ throws: 'not with this hass' });
    const said = [inside(at).localName, inside(at).textContent];
    at.hass = newHass();
    at.element.setConfig(wrapped({ type: 'custom:probe-card' }));
    await new Promise(requestAnimationFrame);
    return [...said, inside(at).localName];
  });
  assert.deepEqual(outcome, ['hui-error-card', 'not with this hass', 'probe-card']);
  assert.equal(errors.filter((error) => /not with this hass/.test(error)).length, 1);
});

test('a card that hides itself leaves no room, is told of states where it asks for that, and comes back', async (t) => {
  const { page } = await dashboard(t);
  const seen = await page.evaluate(async () => {
    const outcomes = [];
    for (const connectedWhileHidden of [false, true]) {
      const at = await place(wrapped({ type: 'custom:probe-card', members: { connectedWhileHidden, hidden: true } }));
      const card = inside(at);
      const look = () => outcomes.push([at.hidden, card.isConnected]);
      look();
      for (const hidden of [false, true]) {
        card.hidden = hidden;
        card.dispatchEvent(
          new CustomEvent('card-visibility-changed', { bubbles: true, composed: true, detail: { value: !hidden } }),
        );
        look();
      }
    }
    return outcomes;
  });
  assert.deepEqual(seen, [
    [true, false],
    [false, true],
    [true, false],
    [true, true],
    [false, true],
    [true, true],
  ]);
});

test('conditions of the card’s own hold, about its own entity where they name none; a disabled card is not shown', async (t) => {
  const { page } = await dashboard(t);
  const seen = await page.evaluate(async () => {
    const shownWith = async (card, state) => {
      const hass = newHass({ states: { 'sun.sun': { state }, 'sun.other': { state: 'below' } } });
      const at = await place(wrapped({ type: 'custom:probe-card', ...card }), { hass });
      return !at.hidden;
    };
    const own = { entity: 'sun.sun', visibility: [{ condition: 'state', state: 'above' }] };
    const other = { entity: 'sun.sun', visibility: [{ condition: 'state', entity: 'sun.other', state: 'above' }] };
    return [
      await shownWith(own, 'above'),
      await shownWith(own, 'below'),
      await shownWith(other, 'above'),
      await shownWith({ disabled: true }, 'above'),
      await shownWith({ disabled: false, visibility: [] }, 'above'),
    ];
  });
  assert.deepEqual(seen, [true, false, false, false, true]);
});

// ---- after a reload

/** Has a card that asks as soon as it is given its first `hass`, in a page after whose cached answers `gone` ms have passed. */
async function reloaded(t, answers, { gone = 600_000, ...more } = {}) {
  const { page, load } = await dashboard(t);
  const show = (given) =>
    page.evaluate(
      async ([first, options]) => {
        server.answers = first;
        const onHass = async (card, hass) => {
          if (card.asked) return;
          card.asked = true;
          for (const type of Object.keys(first)) card.append(JSON.stringify(await hass.callWS({ type })));
        };
        window.at = await place(wrapped({ type: 'custom:probe-card', onHass }, { reads: ['ws:*'], ...options }));
        window.first = inside(window.at);
      },
      [given, more],
    );
  await show(answers);
  await page.waitForFunction((count) => server.asked.length === count, Object.keys(answers).length);
  await page.clock.fastForward(gone);
  await page.evaluate(() => new Promise((resolve) => requestIdleCallback(resolve)));
  await load();
  return { page, show };
}

test('after a reload the card stays when what came says the same: typed text, and whatever else it holds', async (t) => {
  const answers = { 'a/list': { context: { id: '1' }, response: [1] }, 'b/list': [{ at: 0, name: 'b' }] };
  const { page, show } = await reloaded(t, answers);
  await show({ 'a/list': { response: [1], context: { id: '2' } }, 'b/list': [{ name: 'b', at: 0 }] });
  assert.equal(await page.evaluate(() => window.first.textContent.startsWith('{"context":{"id":"1"}')), true);
  await page.waitForFunction(() => server.asked.length === 2);
  await page.clock.runFor(1_000);
  assert.equal(await page.evaluate(() => inside(window.at) === window.first), true);
});

test('after a reload the card is made again once, where one of its answers is another', async (t) => {
  const { page, show } = await reloaded(t, { 'a/list': [1], 'b/list': [1], 'c/list': [1] });
  await show({ 'a/list': [2], 'b/list': [1], 'c/list': [2] });
  await page.waitForFunction(() => inside(window.at) !== window.first);
  await page.clock.runFor(1_000);
  assert.deepEqual(
    await page.evaluate(() => [
      inside(window.at).textContent,
      inside(window.at).number - window.first.number,
      server.asked.length,
    ]),
    ['[2][1][2]', 1, 3],
  );
});

test('a card that nobody sees is not made again until it is seen', async (t) => {
  const { page, show } = await reloaded(t, { 'a/list': [1] });
  // In braces: a promise that the function gave back would be waited for.
  await page.evaluate(() => {
    server.ready = new Promise((resolve) => (window.answer = resolve));
  });
  await show({ 'a/list': [2] });
  await page.evaluate(() => {
    window.at.remove();
    window.answer();
  });
  await page.waitForFunction(() => server.answered === 1);
  await page.clock.runFor(1_000);
  assert.equal(await page.evaluate(() => inside(window.at) === window.first), true);
  await page.evaluate(() => document.body.append(window.at));
  await page.waitForFunction(() => inside(window.at) !== window.first && inside(window.at).textContent === '[2]');
});

for (const [what, before] of [
  ['no WebAssembly', () => delete globalThis.WebAssembly],
  ['no storage', () => Object.defineProperty(globalThis, 'localStorage', { get: () => null })],
]) {
  test(`with ${what} each question is asked once and the card is made once`, async (t) => {
    const { page } = await newPage(t, demo);
    await page.addInitScript(before);
    await page.clock.install();
    await page.route('**/blank', (route) => route.fulfill({ contentType: 'text/html', body: '<!doctype html><body>' }));
    await page.goto(`${demo.server.url}blank`);
    await page.addScriptTag({ content: lovelace, type: 'module' });
    await page.evaluate(() => import('/dist/cardcache.js'));
    await page.evaluate(async () => {
      server.answers = { 'a/list': [1], 'b/list': [2] };
      const onHass = async (card, hass) => {
        if (card.asked) return;
        card.asked = true;
        for (const type of Object.keys(server.answers)) card.append(JSON.stringify(await hass.callWS({ type })));
      };
      window.at = await place(wrapped({ type: 'custom:probe-card', onHass }, { reads: ['ws:*'] }));
      window.first = inside(window.at);
    });
    await page.waitForFunction(() => server.answered === 2);
    // The card has been open for longer than an opening takes.
    await page.clock.runFor(10_000);
    const outcome = await page.evaluate(() => [
      server.asked,
      inside(window.at) === window.first,
      window.first.textContent,
    ]);
    assert.deepEqual(outcome, [['a/list', 'b/list'], true, '[1][2]']);
  });
}
