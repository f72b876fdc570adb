import type { LogEntry } from './types.ts';

/** Warnings and errors go to the console where no log was given; the rest is for those who ask. */
function toConsole({ level, what, key, detail }: LogEntry): void {
  if (level !== 'warn' && level !== 'error') return;
  console[level](`cardcache: ${what}`, ...(key === undefined ? [] : [key]), ...(detail === undefined ? [] : [detail]));
}

/** What the console has been told of the page's state: five cards' caches do not say it five times. */
const saidOnConsole = new Set<string>();

/** And each log of somebody's own. */
const saidTo = new WeakMap<object, Set<string>>();

function saidIn(log: object): Set<string> {
  const said = saidTo.get(log) ?? new Set();
  saidTo.set(log, said);
  return said;
}

/** A log that says each thing about the page's state once. */
export class Log {
  readonly #write: (entry: LogEntry) => void;
  readonly #said: Set<string>;

  /** `own`: whatever was given as one. */
  constructor(own: unknown) {
    const write = typeof own === 'function' ? (own as (entry: LogEntry) => void) : undefined;
    this.#write = write ?? toConsole;
    this.#said = write ? saidIn(write) : saidOnConsole;
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
}
