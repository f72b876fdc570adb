// The demo's server by itself: the command, its signals, and what it refuses as Home Assistant would.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import test from 'node:test';
import { WebSocket } from 'ws';
import { Household } from '../../web/server/household.mjs';
import { logicalDate } from '../../web/server/logical_day.mjs';
import { startDemoServer } from '../../web/server/demo_server.mjs';

const COMMAND = fileURLToPath(new URL('../../web/server.mjs', import.meta.url));

function run(t, port) {
  const child = spawn(process.execPath, [COMMAND], { env: { ...process.env, PORT: String(port) } });
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

test('a port that is taken is said in one line', async (t) => {
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

test('who brings no known token is let go', async (t) => {
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

test('a completion changes both plans, is told to everybody, and can be undone', async (t) => {
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
