// One process of Home Assistant: started, waited for, stopped; never left behind.
import { spawn } from 'node:child_process';
import { createWriteStream, mkdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { which } from '../../../wasm/toolchain/exec.mjs';
import { homeAssistantInstallation } from './install.mjs';

const START_TIMEOUT = 90_000;
const STOP_TIMEOUT = 30_000;
const POLL = 50;

export async function freePort() {
  const server = createServer();
  await new Promise((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

export class HomeAssistantProcess {
  #child;
  #exited;
  #logFile;

  constructor({ configPath, port, logFile }) {
    this.configPath = configPath;
    this.url = `http://127.0.0.1:${port}`;
    this.#logFile = logFile;
    mkdirSync(dirname(logFile), { recursive: true });
  }

  /** Resolves when HTTP answers, which is a second or two before everything is set up. */
  async start() {
    const { spawnable } = await homeAssistantInstallation();
    const { command, args, env } = spawnable(['--config', this.configPath, '--skip-pip', '--log-no-color']);
    // Should this process be killed outright, the kernel tells Home Assistant to stop.
    const [program, ...rest] = which('setpriv')
      ? ['setpriv', '--pdeathsig', 'TERM', command, ...args]
      : [command, ...args];
    const log = createWriteStream(this.#logFile, { flags: 'a' });
    const child = spawn(program, rest, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
    child.stdout.pipe(log, { end: false });
    child.stderr.pipe(log, { end: false });
    this.#child = child;
    this.#exited = new Promise((resolve) => {
      child.once('error', (error) => resolve(error.message));
      child.once('close', (code, signal) => resolve(`${signal ?? code}`));
    }).finally(() => {
      RUNNING.delete(this);
      this.#child = undefined;
      log.end();
    });
    RUNNING.add(this);
    await this.#until(async () => (await fetch(`${this.url}/manifest.json`)).ok, 'answer');
  }

  /** Resolves when every integration is set up. */
  async running(token) {
    await this.#until(async () => {
      const answer = await fetch(`${this.url}/api/config`, { headers: { Authorization: `Bearer ${token}` } });
      return answer.ok && (await answer.json()).state === 'RUNNING';
    }, 'reach its state RUNNING');
  }

  async stop() {
    if (!this.#child) return;
    this.#child.kill('SIGTERM');
    const late = setTimeout(() => this.#child?.kill('SIGKILL'), STOP_TIMEOUT);
    await this.#exited;
    clearTimeout(late);
  }

  killNow() {
    this.#child?.kill('SIGKILL');
  }

  async #until(condition, what) {
    const started = Date.now();
    let ended;
    void this.#exited.then((how) => (ended = how));
    while (!(await condition().catch(() => false))) {
      if (ended !== undefined) throw new Error(`Home Assistant ended (${ended}); see ${this.#logFile}`);
      if (Date.now() - started > START_TIMEOUT) throw new Error(`Home Assistant did not ${what}; see ${this.#logFile}`);
      await pause(POLL);
    }
  }
}

const RUNNING = new Set();

process.once('exit', () => {
  for (const each of RUNNING) each.killNow();
});
for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
]) {
  process.once(signal, () => {
    void Promise.allSettled([...RUNNING].map((each) => each.stop())).then(() => process.exit(code));
  });
}
