// One random interleaving: tabs of two users fetch, write, invalidate and hear events, over a server whose answers have
// versions. Beside them the plainest model there is: which version an invalidation asks for at least.
const KEYS = ['plan:sara', 'plan:tom', 'tasks:sara:30', 'teams', 'paid:sara'];
/** What selectors select, by hand. */
const SELECTED = {
  '*': KEYS,
  ':sara': ['plan:sara', 'tasks:sara:30', 'paid:sara'],
  plan: ['plan:sara', 'plan:tom'],
  teams: ['teams'],
};
const POLICIES = { tasks: { tier: 'memory' }, paid: { onEvent: 'keep' } };
const USERS = ['sara', 'sara', 'tom'];
const ACTIONS = 16;
/** Within this all actions begin. */
const SPAN = 15_000;
/** Long enough for whatever was begun to end: time-outs, retries, back-off. */
const REST = 120_000;

export class Interleaving {
  /** What happened, for who looks for the reason of a failure. */
  trail = [];
  counts = { fetches: 0, answers: 0, invalidations: 0, shown: 0 };
  #browser;
  #tabs = [];
  #truth = new Map(KEYS.map((key) => [key, 1]));
  /** The version that was true when a key was invalidated last, by anybody. */
  #voided = new Map();
  #server = { isOpen: true, frozenUntil: 0, index: 'server' };
  #isUnreliable = true;
  #answered = 0;
  #failure = undefined;

  constructor(browser, seed) {
    const coin = (seed >>> 1) % 4;
    browser.begin({ seed, hasLocks: coin !== 1, isLate: coin >= 2 });
    this.#browser = browser;
    /** Half of them have answers that differ even where nothing has changed. */
    this.isChatty = this.#chance(2);
    this.#note(`${browser.hasLocks ? 'Web Locks' : 'leases'}, ${browser.isLate ? 'late views' : 'one area'}`);
  }

