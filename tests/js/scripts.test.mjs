// Programs under node that use a cache: what they print, and that they end when they have closed what they opened.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import test, { after, before } from 'node:test';
import { startRedis } from './support/redis.mjs';

let redis;
before(async () => (redis = await startRedis()));
after(() => redis?.close());

const dist = (file) => JSON.stringify(new URL(`../../dist/${file}.js`, import.meta.url).href);
const BEGIN = `
  import { openCache } from ${dist('index')};
  import { keyvTier } from ${dist('node')};
  import { openHassCache } from ${dist('hass')};
  import Keyv from 'keyv';
  import KeyvRedis from '@keyv/redis';
  import { createClient } from '@redis/client';
  import { Redis } from 'ioredis';
  const [url] = process.argv.slice(1);
  const ask = (cache) => cache.getOrFetch('plan', async () => ({ tasks: [1] }));
`;

/** What the program printed, and how it ended; one that does not end by itself is killed, and `code` is null. */
async function run(program, ...args) {
  const child = spawn(process.execPath, ['--input-type=module', '-e', BEGIN + program, ...args], {
    cwd: new URL('.', import.meta.url),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (printed += text));
  const limit = setTimeout(() => child.kill('SIGKILL'), 60_000);
  const code = await new Promise((resolve) => child.once('close', resolve));
  clearTimeout(limit);
  return { code, printed };
}

const ENDED = { code: 0, printed: '' };

const alone = {
  'a cache, asked and closed': `const cache = openCache(); await ask(cache); await cache.close();`,
  'a cache that is not closed': `await ask(openCache());`,
  'two users and a cache in memory alone': `
    const all = [openCache({ user: 'sara' }), openCache({ user: 'tom' }), openCache({ storage: false, namespace: 'b_' })];
    await Promise.all(all.map(ask));
    await Promise.all(all.map((cache) => cache.close()));`,
  'watchers that poll, closed with their cache': `
    const cache = openCache();
    let told;
    const seen = new Promise((resolve) => (told = resolve));
    cache.watch('plan', async () => 1, ({ data }) => data && told(), { interval: 50 });
    cache.watch('bad', async () => { throw new Error('down'); }, () => undefined, { interval: 50 });
    await seen;
    await cache.close();`,
  'a fetch that is under way when the cache is closed': `
    const cache = openCache();
    void cache.getOrFetch('plan', () => new Promise(() => undefined)).catch(() => undefined);
    cache.set('a', 1, { encrypted: true });
    await cache.close();`.replace('Promise(() => undefined)', "Promise((resolve) => setTimeout(resolve, 10, 'late'))"),
  'a Home Assistant cache with a poll': `
    const nothing = () => undefined;
    const connection = { addEventListener: nothing, removeEventListener: nothing, subscribeMessage: nothing };
    const cache = openHassCache({ connection, states: {}, connected: true }, { pollInterval: 60_000 });
    await ask(cache);
    await cache.close();`,
  'a remote in memory, with invalidations to be looked after': `
    const cache = openCache({ remote: keyvTier(new Keyv()) });
    await ask(cache);
    cache.invalidateAll();
    await cache.flush();
    await cache.close();`,
  'a remote that hangs': `
    const hang = () => new Promise(() => undefined);
    const cache = openCache({ log: () => undefined, remote: { get: hang, set: hang, invalidate: hang } });
    cache.set('plan', 1);
    cache.invalidate('plan');
    void ask(cache);
    await cache.close();`,
};

for (const [what, program] of Object.entries(alone)) {
  test(`${what}: the program ends and prints nothing`, async () => {
    assert.deepEqual(await run(program), ENDED);
  });
}

const shared = {
  'a Keyv and a client of node-redis': `
    const keyv = new Keyv({ store: new KeyvRedis(url) });
    const pubsub = await createClient({ url }).connect();
    const cache = openCache({ remote: keyvTier(keyv, { pubsub }) });
    await ask(cache);
    cache.invalidate('plan');
    cache.watch('plan', async () => 1, () => undefined);
    await cache.flush();
    await cache.close();
    await keyv.disconnect();
    await pubsub.close();`,
  'an invalidation just before the end': `
    const keyv = new Keyv({ store: new KeyvRedis(url) });
    const pubsub = await createClient({ url }).connect();
    const cache = openCache({ remote: keyvTier(keyv, { pubsub }) });
    await ask(cache);
    cache.invalidate('plan');
    await cache.close();
    await Promise.all([keyv.disconnect(), pubsub.close()]);`,
  'an invalidation just before the end, all at once': `
    const keyv = new Keyv({ store: new KeyvRedis(url) });
    const pubsub = await createClient({ url }).connect();
    const cache = openCache({ remote: keyvTier(keyv, { pubsub }) });
    await ask(cache);
    cache.invalidate('plan');
    await Promise.all([cache.close(), keyv.disconnect(), pubsub.close()]);`,
  'a Keyv and a client of ioredis': `
    const keyv = new Keyv({ store: new KeyvRedis(url) });
    const pubsub = new Redis(url);
    const cache = openCache({ remote: keyvTier(keyv, { pubsub }) });
    await ask(cache);
    cache.invalidate('plan');
    await cache.flush();
    await cache.close();
    await keyv.disconnect();
    await pubsub.quit();`,
};

for (const [what, program] of Object.entries(shared)) {
  test(`${what}, closed with the cache: the program ends and prints nothing`, async (t) => {
    if (!redis) return t.skip('no Redis');
    assert.deepEqual(await run(program, redis.url), ENDED);
  });
}

test('a lost store is reported once, on the console too', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const url = `redis://127.0.0.1:${server.address().port}`;
  // Nobody listens there any more.
  await new Promise((resolve) => server.close(resolve));
  const { code, printed } = await run(
    `
    const keyv = new Keyv({ store: new KeyvRedis(url) });
    const cache = openCache({ remote: keyvTier(keyv) });
    for (let at = 0; at < 6; at++) await cache.getOrFetch('plan' + at, async () => at);
    await cache.close();
    process.exit(0);`,
    url,
  );
  assert.equal(code, 0);
  assert.equal(printed.match(/cardcache: /g)?.length, 1, printed);
  assert.match(printed, /^cardcache: the remote store fails/);
});
