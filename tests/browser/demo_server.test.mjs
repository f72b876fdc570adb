// The demo's server by itself: the command, its signals, and what it refuses as Home Assistant would.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { get } from 'node:http';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import test from 'node:test';
import { WebSocket } from 'ws';
import { Household } from '../../web/server/household.mjs';
import { logicalDate } from '../../web/server/logical_day.mjs';
import { startDemoServer } from '../../web/server/demo_server.mjs';

const COMMAND = fileURLToPath(new URL('../../web/server.mjs', import.meta.url));

function run(t, port, more = {}) {
  const child = spawn(process.execPath, [COMMAND], { env: { ...process.env, PORT: String(port), ...more } });
  t.after(() => child.kill('SIGKILL'));
  const output = { out: '', err: '' };
  child.stderr.on('data', (text) => (output.err += text));
  const url = new Promise((resolve) => {
    child.stdout.on('data', (text) => {
      output.out += text;
      const found = /http:\/\/127\.0\.0\.1:\d+\//.exec(output.out);
      if (found) resolve(found[0]);
    });
  });
  return { child, url, output };
}

/** A line to the server as `user`: `ask(message)` gives the result message, `events` collects what it is told. */
async function connect(t, server, user, query = '') {
  const socket = new WebSocket(`${server.url.replace('http', 'ws')}api/websocket${query}`);
  t.after(() => socket.terminate());
  const pending = new Map();
  const events = [];
  let nextId = 1;
  const authenticated = new Promise((resolve) => {
    socket.on('message', (text) => {
      const message = JSON.parse(text);
      if (message.type === 'auth_required') {
        socket.send(JSON.stringify({ type: 'auth', access_token: `demo-${user}`, session: `test-${user}` }));
      } else if (message.type === 'auth_ok' || message.type === 'auth_invalid') resolve(message.type);
      else if (message.type === 'event') events.push(message.event);
      else pending.get(message.id)(message);
    });
  });
  const auth = await authenticated;
  const ask = (message) =>
    new Promise((resolve) => {
      const id = nextId++;
      pending.set(id, resolve);
      socket.send(JSON.stringify({ ...message, id }));
    });
  const call = (service, data = {}, returnResponse = true) =>
    ask({ type: 'call_service', domain: 'tasktracker', service, service_data: data, return_response: returnResponse });
  return { auth, ask, call, events };
}

async function start(t, options) {
  const server = await startDemoServer({ delays: { call: 0, kept: 0, encouragement: 0 }, timeZone: 'UTC', ...options });
  t.after(() => server.close());
  return server;
}

for (const signal of ['SIGINT', 'SIGTERM']) {
  test(`${signal} ends the server cleanly, with a page's socket still open`, async (t) => {
    const { child, url, output } = run(t, 0);
    const server = { url: await url };
    assert.equal((await fetch(server.url)).status, 200);
    assert.equal((await connect(t, server, 'sara')).auth, 'auth_ok');
    child.kill(signal);
    assert.deepEqual(await once(child, 'exit'), [0, null]);
    assert.equal(output.err, '');
  });
}

test('a port in use is reported in one line', async (t) => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  t.after(() => other.close());
  const { child, output } = run(t, other.address().port);
  assert.deepEqual(await once(child, 'close'), [1, null]);
  assert.match(output.err, /^port \d+ is taken.*\n$/);
});

test('only files of the page and of dist are served', async (t) => {
  const server = await start(t);
  for (const path of ['main.js', 'theme.css', '']) assert.equal((await fetch(server.url + path)).status, 200);
  for (const path of ['..%2fserver.mjs', 'dist/..%2f..%2fpackage.json', '%00', 'nothing.js', '%E0%A4%A']) {
    assert.equal((await fetch(server.url + path)).status, 404, path);
  }
  assert.equal((await fetch(server.url, { method: 'POST' })).status, 405);
});

test('a connection without a known token is closed', async (t) => {
  assert.equal((await connect(t, await start(t), 'mallory')).auth, 'auth_invalid');
});

test('refusals carry Home Assistant’s codes', async (t) => {
  const { ask, call } = await connect(t, await start(t), 'sara');
  const codeOf = async (answer) => (await answer).error?.code;
  assert.equal(await codeOf(call('get_daily_plan', {}, false)), 'service_validation_error');
  assert.equal(await codeOf(call('complete_task', { task_id: 1 })), 'invalid_format');
  assert.equal(await codeOf(call('get_daily_plan', { user: 'sara' })), 'invalid_format');
  assert.equal(await codeOf(call('get_daily_plan', { username: 'tom' })), 'unknown_error');
  assert.equal(await codeOf(call('make_coffee')), 'not_found');
  assert.equal(
    await codeOf(ask({ type: 'subscribe_events', event_type: 'tasktracker_task_completed' })),
    'unauthorized',
  );
  assert.equal(
    await codeOf(ask({ type: 'tasktracker/subscribe_events', event_type: 'state_changed' })),
    'invalid_format',
  );
  assert.equal(await codeOf(ask({ type: 'make_coffee' })), 'unknown_command');
});

