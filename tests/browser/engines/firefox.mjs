// Firefox as it is installed, over WebDriver BiDi.
import puppeteer from 'puppeteer-core';
import { findBrowser } from '../../../wasm/toolchain/browser.mjs';

/** `profile`: a folder to live in, else none that lasts. `host`: a name that leads to this machine. `prefs`: as in about:config. */
export async function launchFirefox({ profile, host, prefs } = {}) {
  const browser = await puppeteer.launch({
    browser: 'firefox',
    executablePath: findBrowser('firefox'),
    ...(profile ? { userDataDir: profile } : {}),
    extraPrefsFirefox: { ...(host ? { 'network.dns.localDomains': host } : {}), ...prefs },
  });
  return {
    version: (await browser.version()).split('/').at(-1),
    async newTab() {
      const page = await browser.newPage();
      return {
        open: (url) => page.goto(url),
        run: (script) => page.evaluate(script),
        close: () => page.close(),
      };
    },
    close: () => browser.close(),
  };
}
