// Chromium, over its own protocol.
import { chromium } from 'playwright-core';
import { findBrowser } from '../../../wasm/toolchain/browser.mjs';

const ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  // No renderer waits for pages to come: those there are belong to a page, and tests that kill one know whose it is.
  '--disable-features=SpareRendererForSitePerProcess',
];

/** `profile`: a folder to live in, else none that lasts. `host`: a name that leads to this machine. */
export async function launchChromium({ profile, host } = {}) {
  const options = {
    executablePath: findBrowser('chromium'),
    args: host ? [...ARGS, `--host-resolver-rules=MAP ${host} 127.0.0.1`] : ARGS,
  };
  const browser = profile ? undefined : await chromium.launch(options);
  const context = browser ? await browser.newContext() : await chromium.launchPersistentContext(profile, options);
  return {
    version: context.browser().version(),
    /** The processes of a type, such as `renderer` or `browser`. */
    async pids(type) {
      const session = await context.browser().newBrowserCDPSession();
      const { processInfo } = await session.send('SystemInfo.getProcessInfo');
      await session.detach();
      return processInfo.filter((process) => process.type === type).map(({ id }) => id);
    },
    async newTab() {
      const page = await context.newPage();
      return {
        page,
        open: (url) => page.goto(url),
        run: (script) => page.evaluate(script),
        close: () => page.close(),
      };
    },
    async close() {
      await context.close();
      await browser?.close();
    },
  };
}
