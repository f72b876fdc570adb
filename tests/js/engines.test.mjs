// Engines without WebAssembly (lockdown modes), engines that do not compile at once, and the split form, whose module is a
// file of its own: each in a process of its own, since a page has one engine.
import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import test from 'node:test';
import { fileURLToPath } from 'node:url';

// Addresses stand between double quotes in the scripts below: no address has one in it, whatever the path.
const dist = new URL('../../dist/', import.meta.url).href;
const support = new URL('support/', import.meta.url).href;

/** Runs a module's text in a fresh node; it says what it found as JSON on its last line. */
function inFreshNode(script, args = []) {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script, ...args], {
    encoding: 'utf8',
    cwd: fileURLToPath(new URL('.', import.meta.url)),
    timeout: 20_000,
  });
  assert.equal(status, 0, stderr);
  return JSON.parse(stdout.trim().split('\n').at(-1));
}

const PRELUDE = `
  import { Origin } from "${support}area.mjs";
  const origin = new Origin();
  const area = origin.area();
  const log = [];
  const options = { namespace: 'test_', storage: { area }, log: (entry) => log.push(entry.level) };
`;

test('without WebAssembly nothing is cached, and concurrent callers share a fetch', () => {
  const found = inFreshNode(`${PRELUDE}
    delete globalThis.WebAssembly;
    const { openCache, isConcerned, key } = await import("${dist}index.js");
    const cache = openCache(options);
    await cache.ready;
    cache.set(key('plan', 'sara'), 1);
    const kept = cache.get('plan:sara') ?? 'nothing';
    let fetches = 0;
    const fetcher = async () => ({ fetch: ++fetches });
    const both = await Promise.all([cache.getOrFetch('plan', fetcher), cache.getOrFetch('plan', fetcher)]);
    const later = await cache.getOrFetch('plan', fetcher);
    const failure = await cache.getOrFetch('bad', () => Promise.reject(new Error('down'))).catch((error) => error.message);
    const written = await cache.mutate(async () => 'written', { optimistic: [['plan', 0]] });
    const shown = [];
    cache.watch('watched', fetcher, ({ data }) => shown.push(data ?? null));
    await new Promise((resolve) => setImmediate(resolve));
    const concerned = isConcerned({ username: 'tom', assigned_users: ['tom'] }, 'sara');
    const decision = cache.applyEvent({ event_type: 'x', data: {} }, 'sara');
    cache.invalidateAll();
    cache.clear();
    const rest = [cache.has('plan'), cache.keys(), cache.inspect(), cache.delete('plan'), cache.stats().wasm ?? null];
    openCache({ ...options, namespace: 'other_' });
    await cache.close();
    console.log(JSON.stringify({ kept, both, later, failure, written, shown, concerned, decision, rest, log,
      names: origin.names, hits: 0 }));
  `);
  const { both, later, ...rest } = found;
  assert.deepEqual(both, [{ fetch: 1 }, { fetch: 1 }]);
  assert.deepEqual(later, { fetch: 2 });
  assert.deepEqual(rest, {
    kept: 'nothing',
    failure: 'down',
    written: 'written',
    shown: [null, { fetch: 3 }],
    concerned: true,
    decision: { concerned: true, reason: 'unknown', invalidated: 0, refreshed: [] },
    rest: [false, [], [], false, null],
    log: ['warn', 'warn'],
    names: [],
    hits: 0,
  });
});

test('a module that is refused is a module that is not there', () => {
  const found = inFreshNode(`${PRELUDE}
    WebAssembly.Module = function () { throw new WebAssembly.CompileError('not allowed'); };
    WebAssembly.compile = () => Promise.reject(new WebAssembly.CompileError('not allowed'));
    const { openCache } = await import("${dist}index.js");
    const cache = openCache(options);
    const asked = cache.getOrFetch('plan', async () => 'fetched');
    await cache.ready;
    console.log(JSON.stringify([await asked, cache.get('plan') ?? 'nothing', log]));
  `);
  assert.deepEqual(found, ['fetched', 'nothing', ['warn']]);
});

/** As Chromium before 115: on the main thread it neither compiles nor instantiates at once what is larger than 4 kB. */
const ASYNCHRONOUS = `
    const small = new WeakSet();
    const isSmall = (given) => small.has(given) || given.byteLength <= 4096;
    for (const name of ['Module', 'Instance']) {
      const Real = WebAssembly[name];
      WebAssembly[name] = function (given, ...rest) {
        if (!isSmall(given)) throw new RangeError('too large for the main thread');
        const made = new Real(given, ...rest);
        small.add(made);
        return made;
      };
      Object.defineProperty(WebAssembly[name], Symbol.hasInstance, { value: (one) => one instanceof Real });
    }
`;

