// A browser with several tabs, in virtual time: pages are realms of their own that run the built module, and what browsers
// leave open (when a message, a storage event, another tab's write or a lock arrives) is left to chance, from a seed.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createContext, Script } from 'node:vm';
import { build } from 'esbuild';
import { Locks } from './locks.mjs';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const dist = resolve(root, process.env.CARDCACHE_DIST ?? 'dist', 'index.js');
const { outputFiles } = await build({
  stdin: { contents: readFileSync(dist, 'utf8') },
  bundle: true,
  format: 'iife',
  globalName: 'cardcache',
  define: { 'import.meta.url': '"http://page.test/index.js"' },
  logLevel: 'error',
  write: false,
});
const module = new Script(outputFiles[0].text, { filename: 'index.js' });

/** mulberry32: `random()` in [0, 1), the same for the same seed. */
export function randomFrom(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** `hasLocks`: a secure context. `isLate`: other tabs' writes become visible later than they are made, as in Chromium. */
export class Browser {
  now = Date.UTC(2026, 10, 22, 6);
  /** How far the wall clock is ahead of what timers go by: they stand still in sleep, and nobody sets them. */
  ahead = 0;
  pages = [];
  records = new Map();
  /** How many writes to localStorage were made. */
  writes = 0;
  #tasks = [];
  #ran = undefined;

  constructor() {
    this.begin({ seed: 1 });
  }

  /** Everything anew but the realms of the pages. */
  begin({ seed, hasLocks = true, isLate = false }) {
    this.random = randomFrom(seed);
    this.ahead = 0;
    this.hasLocks = hasLocks;
    this.isLate = isLate;
    this.records.clear();
    this.#tasks.length = 0;
    this.writes = 0;
    this.#ran = undefined;
    this.locks = new Locks(this);
    this.pages.forEach((page) => page.begin());
  }

  /** Whole milliseconds, mostly few: 0 … most. */
  someTime(most) {
    return Math.floor(this.random() ** 4 * (most + 1));
  }

  openPage() {
    const page = new Page(this, this.pages.length);
    this.pages.push(page);
    return page;
  }

  /** A page goes, and one at the same address comes; `isKilled`: without having heard of it. */
  reload(page, isKilled) {
    if (!isKilled) page.fire('pagehide');
    page.end();
    const next = new Page(this, page.index);
    this.pages[page.index] = next;
    return next;
  }

  /** `work` runs as a task of the page, after this long. Tells how to take it back. */
  post(page, delay, work) {
    const task = { at: this.now + Math.ceil(Math.max(0, delay)), page, work };
    this.#queue(task);
    return () => {
      const found = this.#tasks.indexOf(task);
      if (found >= 0) this.#tasks.splice(found, 1);
    };
  }

  #queue(task) {
    let index = this.#tasks.length;
    while (index > 0 && this.#tasks[index - 1].at > task.at) index -= 1;
    this.#tasks.splice(index, 0, task);
  }

  /** Runs what is due until then, a task at a time, with all its microtasks. */
  async runUntil(end) {
    while (this.#tasks.length > 0 && this.#tasks[0].at <= end) {
      const task = this.#tasks.shift();
      if (!task.page.isOpen) continue;
      if (task.page.frozenUntil > task.at) {
        task.at = task.page.frozenUntil;
        this.#queue(task);
        continue;
      }
      this.now = Math.max(this.now, task.at);
      // In which order two processes did something within a millisecond no clock tells.
      if (this.#ran !== task.page) this.now += 1;
      this.#ran = task.page;
      task.work();
      await new Promise((resolve) => setImmediate(resolve));
    }
    this.now = Math.max(this.now, end);
  }

  /** A write of a page is on its way to the others: first to what they see, then as an event, which may come twice. */
  spread(writer, change) {
    for (const page of this.pages) {
      if (page === writer || !page.isOpen) continue;
      page.unheard.add(change.number);
      const hear = () => {
        page.unheard.delete(change.number);
        page.fire('storage', { ...change, storageArea: page.area });
      };
      const announce = () => {
        this.post(page, this.someTime(2_000), hear);
        if (this.random() < 0.1) this.post(page, this.someTime(2_000), hear);
      };
      if (!this.isLate) {
        announce();
        continue;
      }
      // In the order in which they were made.
      page.viewAt = Math.max(page.viewAt, this.now + this.someTime(1_000));
      this.post(page, page.viewAt - this.now, () => {
        page.area.take(change);
        announce();
      });
    }
  }
}

/** localStorage as one page sees it. */
class Area {
  #browser;
  #page;
  #view;
  #own = new Map();

  constructor(browser, page) {
    this.#browser = browser;
    this.#page = page;
    this.#view = browser.isLate ? new Map(browser.records) : browser.records;
  }

  get length() {
    return this.#view.size;
  }

  key(index) {
    return [...this.#view.keys()][index] ?? null;
  }

  getItem(name) {
    return this.#view.get(name) ?? null;
  }

  setItem(name, text) {
    this.#write(name, text);
  }

  removeItem(name) {
    if (this.#view.has(name)) this.#write(name, null);
  }

  /** Another page's write arrives. What was made before this page's own of that name has been overwritten already. */
  take({ key, newValue, number }) {
    if ((this.#own.get(key) ?? -1) > number) return;
    put(this.#view, key, newValue);
  }

  #write(key, newValue) {
    const number = this.#browser.writes++;
    this.#own.set(key, number);
    put(this.#view, key, newValue);
    put(this.#browser.records, key, newValue);
    this.#browser.spread(this.#page, { key, newValue, number });
  }
}

function put(records, name, text) {
  if (text === null) records.delete(name);
  else records.set(name, text);
}

class Page {
  isOpen = true;
  frozenUntil = 0;
  /** Numbers of writes by others that it has not heard of yet. */
  unheard = new Set();
  viewAt = 0;
  #browser;
  #realm;
  #listeners = new Map();
  #timers = new Map();
  #channels = new Set();
  #timer = 0;

  constructor(browser, index) {
    this.#browser = browser;
    this.index = index;
    this.area = new Area(browser, this);
    this.#realm = createContext(this.#globals());
    module.runInContext(this.#realm);
    const [realmDate, realmMath] = new Script('[Date, Math]').runInContext(this.#realm);
    realmDate.now = () => browser.now + browser.ahead;
    realmMath.random = () => browser.random();
  }

  /** As when it was opened, but for its realm. */
  begin() {
    this.isOpen = true;
    this.frozenUntil = this.viewAt = 0;
    this.unheard.clear();
    this.#timers.clear();
    this.#channels.clear();
    this.area = this.#realm.localStorage = new Area(this.#browser, this);
    this.#realm.document.hidden = false;
    this.#realm.navigator = this.#navigator();
  }

  open(options) {
    return this.#realm.cardcache.openCache(options);
  }

  set isHidden(hidden) {
    this.#realm.document.hidden = hidden;
    this.fire('visibilitychange');
  }

  fire(type, event = {}) {
    for (const listener of [...(this.#listeners.get(type) ?? [])]) listener({ type, ...event });
  }

  end() {
    this.isOpen = false;
    for (const channel of this.#channels) channel.close();
    this.#browser.locks.leave(this);
  }

  /** A message of another page's channel of that name; it may come twice, or after later ones. */
  receive(name, data) {
    for (const channel of this.#channels) {
      if (channel.name !== name) continue;
      const hear = () => this.#channels.has(channel) && channel.onmessage?.({ data: structuredClone(data) });
      this.#browser.post(this, this.#browser.someTime(1_500), hear);
      if (this.#browser.random() < 0.1) this.#browser.post(this, this.#browser.someTime(3_000), hear);
    }
  }

  #navigator() {
    return this.#browser.hasLocks ? { locks: this.#browser.locks.of(this) } : {};
  }

  #globals() {
    const browser = this.#browser;
    const page = this;
    const addEventListener = (type, listener) => {
      if (!this.#listeners.has(type)) this.#listeners.set(type, new Set());
      this.#listeners.get(type).add(listener);
    };
    const removeEventListener = (type, listener) => this.#listeners.get(type)?.delete(listener);
    const setTimer = (work, delay, every) => {
      const id = ++this.#timer;
      const set = () => {
        const run = () => {
          if (every) set();
          else this.#timers.delete(id);
          work();
        };
        this.#timers.set(id, browser.post(this, delay, run));
      };
      set();
      return id;
    };
    const clearTimer = (id) => {
      this.#timers.get(id)?.();
      this.#timers.delete(id);
    };
    return {
      addEventListener,
      removeEventListener,
      document: { hidden: false, addEventListener, removeEventListener },
      localStorage: this.area,
      navigator: this.#navigator(),
      setTimeout: (work, delay = 0) => setTimer(work, delay, false),
      setInterval: (work, delay = 0) => setTimer(work, delay, true),
      clearTimeout: clearTimer,
      clearInterval: clearTimer,
      performance: { now: () => browser.now },
      BroadcastChannel: class {
        constructor(name) {
          this.name = name;
          page.#channels.add(this);
        }
        postMessage(data) {
          for (const other of browser.pages) if (other !== page) other.receive(this.name, data);
        }
        close() {
          page.#channels.delete(this);
        }
      },
      AbortController,
      DOMException,
      TextDecoder,
      TextEncoder,
      URL,
      queueMicrotask,
      console: { warn: () => undefined, error: console.error },
    };
  }
}
