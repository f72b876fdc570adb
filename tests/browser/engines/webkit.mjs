// WebKitGTK in its MiniBrowser, over WebDriver, on a display that nobody sees. Its profile is never kept.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { Builder, Capabilities } from 'selenium-webdriver';
import { findBrowser } from '../../../wasm/toolchain/browser.mjs';

const STARTS_WITHIN = 10_000;
const SCRIPT_ENDS_WITHIN = 60_000;

export async function launchWebkit() {
  const screen = spawn('Xvfb', ['-displayfd', '3', '-screen', '0', '1280x900x24', '-nolisten', 'tcp'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  });
  const [display] = await once(screen.stdio[3], 'data', { signal: AbortSignal.timeout(STARTS_WITHIN) });
  const port = await freePort();
  const driver = spawn(findBrowser('webkit'), [`--port=${port}`], {
    env: { ...process.env, DISPLAY: `:${String(display).trim()}` },
    stdio: 'ignore',
  });
  const stop = () => {
    driver.kill();
    screen.kill();
  };
  try {
    await answers(`http://127.0.0.1:${port}/status`);
    const capabilities = new Capabilities({ browserName: 'MiniBrowser' });
    const session = await new Builder().usingServer(`http://127.0.0.1:${port}`).withCapabilities(capabilities).build();
    await session.manage().setTimeouts({ script: SCRIPT_ENDS_WITHIN });
    const version = (await session.getCapabilities()).getBrowserVersion();
    return { version, ...browserOf(session, await session.getWindowHandle(), stop) };
  } catch (error) {
    stop();
    throw error;
  }
}

/** A session acts on one window at a time, so what is asked of several is done in turn. */
function browserOf(session, firstWindow, stop) {
  let queue = Promise.resolve();
  const inTurn = (action) => {
    const turn = queue.then(action);
    queue = turn.catch(() => undefined);
    return turn;
  };
  const within = (handle, action) =>
    inTurn(async () => {
      await session.switchTo().window(handle);
      return action();
    });
  return {
    async newTab() {
      const handle = await inTurn(async () => {
        // The window that was acted on last may be closed by now; the first one never is.
        await session.switchTo().window(firstWindow);
        await session.switchTo().newWindow('window');
        return session.getWindowHandle();
      });
      return {
        open: (url) => within(handle, () => session.get(url)),
        async run(script) {
          const [text, failure] = await within(handle, () =>
            session.executeAsyncScript(`
              const done = arguments[arguments.length - 1];
              (${script}).then((text) => done([text]), (error) => done([null, String(error) + error?.stack]));`),
          );
          if (failure) throw new Error(failure);
          return text;
        },
        close: () => within(handle, () => session.close()),
      };
    },
    async close() {
      await inTurn(() => session.quit()).finally(stop);
    },
  };
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

async function answers(url) {
  const end = Date.now() + STARTS_WITHIN;
  while (
    !(await fetch(url).then(
      ({ ok }) => ok,
      () => false,
    ))
  ) {
    assert.ok(Date.now() < end, `WebKitWebDriver did not answer within ${STARTS_WITHIN} ms`);
  }
}
