import type { LogEntry } from '../types.ts';

/** The default log: writes warnings and errors to the console and ignores the rest. */
function toConsole({ level, what, key, detail }: LogEntry): void {
  if (level !== 'warn' && level !== 'error') return;
  console[level](`cardcache: ${what}`, ...(key === undefined ? [] : [key]), ...(detail === undefined ? [] : [detail]));
}

/** Messages about the page's state that the console already shows: five cards with a cache each do not repeat them. */
const saidOnConsole = new Set<string>();

/** Hints that each log has received: cards open caches with the same log again and again. */
const hints = new WeakMap<object, Set<string>>();

/** A log that writes each message about the page's state once. */
export class Log {
  readonly #write: (entry: LogEntry) => void;
  readonly #said: Set<string>;

  /** `own`: the `log` option, of any type. */
  constructor(own: unknown) {
    const isOwn = typeof own === 'function';
    this.#write = isOwn ? (own as (entry: LogEntry) => void) : toConsole;
    this.#said = isOwn ? new Set() : saidOnConsole;
  }

  write(entry: LogEntry): void {
    try {
      this.#write(entry);
    } catch {
      // There is nowhere to report that the log itself fails.
    }
  }

  once(entry: LogEntry): void {
    if (this.#said.has(entry.what)) return;
    this.#said.add(entry.what);
    this.write(entry);
  }

  /** Warns the author of the page, once for all caches of this log. `more` is called only if the warning is written. */
  hint(what: string, more = () => ''): void {
    const said = hints.get(this.#write) ?? new Set();
    hints.set(this.#write, said);
    if (said.has(what)) return;
    said.add(what);
    this.write({ level: 'warn', what: what + more() });
  }
}