  async run() {
    this.#tabs = this.#browser.pages.map((page) => this.#open(page));
    const begin = this.#browser.now;
    const times = Array.from({ length: ACTIONS }, () => Math.floor(this.#browser.random() * SPAN)).sort(
      (a, b) => a - b,
    );
    for (const time of times) {
      await this.#pass(begin + time - this.#browser.now);
      // Several at once, at times.
      do this.#act(this.#one(this.#tabs));
      while (this.#chance(3));
    }
    await this.#pass(begin + SPAN - this.#browser.now);
    this.#isUnreliable = false;
    for (const tab of this.#tabs) {
      tab.page.frozenUntil = 0;
      tab.page.isHidden = false;
    }
    await this.#pass(REST);
    this.#note('the end');
    for (const tab of this.#tabs) this.#checkEnd(tab);
    for (const tab of this.#tabs) void tab.cache.close();
    await this.#pass(1_000);
  }

  // ---- what happens

  #note(what) {
    this.trail.push(`${this.#browser.now % 10_000_000} ${what}`);
  }

  #random(limit) {
    return Math.floor(this.#browser.random() * limit);
  }

  #chance(oneIn) {
    return this.#random(oneIn) === 0;
  }

  #one(list) {
    return list[this.#random(list.length)];
  }

  #open(page, before) {
    const user = USERS[page.index];
    const tab = {
      page,
      user,
      cache: page.open({ namespace: 'test_', policies: POLICIES }),
      /** The least version that it may answer, by key; invalidations that it may not know of yet; what it must show at last. */
      least: before?.least ?? new Map(this.#voided),
      unknown: before?.unknown ?? [],
      awaited: new Map(),
      shown: new Map(),
      optimistic: new Set(),
    };
    tab.cache.on('invalidate', ({ selector }) => this.#invalidated(tab, selector));
    tab.watched = KEYS.filter((key) => this.#chance(key.includes(user) ? 2 : 3));
    for (const key of tab.watched) {
      const tell = ({ data }) => this.#show(tab, key, data);
      // Nothing is repaired by the next poll.
      tab.cache.watch(key, this.#fetcher(tab, key), tell, { interval: Infinity, timeout: 4_000 });
    }
    return tab;
  }

  #act(tab) {
    const { cache, page } = tab;
    const key = this.#one(KEYS);
    const name = `tab ${page.index}`;
    this.#check(tab);
    switch (this.#random(16)) {
      case 0:
      case 1:
      case 2:
      case 3:
        this.#fetch(tab, key);
        break;
      case 4:
        this.#note(`${name} sets ${key}`);
        cache.set(key, this.#answer(key));
        break;
      case 5:
        this.#note(`${name} deletes ${key}`);
        cache.delete(key);
        this.#must(cache.get(key) === undefined, `${name} still has ${key}`);
        break;
      case 6:
      case 7: {
        const selector = this.#one(Object.keys(SELECTED).slice(1));
        this.#note(`${name} invalidates ${selector}`);
        cache.invalidate(selector);
        break;
      }
      case 8:
      case 9:
      case 10:
        this.#mutate(tab, key);
        break;
      case 11:
      case 12:
        this.#event(key);
        break;
      case 13:
        this.#leave(tab);
        break;
      case 14:
        this.#note(`${name} is frozen`);
        page.frozenUntil = this.#browser.now + this.#random(20_000);
        break;
      default:
        this.#note(`${name} is hidden or shown`);
        page.isHidden = this.#chance(2);
    }
    this.#check(tab);
  }

  #answer(key) {
    const answer = { key, version: this.#truth.get(key) };
    return this.isChatty ? { ...answer, number: ++this.#answered } : answer;
  }

  /** Asks the server, which reads what is true somewhere between question and answer; some fail, some hang. */
  #fetcher(tab, key) {
    const { page } = tab;
    const browser = this.#browser;
    const isDeaf = this.#chance(3);
    return ({ signal }) =>
      new Promise((resolve, reject) => {
        this.counts.fetches += 1;
        this.#note(`tab ${page.index} asks the server for ${key}`);
        if (!isDeaf) signal.addEventListener('abort', () => reject(signal.reason));
        if (this.#isUnreliable && this.#chance(20)) return;
        const isFailure = this.#isUnreliable && this.#chance(6);
        browser.post(this.#server, browser.someTime(2_500), () => {
          const answer = this.#answer(key);
          this.#note(`the server reads ${key} ${answer.version} for tab ${page.index}`);
          browser.post(page, browser.someTime(2_500), () => {
            if (isFailure) reject(new Error('down'));
            else resolve(answer);
          });
        });
      });
  }

  #fetch(tab, key) {
    const { cache, page } = tab;
    const least = this.#leastOf(tab, key);
    const optimistic = new Set(tab.optimistic);
    this.#note(`tab ${page.index} asks for ${key}, at least ${least}`);
    const options = { timeout: 4_000, ...this.#one([{}, {}, { forceRefresh: true }, { maxAge: 100 }]) };
    cache.getOrFetch(key, this.#fetcher(tab, key), options).then(
      (value) => {
        this.counts.answers += 1;
        this.#judge(tab, key, value, least, optimistic, 'is answered');
      },
      () => undefined,
    );
  }

  #mutate(tab, key) {
    const browser = this.#browser;
    const selectors = Object.keys(SELECTED).filter((one) => SELECTED[one].includes(key));
    const selector = this.#one(selectors);
    // What a policy keeps a write does not refetch: there is nothing to be optimistic about.
    const optimistic =
      unpaid([key]).length > 0 && this.#chance(2) ? [[key, { key, optimistic: ++this.#answered }]] : [];
    const isApplied = !this.#chance(5);
    const isFailure = !isApplied || this.#chance(5);
    for (const [, value] of optimistic) tab.optimistic.add(value.optimistic);
    this.#note(`tab ${tab.page.index} writes ${key} with ${selector}${optimistic.length ? ', optimistically' : ''}`);
    const write = () =>
      new Promise((resolve, reject) => {
        browser.post(this.#server, browser.someTime(1_000), () => {
          if (isApplied) this.#rise(key);
          browser.post(tab.page, browser.someTime(1_000), isFailure ? () => reject(new Error('lost')) : resolve);
        });
      });
    const end = () => {
      for (const [, value] of optimistic) tab.optimistic.delete(value.optimistic);
      this.#check(tab);
    };
    // '*' is what is dropped when nothing is said.
    const invalidate = selector === '*' ? undefined : { ...textless(selector), isWrite: true };
    tab.cache.mutate(write, { optimistic, invalidate }).then(end, end);
  }

  /** Somebody else writes; every tab hears of it, late, at times twice. */
  #event(key) {
    const browser = this.#browser;
    this.#rise(key);
    const data = this.#one([{}, { username: 'tom', assigned_users: ['tom'] }, { username: 'sara' }]);
    for (const { index } of browser.pages) {
      const hear = () => {
        const tab = this.#tabs[index];
        tab.cache.applyEvent({ event_type: 'changed', data }, tab.user);
        const isMine = data.assigned_users?.includes(tab.user) ?? true;
        this.#note(`tab ${index} hears of ${key} ${this.#truth.get(key)}${isMine ? '' : ', not its own'}`);
        this.#voidKeys(tab, unpaid(KEYS), (one, other) => other === tab && isMine && isOf(one, tab.user));
        this.#check(tab);
      };
      for (let times = this.#chance(8) ? 2 : 1; times > 0; times -= 1) {
        // To whichever page of this tab is there by then.
        browser.post(this.#server, browser.someTime(3_000), () => browser.post(browser.pages[index], 0, hear));
      }
    }
  }

  /** The handle closes and another opens, or the page is loaded anew, tidily or not. */
  #leave(tab) {
    const { page } = tab;
    let next;
    if (this.#chance(60)) {
      const isKilled = this.#chance(2);
      this.#note(`tab ${page.index} is ${isKilled ? 'killed and loaded' : 'loaded'} anew`);
      next = this.#open(this.#browser.reload(page, isKilled));
    } else {
      this.#note(`tab ${page.index} closes its handle and opens another`);
      void tab.cache.close();
      next = this.#open(page, tab);
    }
    this.#tabs[page.index] = next;
  }

  // ---- what must be

  #rise(key) {
    this.#truth.set(key, this.#truth.get(key) + 1);
    this.#note(`${key} is ${this.#truth.get(key)}`);
  }

  #invalidated(tab, selector) {
    const text = typeof selector === 'string' ? selector : selector.text;
    // A write leaves alone what policies keep.
    const keys = text === '*' || selector.isWrite ? unpaid(SELECTED[text]) : SELECTED[text];
    this.#note(`tab ${tab.page.index} has dropped ${keys}`);
    this.#voidKeys(tab, keys, () => true);
  }

