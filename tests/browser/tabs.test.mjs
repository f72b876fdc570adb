// Several tabs of one browser: one of them fetches, the others take its answer; whatever happens to it, they get theirs.
/* global ask, cache, shown -- what tab_site and the tests put into each page */
import assert from 'node:assert/strict';
import test from 'node:test';
import { inAll, INSECURE_HOST, load, openTabs, startTabSite, until } from './tab_site.mjs';

const TIMEOUT = 3_000;

/** Asks for a key; `answers` gives the number of what came. */
function start(tab, { key = 'plan', options = {} } = {}) {
  return tab.evaluate(
    (given) => {
      globalThis.answered = cache.getOrFetch(given.key, ask, given.options).then(
        ({ number }) => ({ number }),
        ({ name }) => ({ number: name }),
      );
    },
    { key, options },
  );
}

const answerOf = (tab) => tab.evaluate(() => globalThis.answered);

/** Watches a key; `shown` lists what its watcher was told. */
function watch(tab, { key = 'plan', options = {} } = {}) {
  return tab.evaluate(
    (given) => {
      globalThis.shown = [];
      const tell = ({ data, source }) => shown.push([data?.number, source]);
      cache.watch(given.key, ask, tell, { whileHidden: true, ...given.options });
    },
    { key, options },
  );
}

/** Which of the tabs fetches: the one that the server hears of first. */
async function startLeader(site, tabs, options = {}) {
  site.holds = true;
  const [leader, ...others] = tabs;
  await start(leader, { options });
  await until(() => site.held.length === 1);
  await inAll(others, () => undefined);
  for (const other of others) await start(other, { options });
  return { leader, others };
}

const ways = [
  ['', '127.0.0.1', 1],
  [', without Web Locks', INSECURE_HOST, 2],
];

for (const [way, host, most] of ways) {
  test(`20 cards in each of 4 tabs ask at once and the server is asked once${way}`, async (t) => {
    const site = await startTabSite(t, { host });
    const tabs = await openTabs(t, site, 4);
    const askAsCards = async ([key, options]) => {
      const one = () => cache.getOrFetch(key, ask, options);
      return (await Promise.all(Array.from({ length: 20 }, one))).map(({ number }) => number);
    };
    for (let round = 0; round < 6; round += 1) {
      const key = `plan:${round}`;
      const before = site.asked.length;
      const answers = await inAll(tabs, askAsCards, [key, round < 3 ? {} : { tier: 'memory' }]);
      const asked = site.asked.length - before;
      assert.ok(asked >= 1 && asked <= most, `${key}: ${asked} requests`);
      for (const number of answers.flat()) assert.ok(number > before && number <= before + asked, `answer ${number}`);
    }
    assert.deepEqual(
      tabs.flatMap(({ troubles }) => troubles),
      [],
    );
  });

  test(`a tab that is killed in mid-fetch costs the others nothing but another fetch${way}`, async (t) => {
    const site = await startTabSite(t, { host });
    const tabs = await openTabs(t, site, 4);
    const timeout = 14_000;
    const { leader, others } = await startLeader(site, tabs, { timeout });
    const session = await leader.context().newCDPSession(leader);
    session.send('Page.crash').catch(() => undefined);
    await until(() => site.held.length === 2, timeout);
    site.release();
    // Who waits for longer than its timeout is given an error.
    for (const { number } of await Promise.all(others.map(answerOf))) assert.equal(number, 2);
    assert.equal(site.asked.length, 2);
  });

  test(`a tab that hangs in mid-fetch costs the others half of their timeout${way}`, async (t) => {
    const site = await startTabSite(t, { host });
    const tabs = await openTabs(t, site, 4);
    const { leader, others } = await startLeader(site, tabs, { timeout: TIMEOUT });
    // Stands still as a frozen one does: no timer, no task, no message.
    const session = await leader.context().newCDPSession(leader);
    await session.send('Debugger.enable');
    await session.send('Debugger.pause');
    leader.evaluate(() => undefined).catch(() => undefined);
    await until(() => site.held.length === 2);
    site.held.splice(1)[0]();
    // Who waits for longer than its timeout is given an error.
    for (const { number } of await Promise.all(others.map(answerOf))) assert.equal(number, 2);
    assert.equal(site.asked.length, 2, 'one of them took its place');
    // It goes on, and its late answer is older than what the others have.
    site.release();
    await session.send('Debugger.disable');
    assert.equal((await answerOf(leader)).number, 1);
    const values = await inAll(tabs, () => cache.get('plan').number);
    assert.deepEqual(values, [2, 2, 2, 2]);
  });

  test(`a fetch that fails is tried again by one of those who wait${way}`, async (t) => {
    const site = await startTabSite(t, { host });
    const tabs = await openTabs(t, site, 4);
    // Half of it, after which they would lose patience with the leader, is longer than this test waits.
    const { leader, others } = await startLeader(site, tabs, { timeout: 300_000 });
    site.failures = 1;
    site.release();
    assert.equal((await answerOf(leader)).number, 'Error');
    await until(() => site.asked.length === 2, 60_000);
    for (const { number } of await Promise.all(others.map(answerOf))) assert.equal(number, 2);
    assert.equal(site.asked.length, 2);
  });
}

