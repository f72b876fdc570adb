// A Redis of a test file's own: on a free port of the loopback, in memory alone, gone with the file.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { redis } from '../../../wasm/toolchain/redis.mjs';

/** `{ url, stop, start, close }`; undefined where there is no Redis and the tests may be skipped. */
export async function startRedis() {
  const program = await redis();
  if (!program) {
    if (process.env.CI) throw new Error('no Redis, and none could be installed');
    return undefined;
  }
  const folder = mkdtempSync(join(tmpdir(), 'cardcache-redis-'));
  const port = await freePort();
  let child;
  /** Does nothing where it runs. */
  const start = async () => {
    if (child) return;
    const options = ['--port', port, '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', folder];
    child = spawn(program, options.map(String), { stdio: ['ignore', 'pipe', 'inherit'] });
    child.ended = new Promise((resolve) => child.once('exit', resolve));
    await new Promise((resolve, reject) => {
      child.once('exit', () => reject(new Error(`${program} ended before it was ready`)));
      child.stdout.on('data', (text) => /ready to accept/i.test(text) && resolve());
    });
  };
  const stop = async () => {
    const { ended } = child;
    child.kill('SIGKILL');
    child = undefined;
    await ended;
  };
  process.once('exit', () => child?.kill('SIGKILL'));
  await start();
  return {
    url: `redis://127.0.0.1:${port}`,
    start,
    stop,
    close: async () => {
      if (child) await stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}
