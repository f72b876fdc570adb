// What agreeing with other tabs adds to a fetch: run in the page.
import { openCache } from 'cardcache';
import { shuffled } from './measure.mjs';

const ROUNDS = 300;
const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
// Of what a busy machine takes the slower half says more about the machine.
const quartileOf = (list) => list.sort((a, b) => a - b)[list.length >> 2];

let asked = 0;
const ask = async () => (await fetch(`/?${(asked += 1)}`, { cache: 'no-store' })).text();

/** Milliseconds of a getOrFetch that misses: the lower quartile by name, in turns. */
async function compare(caches) {
  const times = Object.fromEntries(Object.keys(caches).map((name) => [name, []]));
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const name of shuffled(Object.keys(caches))) {
      const started = performance.now();
      await caches[name].getOrFetch(`bench:${asked}`, ask);
      times[name].push(performance.now() - started);
    }
  }
  return Object.fromEntries(Object.entries(times).map(([name, list]) => [name, quartileOf(list)]));
}

export async function measureTabs() {
  // In an area that is no localStorage there are no tabs to agree with.
  const without = openCache({ namespace: 'benchwithout_', storage: { area: sessionStorage } });
  const cache = openCache({ namespace: 'benchtabs_' });
  // After this a tab that nobody has answered knows that it is alone.
  await pause(1_500);
  const alone = await compare({ without, cache });
  const frame = document.body.appendChild(document.createElement('iframe'));
  frame.src = '/';
  await new Promise((resolve) => (frame.onload = resolve));
  const script = frame.contentDocument.createElement('script');
  script.type = 'module';
  script.textContent = `import { openCache } from '/dist/index.js'; openCache({ namespace: 'benchtabs_' });`;
  frame.contentDocument.body.append(script);
  await pause(1_500);
  const accompanied = await compare({ without, cache });
  return { alone, accompanied };
}