  /** `asks`: whether it makes a tab fetch a key that it watches. */
  #voidKeys(by, keys, asks) {
    this.counts.invalidations += 1;
    const versions = new Map(keys.map((key) => [key, this.#truth.get(key)]));
    raise(this.#voided, versions);
    for (const tab of this.#tabs) {
      if (tab === by) raise(tab.least, versions);
      else tab.unknown.push({ versions, writes: this.#browser.writes });
      const awaited = tab.watched.filter((key) => versions.has(key) && asks(key, tab));
      raise(tab.awaited, new Map(awaited.map((key) => [key, versions.get(key)])));
    }
  }

  #leastOf(tab, key) {
    const { unheard } = tab.page;
    const earliest = Math.min(...unheard);
    tab.unknown = tab.unknown.filter(({ versions, writes }) => {
      const isKnown = earliest >= writes;
      if (isKnown) raise(tab.least, versions);
      return !isKnown;
    });
    return tab.least.get(key) ?? 1;
  }

  #check(tab) {
    if (this.#tabs[tab.page.index] !== tab) return;
    for (const key of KEYS) {
      const value = tab.cache.get(key);
      if (value !== undefined) this.#judge(tab, key, value, this.#leastOf(tab, key), tab.optimistic, 'has');
    }
  }

  #judge(tab, key, value, least, optimistic, how) {
    const what = `tab ${tab.page.index} ${how} ${JSON.stringify(value)}`;
    this.#must(value?.key === key, what);
    if (value?.key !== key) return;
    if (value.optimistic !== undefined) {
      const isPending = optimistic.has(value.optimistic) || tab.optimistic.has(value.optimistic);
      this.#must(isPending, `${what}, which was taken back`);
    } else {
      this.#must(value.version >= least, `${what}, at least ${least} was asked for`);
    }
  }

  /** Much of this runs where nobody hears an error: the first is thrown by `run`. */
  #must(isTrue, what) {
    if (!isTrue) this.#failure ??= new Error(what);
  }

  async #pass(milliseconds) {
    await this.#browser.runUntil(this.#browser.now + milliseconds);
    if (this.#failure) throw this.#failure;
  }

  #show(tab, key, data) {
    if (data === undefined) return;
    tab.shown.set(key, data);
    this.#note(`tab ${tab.page.index} shows ${JSON.stringify(data)}`);
  }

  #checkEnd(tab) {
    this.#check(tab);
    for (const key of tab.watched) {
      const shown = tab.shown.get(key);
      const what = `tab ${tab.page.index} shows ${JSON.stringify(shown)} for ${key} in the end`;
      this.#must(shown?.version >= (tab.awaited.get(key) ?? 1), `${what}, not ${tab.awaited.get(key)}`);
      this.counts.shown += 1;
    }
  }
}

/** What an event that concerns a user makes that user fetch. */
function isOf(key, user) {
  return !key.includes(':') || key.split(':')[1] === user;
}

const unpaid = (keys) => keys.filter((key) => !key.startsWith('paid'));

/** The selector as an object that can be told from a text. */
function textless(text) {
  const [endpoint, user] = text.split(':');
  return { text, ...(endpoint ? { endpoint } : {}), ...(user ? { user } : {}) };
}

function raise(versions, by) {
  for (const [key, version] of by) versions.set(key, Math.max(versions.get(key) ?? 0, version));
}