test('a completion changes both plans, is sent to all clients, and can be undone', async (t) => {
  const server = await start(t);
  const [gabriel, sara] = [await connect(t, server, 'gabriel'), await connect(t, server, 'sara')];
  for (const event of ['task_completed', 'completion_deleted']) {
    await sara.ask({ type: 'tasktracker/subscribe_events', event_type: `tasktracker_${event}` });
  }
  const has = async (user) => {
    const { result } = await user.call('get_daily_plan');
    return result.response.data.tasks.some((task) => task.id === 1);
  };
  assert.deepEqual([await has(gabriel), await has(sara)], [true, true]);
  const { result } = await gabriel.call('complete_task', { task_id: 1, task_type: 'RecurringTask' });
  assert.deepEqual([await has(gabriel), await has(sara)], [false, false]);
  await gabriel.call('delete_completion', { completion_id: result.response.data.completion.id });
  assert.deepEqual([await has(gabriel), await has(sara)], [true, true]);
  assert.deepEqual(
    sara.events.map(({ event_type: type, data }) => [type, data.username, data.assigned_users]),
    [
      ['tasktracker_task_completed', 'gabriel', []],
      ['tasktracker_completion_deleted', undefined, undefined],
    ],
  );
});

test('a text is written once in five minutes, anew after a change or when forced', async (t) => {
  let now = Date.now();
  const server = await start(t, { clock: () => now });
  const { call } = await connect(t, server, 'sara');
  const generation = async (data) => (await call('get_daily_plan_encouragement', data)).result.response.data.generation;
  assert.deepEqual([await generation(), await generation()], [1, 1]);
  assert.equal(await generation({ force_refresh: true }), 2);
  now += 299_999;
  assert.equal(await generation(), 2);
  now += 1;
  assert.equal(await generation(), 3);
  await call('create_adhoc_task', { name: 'Sweep the stairs' });
  assert.equal(await generation(), 4);
  await call('invalidate_cache');
  assert.equal(await generation(), 5);
  assert.equal(server.counts.of('test-sara').generations, 5);
});

test('the day of a household ends at its reset time', () => {
  const at = (text) => Date.parse(text);
  assert.equal(logicalDate(at('2026-11-22T04:59:59Z'), 'UTC', '05:00:00'), '2026-11-21');
  assert.equal(logicalDate(at('2026-11-22T05:00:00Z'), 'UTC', '05:00:00'), '2026-11-22');
  assert.equal(logicalDate(at('2026-11-22T04:30:00Z'), 'Europe/Berlin', '05:00:00'), '2026-11-22');
  assert.equal(logicalDate(at('2027-01-01T03:00:00Z'), 'UTC', '05:00:00'), '2026-12-31');
});

test('self care comes back the next day, what is late says so', () => {
  let now = Date.parse('2026-11-22T08:00:00Z');
  const household = new Household({ clock: () => now, timeZone: 'UTC' });
  const medication = () => household.plan('sara').self_care.find((task) => task.id === 13);
  household.complete({ type: 'SelfCareTask', id: 13, by: 'sara' });
  assert.deepEqual(
    medication().windows.map((window) => window.completed),
    [true, false],
  );
  assert.equal(medication().outstanding_occurrences, 1);
  now += 86_400_000;
  assert.equal(medication().outstanding_occurrences, 2);
  const [late] = household.plan('sara').tasks.filter((task) => task.id === 2);
  assert.deepEqual([late.is_overdue, late.days_overdue], [true, 3]);
});

/** A socket as `fetch` and a browser would not open it; resolves with how it ended: the close code, or the refusal's status. */
async function raw(t, server, { headers, send = () => undefined } = {}) {
  const socket = new WebSocket(`${server.url.replace('http', 'ws')}api/websocket`, { headers });
  t.after(() => socket.terminate());
  return new Promise((resolve) => {
    socket.on('error', () => undefined);
    socket.on('unexpected-response', (_request, { statusCode }) => resolve(statusCode));
    socket.on('close', (code) => resolve(code));
    socket.on('open', () => send(socket));
  });
}

const signIn = JSON.stringify({ type: 'auth', access_token: 'demo-sara', session: 'test' });

test('no request ends the server', async (t) => {
  const server = await start(t);
  const texts = ['null', '7', '"x"', '[]', 'true', '', '{', '{"type":"auth"}', '{"type":"auth","session":[]}'];
  const frames = [
    ...texts.map((text) => (socket) => socket.send(text)),
    (socket) => socket.send(Buffer.from([0xff, 0xfe])),
    (socket) => socket.send('x'.repeat(1_000_001)),
    // Reserved bits, no mask, bytes that are no UTF-8, a control frame that is too long.
    (socket) => socket._socket.write(Buffer.from([0xf1, 0x80, 0, 0, 0, 0])),
    (socket) => socket._socket.write(Buffer.from([0x81, 0x01, 0x7b])),
    (socket) => socket._socket.write(Buffer.from([0x81, 0x82, 0, 0, 0, 0, 0xc3, 0x28])),
    (socket) => socket._socket.write(Buffer.from([0x89, 0xfe, 0x01, 0x00, 0, 0, 0, 0])),
  ];
  for (const frame of frames) assert.ok((await raw(t, server, { send: frame })) >= 1000);
  for (const text of ['null', '7', '[]']) {
    const code = await raw(t, server, {
      send(socket) {
        socket.send(signIn);
        socket.send(text);
      },
    });
    assert.equal(code, 1003, text);
  }
  assert.equal((await connect(t, server, 'sara')).auth, 'auth_ok');
});

