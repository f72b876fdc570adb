import type { LogEntry } from '../types.ts';

/** Warnings and errors go to the console where no log was given; the rest is for those who ask. */
function toConsole({ level, what, key, detail }: LogEntry): void {
  if (level !== 'warn' && level !== 'error') return;
  console[level](`cardcache: ${what}`, ...(key === undefined ? [] : [key]), ...(detail === undefined ? [] : [detail]));
}

/** What the console has been told of the page's state: five cards' caches do not say it five times. */
const saidOnConsole = new Set<string>();

/** What each log has been told of how the cache is used: cards open caches with the same log again and again. */
const hints = new WeakMap<object, Set<string>>();

/** A log that says each thing about the page's state once. */
export class Log {
  readonly #write: (entry: LogEntry) => void;
  readonly #said: Set<string>;

  /** `own`: whatever was given as one. */
  constructor(own: unknown) {
    const isOwn = typeof own === 'function';
    this.#write = isOwn ? (own as (entry: LogEntry) => void) : toConsole;
    this.#said = isOwn ? new Set() : saidOnConsole;
  }

  write(entry: LogEntry): void {
    try {
      this.#write(entry);
    } catch {
      // A log that fails has nowhere to say so.
    }
  }

  once(entry: LogEntry): void {
    if (this.#said.has(entry.what)) return;
    this.#said.add(entry.what);
    this.write(entry);
  }

  /** A warning to the author of the page: once, however many caches there are. `more` is asked only then. */
  hint(what: string, more = () => ''): void {
    const said = hints.get(this.#write) ?? new Set();
    hints.set(this.#write, said);
    if (said.has(what)) return;
    said.add(what);
    this.write({ level: 'warn', what: what + more() });
  }
}
