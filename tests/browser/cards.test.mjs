// The bundle of cards in every engine, on a page that gives them what Home Assistant does.
/* global home, until -- what is put into the page */
import assert from 'node:assert/strict';
import { inEachEngine } from './engines/engines.mjs';
import { homeAssistant } from './pages/home_assistant.mjs';

const TYPES = ['daily-plan', 'todo', 'statistics', 'cached'];

const defined = (types) => types.map((type) => customElements.get(`cardcache-${type}-card`) !== undefined);

/** Shows three of the cards, ticks an item, and says what came of it. */
async function useCards() {
  await globalThis.load('/dist/cardcache.js');
  const todo = await home.card('todo', { entity: 'todo.list' });
  await until(() => home.text(todo).includes('Water plants'));
  const statistics = await home.card('statistics', { entities: ['sensor.warm'], period: 'hour', days: 1 });
  await until(() => statistics.shadowRoot.querySelector('canvas'));
  const cached = await home.card('cached', { card: { type: 'custom:any' }, reads: ['ws:history/of'] });
  const wrapped = await until(() => cached.shadowRoot.querySelector('[data-type]'));
  await until(() => /^history \d/.test(wrapped.textContent));
  const box = todo.shadowRoot.querySelector('[data-item="1"] [data-action="toggle"]');
  box.click();
  const ticked = () => todo.shadowRoot.querySelector('[data-item="1"]').dataset.status;
  await until(() => ticked() === 'completed');
  await until(() => home.items[0].status === 'completed');
  // Somebody else's change is pushed.
  home.items.push({ uid: '9', summary: 'Pushed', status: 'needs_action' });
  home.push();
  await until(() => home.text(todo).includes('Pushed'));
  return {
    ticked: ticked(),
    height: getComputedStyle(cached).display,
    subscriptions: home.asked.filter((type) => type === 'todo/item/subscribe').length,
  };
}

inEachEngine('every card is defined, shows what the server says and writes to it', {}, async (t, { site, newTab }) => {
  const tab = await newTab(site.pageWith(homeAssistant));
  assert.deepEqual(await tab.evaluate(useCards), { ticked: 'completed', height: 'block', subscriptions: 1 });
  assert.deepEqual(await tab.evaluate(defined, TYPES), [true, true, true, true]);
  assert.deepEqual(await tab.troubles(), []);
});

/** Timers that have not come yet, how long each was to take and what it was to do, in `waiting`. */
function noteTimers() {
  const waiting = (globalThis.waiting = new Map());
  const { setTimeout: start, clearTimeout: end } = globalThis;
  globalThis.setTimeout = (action, delay, ...rest) => {
    const id = start(
      (...given) => {
        waiting.delete(id);
        action(...given);
      },
      delay,
      ...rest,
    );
    waiting.set(id, { delay, act: action });
    return id;
  };
  globalThis.clearTimeout = (id) => {
    waiting.delete(id);
    end(id);
  };
}

/** What keeps the core from running. */
const WITHOUT = {
  'without WebAssembly': () => delete globalThis.WebAssembly,
  'where the page’s policy refuses WebAssembly': () => {
    const meta = document.createElement('meta');
    meta.httpEquiv = 'Content-Security-Policy';
    meta.content = "script-src 'self' 'unsafe-inline'";
    document.head.append(meta);
  },
};
for (const [where, before] of Object.entries(WITHOUT)) {
  inEachEngine(`${where} cards do what plain cards do: a tick stays`, {}, async (t, { site, newTab }) => {
    const tab = await newTab(site.pageWith(before, noteTimers, homeAssistant));
    const { ticked } = await tab.evaluate(useCards);
    assert.equal(ticked, 'completed');
    // The list was pushed: when its time to come has passed nothing is taken back, and nothing asked for.
    const later = await tab.evaluate(async () => {
      const before = home.asked.length;
      for (const { delay, act } of [...globalThis.waiting.values()]) if (delay === 10_000) act();
      await new Promise((resolve) => setTimeout(resolve));
      const item = document.querySelector('cardcache-todo-card').shadowRoot.querySelector('[data-item="1"]');
      return [item.dataset.status, home.asked.slice(before)];
    });
    assert.deepEqual(later, ['completed', []]);
    assert.deepEqual(await tab.troubles(), []);
  });
}

/** What browsers and other programs may make of globals that are read while the bundle loads. */
const ODD = {
  'whose language is c': () => Object.defineProperty(navigator, 'language', { get: () => 'c' }),
  'whose language is en-US@posix': () => Object.defineProperty(navigator, 'language', { get: () => 'en-US@posix' }),
  'whose language is empty': () => Object.defineProperty(navigator, 'language', { get: () => '' }),
  'whose language is nothing': () => Object.defineProperty(navigator, 'language', { get: () => undefined }),
  'without matchMedia': () => delete globalThis.matchMedia && (globalThis.matchMedia = undefined),
  'without structuredClone': () => (globalThis.structuredClone = undefined),
  'without constructable style sheets': () => {
    globalThis.CSSStyleSheet = class {
      constructor() {
        throw new TypeError('Illegal constructor');
      }
    };
    delete Document.prototype.adoptedStyleSheets;
    delete ShadowRoot.prototype.adoptedStyleSheets;
  },
  'in a zone that it does not know': () => {
    const real = Intl.DateTimeFormat.prototype.resolvedOptions;
    Intl.DateTimeFormat.prototype.resolvedOptions = function () {
      return { ...real.call(this), timeZone: 'Etc/Unknown' };
    };
  },
};
for (const [what, before] of Object.entries(ODD)) {
  inEachEngine(
    `a browser ${what} shows every card`,
    { only: ['chromium', 'chromium-110'] },
    async (t, { site, newTab }) => {
      const tab = await newTab(site.pageWith(before, homeAssistant));
      const { ticked, height } = await tab.evaluate(useCards);
      assert.deepEqual([ticked, height], ['completed', 'block']);
      assert.deepEqual(await tab.evaluate(defined, TYPES), [true, true, true, true]);
      assert.deepEqual(await tab.troubles(), []);
    },
  );
}

inEachEngine(
  'a card that cannot be defined keeps none of the others from being there',
  {},
  async (t, { site, newTab }) => {
    for (const refused of TYPES) {
      const tab = await newTab(
        site.pageWith(`() => {
        const { define } = CustomElementRegistry.prototype;
        CustomElementRegistry.prototype.define = function (name, ...rest) {
          if (name === 'cardcache-${refused}-card') throw new DOMException('taken', 'NotSupportedError');
          return define.call(this, name, ...rest);
        };
        console.error = () => undefined;
      }`),
      );
      await tab.evaluate(() => globalThis.load('/dist/cardcache.js').then(() => undefined));
      assert.deepEqual(
        await tab.evaluate(defined, TYPES),
        TYPES.map((type) => type !== refused),
      );
    }
  },
);
