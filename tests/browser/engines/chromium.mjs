// Chromium, over its own protocol.
import { chromium } from 'playwright-core';
import { findBrowser } from '../../../wasm/toolchain/browser.mjs';

const ARGS = ['--no-sandbox', '--disable-gpu', '--disable-background-networking'];

/** `profile`: a folder to live in, else none that lasts. `host`: a name that leads to this machine. */
export async function launchChromium({ profile, host } = {}) {
  const options = {
    executablePath: findBrowser('chromium'),
    args: host ? [...ARGS, `--host-resolver-rules=MAP ${host} 127.0.0.1`] : ARGS,
  };
  const browser = profile ? undefined : await chromium.launch(options);
  const context = browser ? await browser.newContext() : await chromium.launchPersistentContext(profile, options);
  return {
    context,
    async newTab() {
      const page = await context.newPage();
      return {
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
