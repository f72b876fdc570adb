// A Chromium of early 2023, as the WebViews of wall tablets are. Drivers of today do not speak with it any more, so it is driven by its
// own protocol.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { WebSocket } from 'ws';
import { findBrowser } from '../../../wasm/toolchain/browser.mjs';

const STARTS_WITHIN = 30_000;

/** `host`: a name that leads to this machine. */
export async function launchOldChromium({ host } = {}) {
  const profile = mkdtempSync(join(tmpdir(), 'cardcache-old-chromium-'));
  const args = [
    '--headless',
    '--no-sandbox',
    '--disable-gpu',
    '--remote-debugging-port=0',
    `--user-data-dir=${profile}`,
  ];
  if (host) args.push(`--host-resolver-rules=MAP ${host} 127.0.0.1`);
  const program = spawn(findBrowser('chromium-110'), args, { stdio: ['ignore', 'ignore', 'pipe'] });
  const gone = new Promise((resolve) => program.once('exit', resolve));
  const stop = async () => {
    program.kill('SIGKILL');
    await gone;
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    const protocol = await Protocol.connect(await addressOf(program));
    const { product } = await protocol.send('Browser.getVersion');
    return {
      version: product.split('/').at(-1),
      newTab: () => openTab(protocol),
      async close() {
        protocol.close();
        await stop();
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function openTab(protocol) {
  const { targetId } = await protocol.send('Target.createTarget', { url: 'about:blank' });
  const { sessionId } = await protocol.send('Target.attachToTarget', { targetId, flatten: true });
  await protocol.send('Page.enable', {}, sessionId);
  return {
    async open(url) {
      const loaded = protocol.next('Page.loadEventFired', sessionId);
      const { errorText } = await protocol.send('Page.navigate', { url }, sessionId);
      if (errorText) throw new Error(`${url}: ${errorText}`);
      await loaded;
    },
    async run(expression) {
      const how = { expression, awaitPromise: true, returnByValue: true };
      const { result, exceptionDetails } = await protocol.send('Runtime.evaluate', how, sessionId);
      if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
      return result.value;
    },
    close: () => protocol.send('Target.closeTarget', { targetId }),
  };
}

/** Where it listens, as it says. */
function addressOf(program) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('the old Chromium did not start')), STARTS_WITHIN);
    program.once('error', reject);
    const said = [];
    createInterface(program.stderr).on('line', (line) => {
      said.push(line);
      const address = /DevTools listening on (\S+)/.exec(line)?.[1];
      if (!address) return;
      clearTimeout(timer);
      resolve(address);
    });
    program.once('exit', () => reject(new Error(`the old Chromium ended: ${said.join('\n')}`)));
  });
}

/** Messages to and from a browser. */
class Protocol {
  #socket;
  #asked = 0;
  #answers = new Map();
  #events = [];

  static async connect(address) {
    const socket = new WebSocket(address, { perMessageDeflate: false, maxPayload: 0 });
    await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
    return new Protocol(socket);
  }

  constructor(socket) {
    this.#socket = socket;
    socket.on('message', (text) => this.#hear(JSON.parse(text)));
    socket.on('close', () => {
      for (const { reject } of [...this.#answers.values(), ...this.#events]) reject(new Error('the browser has gone'));
    });
  }

  send(method, params = {}, sessionId = undefined) {
    const id = ++this.#asked;
    this.#socket.send(JSON.stringify({ id, method, params, sessionId }));
    return new Promise((resolve, reject) => this.#answers.set(id, { resolve, reject }));
  }

  /** The next event of that name. */
  next(method, sessionId) {
    const waiting = new Promise((resolve, reject) => this.#events.push({ method, sessionId, resolve, reject }));
    waiting.catch(() => undefined);
    return waiting;
  }

  close() {
    this.#socket.terminate();
  }

  #hear({ id, method, params, result, error, sessionId }) {
    const { resolve, reject } = this.#answers.get(id) ?? {};
    this.#answers.delete(id);
    if (error) reject?.(new Error(error.message));
    else resolve?.(result);
    if (method === undefined) return;
    const heard = this.#events.filter((event) => event.method === method && event.sessionId === sessionId);
    this.#events = this.#events.filter((event) => !heard.includes(event));
    for (const event of heard) event.resolve(params);
  }
}