test('an answer of another tab keeps its times and has the source tab', async (t) => {
  const site = await startTabSite(t);
  const tabs = await openTabs(t, site, 3);
  const options = { tier: 'memory', ttl: 60_000, tags: ['red'], version: '7' };
  site.holds = true;
  for (const tab of tabs) await watch(tab, { options });
  await until(() => site.held.length === 1);
  site.release();
  for (const tab of tabs) await tab.waitForFunction(() => shown.at(-1)?.[0] === 1);
  const entries = await inAll(tabs, () =>
    cache.inspect().map(({ timestamp, expires, tags }) => ({ timestamp, expires, tags })),
  );
  assert.equal(entries[0][0].expires, entries[0][0].timestamp + 60_000);
  assert.deepEqual(entries[0][0].tags, ['red']);
  assert.deepEqual(entries[1], entries[0]);
  assert.deepEqual(entries[2], entries[0]);
  const told = (await inAll(tabs, () => shown.at(-1)[1])).sort();
  assert.deepEqual(told, ['fetch', 'tab', 'tab']);
  assert.deepEqual((await inAll(tabs, () => cache.stats().fetch.started)).sort(), [0, 0, 1]);
  // Dropped by its tag in one tab, it is dropped in all.
  await tabs[0].evaluate(() => cache.invalidate({ tag: 'red' }));
  for (const tab of tabs) await tab.waitForFunction(() => cache.get('plan')?.number !== 1);
});

test('4 polling tabs send one request a poll, and an equal answer calls no listener', async (t) => {
  const site = await startTabSite(t);
  const tabs = await openTabs(t, site, 4);
  site.same = true;
  const interval = 300;
  for (const tier of ['both', 'memory']) {
    const key = `poll:${tier}`;
    for (const tab of tabs) await watch(tab, { key, options: { interval, tier } });
    const times = () => site.asked.filter((one) => one.key === key).map(({ at }) => at);
    await until(() => times().length >= 12);
    // Those who came after an answer that stays in memory asked for themselves.
    const together = times().slice(tabs.length);
    // On the whole: a busy machine lets one come late and the next in time. Four that each ask would be four times as many.
    const mean = (together.at(-1) - together[0]) / (together.length - 1);
    assert.ok(mean > interval / 2, `${tier}: ${together.map((at) => at - together[0])}`);
    const told = await inAll(tabs, () => shown.filter(([number]) => number === 0).length);
    assert.deepEqual(told, [1, 1, 1, 1]);
  }
});

test('a forced fetch takes no answer of a fetch that began before it was asked for', async (t) => {
  const site = await startTabSite(t);
  const [one, two] = await openTabs(t, site, 2);
  site.holds = true;
  await start(one, { options: { forceRefresh: true } });
  await until(() => site.held.length === 1);
  await start(two, { options: { forceRefresh: true } });
  const waiting = await two.evaluate(() => navigator.locks.query().then(({ pending }) => pending.length));
  assert.equal(waiting, 1);
  site.release();
  assert.equal((await answerOf(one)).number, 1);
  assert.equal((await answerOf(two)).number, 2);
  // Nor does it wait for one that is not forced.
  site.holds = true;
  await start(one, { key: 'teams' });
  await until(() => site.held.length === 1);
  await start(two, { key: 'teams', options: { forceRefresh: true } });
  await until(() => site.held.length === 2);
  site.held.pop()();
  assert.equal((await answerOf(two)).number, 4);
  site.release();
  assert.equal((await answerOf(one)).number, 3);
  assert.deepEqual(await inAll([one, two], () => cache.get('teams').number), [4, 4]);
});