test('where the engine does not compile at once, what is set is kept, get answers it, getOrFetch waits', () => {
  const found = inFreshNode(`${PRELUDE}
    area.setItem('test_stored', JSON.stringify({ data: 'stored', timestamp: Date.now() }));
    ${ASYNCHRONOUS}
    const { openCache } = await import("${dist}index.js");
    const cache = openCache(options);
    const early = [cache.get('stored') ?? 'not yet', cache.has('early')];
    const value = { set: 'early' };
    cache.set('early', value, { ttl: 60_000, tags: ['early'] });
    cache.set('deleted', 1);
    cache.delete('deleted');
    early.push(cache.get('early') === value, cache.has('early'), cache.peek('early') === value);
    const shown = [];
    cache.watch('stored', async () => 'fetched', ({ data }) => shown.push(data ?? null));
    let fetches = 0;
    const stored = await cache.getOrFetch('stored', async () => ++fetches);
    await cache.ready;
    await new Promise((resolve) => setImmediate(resolve));
    const after = [cache.get('early') === value, cache.keys({ tag: 'early' }), cache.remainingTtl('early') > 59_000,
      cache.get('deleted') ?? 'deleted', JSON.parse(area.getItem('test_early')).data];
    await cache.close();
    console.log(JSON.stringify({ early, stored, fetches, after, shown, log }));
  `);
  assert.deepEqual(found.early, ['not yet', false, true, true, true]);
  assert.deepEqual([found.stored, found.fetches], ['stored', 0]);
  assert.deepEqual(found.after, [true, ['early'], true, 'deleted', { set: 'early' }]);
  assert.equal(found.shown.at(-1), 'stored');
  assert.deepEqual(found.log, []);
});

/** The split form loads its module over http, as a bundler's output does. */
async function serveModule(t, answer) {
  const server = createServer((request, response) => answer(request, response));
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  return `http://127.0.0.1:${server.address().port}/`;
}

test('actions before the core runs are repeated in order once it does', () => {
  const found = inFreshNode(`${PRELUDE}
    const record = JSON.stringify({ data: 'stored', timestamp: Date.now() });
    for (const key of ['plan:sara', 'plan:tom', 'goals:tom', 'deleted']) area.setItem('test_' + key, record);
    ${ASYNCHRONOUS}
    const { openCache } = await import("${dist}index.js");
    const cache = openCache({ ...options, rules: { done: { endpoints: ['goals'] } } });
    const events = [];
    cache.on('invalidate', ({ selector, count }) => events.push([selector, count]));
    cache.set('plan:sara', 'set before the invalidation');
    cache.invalidateUser('sara');
    cache.set('plan:sara:after', 'set after it');
    cache.delete('deleted');
    cache.applyEvent({ event_type: 'done', data: {} }, 'tom');
    const early = [cache.get('plan:sara') ?? 'nothing', cache.get('plan:sara:after')];
    await cache.ready;
    const late = ['plan:sara', 'plan:sara:after', 'plan:tom', 'goals:tom', 'deleted'].map((key) => cache.get(key) ?? null);
    console.log(JSON.stringify({ early, late, events }));
    await cache.close();
  `);
  assert.deepEqual(found, {
    early: ['nothing', 'set after it'],
    late: [null, 'set after it', 'stored', null, null],
    events: [[{ user: 'sara' }, 1]],
  });
});

const splitScript = (base) => `${PRELUDE}
  const { readFileSync } = await import('node:fs');
  const here = new URL("${dist}cardcache.wasm").href;
  // node's fetch knows no file: addresses; the module's address is served by http.
  const real = globalThis.fetch;
  globalThis.fetch = (url, ...rest) => real(String(url) === here ? "${base}cardcache.wasm" : url, ...rest);
  const { openCache } = await import("${dist}index.split.js");
  const cache = openCache(options);
  cache.set('early', 1);
  await cache.ready;
  cache.set('plan', { a: 1 });
  const names = origin.names.filter((name) => !name.includes('!'));
  console.log(JSON.stringify([cache.get('early') ?? 'nothing', cache.get('plan') ?? 'nothing', names, log]));
  await cache.close();
`;