test('unknown commands, services and fields are refused, inherited names of objects too', async (t) => {
  const { ask, call } = await connect(t, await start(t), 'sara');
  const codeOf = async (answer) => (await answer).error?.code;
  for (const type of ['constructor', 'toString', '__proto__', 'hasOwnProperty']) {
    assert.equal(await codeOf(ask({ type })), 'unknown_command', type);
    assert.equal(await codeOf(call(type)), 'not_found', type);
    assert.equal(await codeOf(call('get_daily_plan', { [type]: 'x' })), 'invalid_format', type);
  }
  for (const type of [undefined, null, 5, {}, [], 'x'.repeat(101)]) {
    assert.equal(await codeOf(ask({ type })), 'invalid_format');
    assert.equal(await codeOf(call(type)), 'invalid_format');
  }
  for (const data of [[], 'x', 7]) assert.equal(await codeOf(call('get_daily_plan', data)), 'invalid_format');
  assert.equal(await codeOf(call('create_adhoc_task', { name: 'x'.repeat(2_001) })), 'invalid_format');
});

test('a connection has so many subscriptions and no more, each under a number of its own', async (t) => {
  const server = await start(t);
  const { ask, call, events } = await connect(t, server, 'sara');
  const subscribe = { type: 'tasktracker/subscribe_events', event_type: 'tasktracker_task_created' };
  const answers = [];
  for (let times = 0; times < 102; times++) answers.push((await ask(subscribe)).error?.code);
  assert.deepEqual([answers.filter((code) => code === undefined).length, answers.at(-1)], [100, 'too_many']);
  await call('create_adhoc_task', { name: 'Sweep' });
  assert.equal(events.length, 100);
});

test('another site’s page, or another name for this machine, is not served', async (t) => {
  const server = await start(t, { hosts: ['demo.example'] });
  const { host, port } = new URL(server.url);
  const refused = [
    { origin: 'http://evil.example' },
    { origin: 'null' },
    { origin: 'ftp://127.0.0.1' },
    { origin: 'http://127.0.0.1.evil.example' },
    { origin: 'http://evil.example:8099@127.0.0.1' },
    { host: 'demo.example', origin: 'https://evil.example' },
    { host: 'evil.example' },
    { host: `127.0.0.1.evil.example:${port}` },
  ];
  for (const headers of refused) assert.equal(await raw(t, server, { headers }), 401, JSON.stringify(headers));
  const welcome = [
    {},
    { origin: `http://${host}` },
    { host: `localhost:${port}`, origin: `http://localhost:${port}` },
    { host: 'demo.example', origin: 'https://demo.example' },
    // Port forwarding that rewrites `Host` but not `Origin`.
    { host, origin: `http://localhost:${Number(port) + 1}` },
    { host, origin: 'https://demo.example' },
  ];
  for (const headers of welcome) {
    assert.equal(
      await raw(t, server, { headers, send: (socket) => socket.close(1000) }),
      1000,
      JSON.stringify(headers),
    );
  }
  const status = (headers) =>
    new Promise((resolve) => get(server.url, { headers }, (answer) => resolve(answer.resume().statusCode)));
  assert.deepEqual(await Promise.all([status({ host: 'evil.example' }), status({ host: 'demo.example' })]), [421, 200]);
});

test('the command takes further host names from HOSTS', async (t) => {
  const url = await run(t, 0, { HOSTS: 'demo.example, Other.Example' }).url;
  const answer = (host) => new Promise((resolve) => get(url, { headers: { host } }, resolve));
  for (const [host, status] of [
    ['demo.example', 200],
    ['other.example:80', 200],
    ['third.example', 421],
  ]) {
    const { statusCode } = (await answer(host)).resume();
    assert.equal(statusCode, status, host);
  }
});

test('every answer carries the headers of a public page', async (t) => {
  const server = await start(t);
  for (const path of ['', 'main.js', 'nothing.js']) {
    const { headers } = await fetch(server.url + path);
    const policy = headers.get('content-security-policy');
    for (const part of ["default-src 'none'", "object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"]) {
      assert.ok(policy.includes(part), `${path}: ${part}`);
    }
    assert.doesNotMatch(policy, /script-src[^;]*'unsafe-(inline|eval)'/);
    // Cards add <style> elements in engines without adoptedStyleSheets.
    assert.match(policy, /style-src 'self' 'unsafe-inline'/);
    assert.equal(headers.get('x-content-type-options'), 'nosniff');
    assert.equal(headers.get('referrer-policy'), 'no-referrer');
  }
});