test('an answer older than the asker allows is not taken', async (t) => {
  const site = await startTabSite(t);
  const [one, two] = await openTabs(t, site, 2);
  site.holds = true;
  await start(one);
  await until(() => site.held.length === 1);
  // Its clock is past the answer's.
  await two.waitForFunction((asked) => Date.now() > asked, Date.now());
  await start(two, { options: { maxAge: 0 } });
  site.release();
  assert.equal((await answerOf(one)).number, 1);
  assert.equal((await answerOf(two)).number, 2);
});

for (const invalidator of ['the tab that fetches', 'one that waits', 'one that has nothing to do with it']) {
  test(`an invalidation in mid-fetch leaves no outdated answer anywhere: ${invalidator}`, async (t) => {
    const site = await startTabSite(t);
    const tabs = await openTabs(t, site, 4);
    const bystander = tabs.pop();
    const { leader, others } = await startLeader(site, tabs);
    const who = { 'the tab that fetches': leader, 'one that waits': others[0] }[invalidator] ?? bystander;
    await who.evaluate(() => cache.invalidate('plan'));
    // The others do not wait for an answer that is void by now.
    await until(() => site.held.length === 2);
    site.held.pop()();
    for (const other of others) assert.equal((await answerOf(other)).number, 2);
    site.release();
    assert.equal((await answerOf(leader)).number, 1, 'who asked before the invalidation is answered');
    const values = await inAll([...tabs, bystander], () => cache.get('plan')?.number);
    assert.deepEqual(values, [2, 2, 2, 2]);
    assert.equal(site.asked.length, 2);
  });
}

for (const [way, before, policy] of [
  ['', () => undefined, { tier: 'memory' }],
  [', without BroadcastChannel', () => delete globalThis.BroadcastChannel, {}],
]) {
  test(`a waiting tab takes the first answer that comes${way}`, async (t) => {
    const site = await startTabSite(t);
    site.before = before;
    const tabs = await openTabs(t, site, 4);
    const bystander = tabs.pop();
    const { leader, others } = await startLeader(site, tabs);
    await bystander.evaluate((given) => cache.set('plan', { number: 7 }, given), policy);
    for (const other of others) assert.equal((await answerOf(other)).number, 7);
    assert.equal(site.held.length, 1, 'the fetch goes on');
    site.release();
    assert.equal((await answerOf(leader)).number, 1);
    assert.deepEqual(await inAll(tabs, () => cache.get('plan').number), [7, 7, 7]);
  });
}

test('without BroadcastChannel answers come by localStorage', async (t) => {
  const site = await startTabSite(t);
  site.before = () => delete globalThis.BroadcastChannel;
  const tabs = await openTabs(t, site, 4);
  site.holds = true;
  for (const tab of tabs) await watch(tab);
  await until(() => site.held.length === 1);
  site.release();
  for (const tab of tabs) await tab.waitForFunction(() => shown.at(-1)?.[0] === 1);
  assert.equal(site.asked.length, 1);
  assert.deepEqual((await inAll(tabs, () => shown.at(-1)[1])).sort(), ['fetch', 'tab', 'tab', 'tab']);
});

test('a lease is renewed while the fetch lasts', async (t) => {
  const site = await startTabSite(t, { host: INSECURE_HOST });
  const tabs = await openTabs(t, site, 2);
  const { leader } = await startLeader(site, tabs);
  const lease = () => {
    const names = Object.keys(localStorage).filter((name) => name.startsWith('tabs_!lease:'));
    const [owner, end] = localStorage.getItem(names[0]).split(' ');
    return { names, owner, end: Number(end) };
  };
  const first = await leader.evaluate(lease);
  assert.equal(first.names.length, 1);
  await until(async () => (await leader.evaluate(lease)).end > first.end);
  const next = await leader.evaluate(lease);
  assert.equal(next.owner, first.owner);
  assert.ok(next.end > Date.now() + 3_000, 'long enough for timers that run once a second');
  assert.equal(site.asked.length, 1);
  site.release();
});

test('sensitive and encrypted answers never leave their tab: each tab fetches its own', async (t) => {
  const site = await startTabSite(t);
  const tabs = await openTabs(t, site, 3);
  const spy = tabs.pop();
  await listenIn(spy);
  for (const options of [{ sensitive: true }, { encrypted: true }]) {
    const key = `canary:${Object.keys(options)[0]}`;
    site.holds = true;
    for (const tab of tabs) await start(tab, { key, options });
    await until(() => site.held.length === 2);
    site.release();
    for (const tab of tabs) await answerOf(tab);
    for (const tab of tabs) await tab.evaluate(([one, own]) => cache.set(one, { text: 'canary' }, own), [key, options]);
  }
  // What may be told comes later on the same channel: by then the rest would have been heard.
  await tabs[0].evaluate(() => cache.set('told', { text: 'bird' }, { tier: 'memory' }));
  await spy.waitForFunction(() => globalThis.heard.some((text) => text.includes('bird')));
  assert.deepEqual(await spy.evaluate(() => globalThis.heard.filter((text) => text.includes('canary'))), []);
});