/** As inFreshNode, while this process goes on serving. */
function inFreshNodeAsync(script) {
  return new Promise((resolve, reject) => {
    const options = { cwd: fileURLToPath(new URL('.', import.meta.url)), timeout: 20_000 };
    execFile(process.execPath, ['--input-type=module', '-e', script], options, (error, stdout, stderr) => {
      if (error) reject(new Error(stderr, { cause: error }));
      else resolve(JSON.parse(stdout.trim().split('\n').at(-1)));
    });
  });
}

test('the split form fetches its module and serves, whatever type a proxy gives it', async (t) => {
  const wasm = readFileSync(new URL('cardcache.wasm', dist));
  const base = await serveModule(t, (_, response) => {
    response.writeHead(200, { 'content-type': 'application/octet-stream' }).end(wasm);
  });
  assert.deepEqual(await inFreshNodeAsync(splitScript(base)), [1, { a: 1 }, ['test_early', 'test_plan'], []]);
});

test('the split form without its file keeps nothing and says so', async (t) => {
  const base = await serveModule(t, (_, response) => response.writeHead(404).end('not here'));
  assert.deepEqual(await inFreshNodeAsync(splitScript(base)), ['nothing', 'nothing', [], ['warn']]);
});

/** A core whose coming the script decides, in time that it moves: `arrive()`, `fail()`, `pass(ms)`. */
const LATE = `
    import { mock } from 'node:test';
    mock.timers.enable({ apis: ['setTimeout', 'setInterval', 'Date'], now: 1_000_000_000_000 });
    const settle = () => new Promise((resolve) => setImmediate(resolve));
    const pass = async (milliseconds) => {
      await settle();
      for (let gone = 0; gone < milliseconds; gone += 100) {
        mock.timers.tick(100);
        await settle();
      }
    };
    ${ASYNCHRONOUS}
    const { compile } = WebAssembly;
    let arrive, fail;
    WebAssembly.compile = (bytes) => new Promise((resolve, reject) => {
      arrive = () => resolve(compile.call(WebAssembly, bytes));
      fail = () => reject(new Error('refused'));
    });
`;

test('while the core starts, watchers see sets and writes, and writes do not wait', () => {
  const found = inFreshNode(`${PRELUDE}${LATE}
    area.setItem('test_plan', JSON.stringify({ data: 'stored', timestamp: Date.now() - 1_000 }));
    const { openCache } = await import('${dist}index.js');
    const cache = openCache(options);
    const shown = [];
    let fetches = 0;
    cache.watch('plan', async () => 'fetched ' + ++fetches, ({ data }) => shown.push(data ?? null), { interval: Infinity });
    await pass(1_000);
    const waiting = [fetches, cache.coordinator('plan').watchers];
    cache.set('plan', 'pushed');
    let end;
    const written = cache.mutate(() => new Promise((resolve) => (end = resolve)), {
      optimistic: [['plan', 'optimistic']], invalidate: 'other',
    });
    await settle();
    const early = [...shown];
    arrive();
    await cache.ready;
    const during = cache.get('plan');
    end('written');
    const answer = await written;
    await pass(1_000);
    console.log(JSON.stringify({ waiting, early, during, answer, after: cache.get('plan'), fetches, shown }));
    await cache.close();
  `);
  assert.deepEqual(found, {
    waiting: [0, 1],
    early: [null, 'pushed', 'optimistic'],
    during: 'optimistic',
    answer: 'written',
    after: 'pushed',
    fetches: 0,
    shown: [null, 'pushed', 'optimistic'],
  });
});

test('while the core is coming get tells no event, an equal set is told as a set, and an event that nobody judges is not', () => {
  for (const comes of [true, false]) {
    const found = inFreshNode(`${PRELUDE}
      ${comes ? ASYNCHRONOUS : 'delete globalThis.WebAssembly;'}
      const { openCache } = await import("${dist}index.js");
      const cache = openCache(options);
      ${comes ? '' : 'await cache.ready;'}
      const heard = [];
      for (const event of ['hit', 'miss', 'set', 'update', 'event']) cache.on(event, () => heard.push(event));
      cache.get('nothing');
      const got = ['@tom/plan', '!note', ''].map((key) => cache.get(key) ?? 'nothing');
      const [first, second] = [{ is: 1 }, { is: 1 }];
      cache.set('plan', first);
      cache.set('plan', second);
      const newest = cache.get('plan') === second;
      await cache.mutate(async () => 1, { event: { event_type: 'task_done', data: {} } });
      console.log(JSON.stringify({ heard: heard.filter((event) => !${comes} || event !== 'event'), got, newest }));
      await cache.close();
    `);
    assert.deepEqual(found, {
      heard: ['set', 'set', 'update', 'update'],
      got: ['nothing', 'nothing', 'nothing'],
      newest: comes,
    });
  }
});