/** Hears whatever tabs of the same namespace tell each other; `heard` holds it as text. */
function listenIn(tab) {
  return tab.evaluate(() => {
    globalThis.heard = [];
    globalThis.channel = new BroadcastChannel(JSON.stringify(['tabs_', null]));
    globalThis.channel.onmessage = ({ data }) => globalThis.heard.push(JSON.stringify(data));
  });
}

test('each tab fetches values that JSON cannot hold, without waiting after the first time', async (t) => {
  const site = await startTabSite(t);
  const tabs = await openTabs(t, site, 3);
  const askForMap = () =>
    cache
      .getOrFetch('map', async (context) => new Map(Object.entries(await ask(context))), { tier: 'memory', maxAge: 0 })
      .then((value) => value.get('number'));
  site.holds = true;
  const first = inAll(tabs, askForMap);
  await until(() => site.held.length === 1);
  site.held.pop()();
  // Both at once, and not one after the other.
  await until(() => site.held.length === 2);
  site.release();
  assert.deepEqual((await first).sort(), [1, 2, 3]);
  site.holds = true;
  const second = inAll(tabs, askForMap);
  await until(() => site.held.length === 3);
  site.release();
  assert.deepEqual((await second).sort(), [4, 5, 6]);
});

test('other messages on the channel are ignored', async (t) => {
  const site = await startTabSite(t);
  const [one, two] = await openTabs(t, site, 2);
  await two.evaluate(() => cache.set('plan', { number: 0 }, { tier: 'memory' }));
  await listenIn(one);
  await one.evaluate(() => {
    const now = Date.now();
    const facts = {
      timestamp: now + 1_000,
      end: now + 60_000,
      version: '',
      tags: [],
      cost: 1,
      kept: false,
      stored: false,
    };
    const good = { key: 'plan', json: '{"number":9}', ...facts };
    const bad = {
      key: [undefined, null, 7, {}, '', '!floor:*', '@tom/plan'],
      json: [undefined, {}, '{', '', '{"number":9}}'],
      timestamp: [undefined, null, NaN, -1, 'soon', {}, 7n, now - 60_000, now + 3_600_000],
      end: [undefined, null, NaN, -1, 'never', {}, 7n, now],
      tags: [undefined, null, 7, {}],
      cost: [undefined, NaN, -1, {}, 7n],
    };
    const { channel } = globalThis;
    const say = (message) => channel.postMessage(message);
    for (const [field, values] of Object.entries(bad)) {
      for (const value of values) say({ protocol: 1, answer: { ...good, [field]: value } });
    }
    for (const protocol of [0, 2, '1', undefined, null]) say({ protocol, answer: good });
    for (const message of [null, 7, 'hello', []]) say(message);
    for (const message of [{ answer: 7 }, { answer: [] }, { own: {} }, { is: {} }]) say({ protocol: 1, ...message });
    // Whoever hears this has heard all before it, and says so.
    say({ protocol: 1, is: 'new' });
  });
  await one.waitForFunction(() => globalThis.heard.some((text) => text.includes('here')));
  assert.equal(await two.evaluate(() => cache.get('plan').number), 0);
  assert.deepEqual(two.troubles, []);
  // One that is as it should be is taken.
  await one.evaluate(() => cache.set('plan', { number: 1 }, { tier: 'memory' }));
  await two.waitForFunction(() => cache.get('plan').number === 1);
});

test('a burst of 100 events refetches once what is watched, over all tabs, and nothing for those not concerned', async (t) => {
  const site = await startTabSite(t);
  const users = ['sara', 'gabriel'];
  const tabs = await openTabs(t, site, 4);
  for (const [index, tab] of tabs.entries()) {
    await tab.evaluate(
      (user) => {
        // Long enough for a busy machine's tabs to be within one burst.
        const options = { whileHidden: true, debounce: 2_000 };
        cache.watch(`plan:${user}`, ask, () => undefined, options);
        cache.watch('teams', ask, () => undefined, options);
      },
      users[index % 2],
    );
  }
  await until(() => site.asked.length === 3);
  for (const [index, tab] of tabs.entries()) {
    await tab.waitForFunction((user) => cache.has(`plan:${user}`) && cache.has('teams'), users[index % 2]);
  }
  site.asked.length = 0;
  await Promise.all(
    tabs.map((tab, index) =>
      tab.evaluate(
        async (user) => {
          for (let number = 0; number < 100; number += 1) {
            const data = { username: 'sara', assigned_users: ['sara'], task_id: number };
            cache.applyEvent({ event_type: 'task_completed', data }, user);
            if (number % 10 === 9) await new Promise((resolve) => setTimeout(resolve, 5));
          }
        },
        users[index % 2],
      ),
    ),
  );
  await until(() => site.asked.length >= 2);
  const isOver = (user) => {
    const keys = user === 'sara' ? ['teams', 'plan:sara'] : ['teams'];
    // Nothing is due before the next poll.
    return keys.every((key) => cache.get(key) && cache.coordinator(key).nextRefresh > Date.now() + 60_000);
  };
  for (const [index, tab] of tabs.entries()) await tab.waitForFunction(isOver, users[index % 2]);
  assert.deepEqual(site.asked.map(({ key }) => key).sort(), ['plan:sara', 'teams']);
  assert.deepEqual(await tabs[1].evaluate(() => [cache.get('plan:gabriel') ?? 'dropped', cache.stats().fetch.failed]), [
    'dropped',
    0,
  ]);
});

test('a lone tab acquires no lock and posts no answer, but announces that it goes', async (t) => {
  const site = await startTabSite(t);
  const [tab] = await openTabs(t, site, 1);
  const locks = (asker = tab) =>
    asker.evaluate(async () => {
      let asked = 0;
      const request = navigator.locks.request.bind(navigator.locks);
      navigator.locks.request = (...given) => {
        asked += 1;
        return request(...given);
      };
      await cache.getOrFetch('plan', ask, { maxAge: 0 });
      delete navigator.locks.request;
      return asked;
    });
  await until(async () => (await locks()) === 0);
  const other = await tab.context().newPage();
  t.after(() => other.close());
  await other.clock.install();
  await other.goto(site.url);
  await load(other);
  // It is answered, and does not believe itself alone when it has waited for that.
  await other.clock.fastForward(2_000);
  await until(async () => (await locks(other)) === 1);
  await until(async () => (await locks()) === 1);
  await other.evaluate(() => cache.close());
  await until(async () => (await locks()) === 0);
  await load(other);
  await until(async () => (await locks()) === 1);
  await other.goto('about:blank');
  await until(async () => (await locks()) === 0);
});

for (const [way, host] of ways) {
  test(`closing lets go of what the tab has${way}`, async (t) => {
    const site = await startTabSite(t, { host });
    const tabs = await openTabs(t, site, 3);
    const { leader, others } = await startLeader(site, tabs.slice(0, 2));
    others.push(tabs[2]);
    // Who waits when it closes goes ahead; what the leader has when it closes the next may have.
    await others[0].evaluate(() => cache.close());
    await until(() => site.held.length === 2);
    await start(others[1]);
    await leader.evaluate(() => cache.close());
    await until(() => site.held.length === 3);
    site.release();
    assert.deepEqual(await Promise.all(tabs.map(async (tab) => (await answerOf(tab)).number)), [1, 2, 3]);
    await inAll(tabs, () => cache.close());
    await tabs[0].waitForFunction(async () => {
      const { held = [], pending = [] } = (await navigator.locks?.query()) ?? {};
      return (
        held.length + pending.length + Object.keys(localStorage).filter((name) => name.includes('!lease')).length === 0
      );
    });
  });

  test(`a page that is loaded again in mid-fetch does not wait for itself${way}`, async (t) => {
    const site = await startTabSite(t, { host });
    const tabs = await openTabs(t, site, 2);
    const [leader] = tabs;
    site.holds = true;
    // A fetch that does not hear of the page's end, as one over a WebSocket.
    await leader.evaluate(() => {
      const deaf = (context) => ask(context).catch(() => new Promise(() => undefined));
      void cache.getOrFetch('plan', deaf);
    });
    await until(() => site.held.length === 1);
    await leader.reload();
    await load(leader);
    await start(leader);
    await until(() => site.held.length === 2, 3_000);
    site.release();
    assert.equal((await answerOf(leader)).number, 2);
  });
}