test('a slow start of the core delays no caller: fetches run, watched keys are polled, and answers are cached once it runs', () => {
  const found = inFreshNode(`${PRELUDE}${LATE}
    const { openCache } = await import('${dist}index.js');
    const cache = openCache(options);
    const shown = [];
    let fetches = 0;
    const fetcher = async () => 'fetched ' + ++fetches;
    cache.watch('plan', fetcher, ({ data }) => shown.push(data ?? null), { interval: 10_000 });
    const asked = cache.getOrFetch('other', async () => 'other');
    await pass(10_000);
    const early = [await asked, fetches];
    await pass(10_000);
    const polled = fetches;
    cache.applyEvent({ event_type: 'done', data: {} }, 'sara');
    await pass(1_000);
    const afterEvent = fetches;
    arrive();
    await cache.ready;
    await pass(1_000);
    const kept = [cache.get('plan'), cache.get('other') ?? 'voided', fetches - afterEvent];
    await pass(20_000);
    console.log(JSON.stringify({ early, polled, afterEvent, kept, last: shown.at(-1) === 'fetched ' + fetches, more: fetches > afterEvent }));
    await cache.close();
  `);
  assert.deepEqual(found, {
    early: ['other', 1],
    polled: 2,
    afterEvent: 3,
    kept: ['fetched 3', 'voided', 0],
    last: true,
    more: true,
  });
});

test('a core that fails late leaves a page that goes on without one', () => {
  const found = inFreshNode(`${PRELUDE}${LATE}
    const { openCache } = await import('${dist}index.js');
    const cache = openCache(options);
    let fetches = 0;
    const shown = [];
    cache.watch('plan', async () => ++fetches, ({ data }) => shown.push(data ?? null), { interval: 10_000 });
    cache.set('early', 1);
    await pass(1_000);
    fail();
    await cache.ready;
    await pass(1_000);
    const first = fetches;
    await pass(20_000);
    cache.set('plan', 'pushed');
    console.log(JSON.stringify({ first, polled: fetches, early: cache.get('early') ?? 'gone', last: shown.at(-1), log }));
    await cache.close();
  `);
  assert.deepEqual(found, { first: 1, polled: 3, early: 'gone', last: 'pushed', log: ['warn'] });
});

test('an invalidation of before the core came is served by a fetch that the core knows', () => {
  const found = inFreshNode(`${PRELUDE}${LATE}
    const { openCache } = await import('${dist}index.js');
    const cache = openCache(options);
    const shown = [];
    const answers = [];
    const fetcher = () => new Promise((resolve) => answers.push(resolve));
    cache.watch('plan', fetcher, ({ data }) => shown.push(data ?? null));
    await pass(6_000);
    answers[0]('old');
    await pass(100);
    cache.invalidate('plan');
    await pass(1_000);
    const before = answers.length;
    arrive();
    await cache.ready;
    await pass(1_000);
    const during = answers.length;
    answers.slice(1).forEach((answer, at) => answer('new ' + at));
    await pass(1_000);
    console.log(JSON.stringify({ before, during, shown, kept: cache.get('plan') ?? null }));
    await cache.close();
  `);
  assert.deepEqual(found, { before: 2, during: 3, shown: [null, 'old', 'new 1'], kept: 'new 1' });
});

test('an answer fetched before the core ran keeps its age and yields to another tab’s younger answer', () => {
  const found = inFreshNode(`${PRELUDE}${LATE}
    const { openCache } = await import('${dist}index.js');
    const cache = openCache(options);
    const started = Date.now();
    const asked = ['kept', 'written', 'pushed'].map((key) => cache.getOrFetch(key, async () => 'fetched'));
    await pass(6_000);
    await Promise.all(asked);
    cache.set('pushed', 'set');
    const waited = Date.now() - started;
    area.setItem('test_written', JSON.stringify({ data: 'of another tab', timestamp: Date.now() - 500 }));
    await pass(4_000);
    arrive();
    await cache.ready;
    await pass(100);
    const ages = ['kept', 'pushed'].map((key) => cache.age(key));
    console.log(JSON.stringify({ ages, values: ['kept', 'written', 'pushed'].map((key) => cache.get(key) ?? null) }));
    await cache.close();
  `);
  assert.deepEqual(found.values, ['fetched', 'of another tab', 'set']);
  assert.ok(found.ages[0] >= 4_000 && found.ages[1] <= 200, String(found.ages));
});
