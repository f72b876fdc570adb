import { askLeases } from './leases.ts';
import type { Key, StorageArea } from './types.ts';
import { askLocks, Turns, type Ask } from './turns.ts';

/** Rises when messages change their meaning: tabs of different protocols do not hear each other. */
const PROTOCOL = 1;
/** Who has not answered a greeting by now is not there, or too busy to be waited for. */
const GREETING = 1_000;

/** What one tab tells the others: an answer with all that is known about it. */
export interface Answer {
  key: Key;
  json: string;
  timestamp: number;
  end: number;
  version: string;
  tags: string[];
  cost: number;
  /** How long past its end it may serve, in ms; tabs of earlier versions do not say. */
  grace?: number;
  /** Mutation events leave it alone. */
  kept: boolean;
  /** Its tab has written it to storage: what lies there now stands. */
  stored: boolean;
}

/** `is`: the tab has come, is there too, or goes; `own`: a key whose answers cannot leave their tab. */
interface Message {
  is?: 'new' | 'here' | 'gone';
  answer?: Answer;
  own?: Key;
}

/**
 * The other tabs with the same cache: whose turn it is to fetch, and the answers they bring. A tab that is alone asks nobody and
 * tells nothing.
 */
export class Tabs {
  readonly turns: Turns;
  readonly #name: string;
  readonly #heard: (answer: Answer) => void;
  /** Without one nobody can tell who is there: then others are, and answers come by localStorage alone. */
  readonly #channel: BroadcastChannel | undefined;
  /** Of which another tab says that its answers cannot leave it. */
  readonly #own = new Set<Key>();
  #greeting: ReturnType<typeof setTimeout> | undefined;
  #accompanied = true;

  private constructor(name: string, ask: Ask, heard: (answer: Answer) => void) {
    this.#name = name;
    this.#heard = heard;
    this.turns = new Turns(ask);
    addEventListener('pagehide', this.#leave);
    if (typeof BroadcastChannel === 'undefined') return;
    this.#channel = new BroadcastChannel(name);
    this.#channel.onmessage = this.#onMessage;
    addEventListener('pageshow', this.#greet);
    this.#greet();
  }

  /** Undefined where tabs cannot agree. `notes` begins the names of what may be left in the area for others; undefined: nothing. */
  static open(name: string, area: StorageArea, notes: string | undefined, heard: (answer: Answer) => void) {
    const ask = 'locks' in navigator ? askLocks : notes && askLeases(area, notes);
    return ask ? new Tabs(name, ask, heard) : undefined;
  }

  close(): void {
    removeEventListener('pagehide', this.#leave);
    removeEventListener('pageshow', this.#greet);
    clearTimeout(this.#greeting);
    this.turns.close();
    this.#leave();
    this.#channel?.close();
  }

  get accompanied(): boolean {
    return this.#accompanied;
  }

  /** Whether answers to this key cannot cross: each tab fetches its own. */
  isOwn(key: Key): boolean {
    return this.#own.has(key);
  }

  /** The name of a turn; a forced fetch waits for no other. */
  turnOf(key: Key, forced: boolean): string {
    return `${this.#name}${forced ? '!' : ''} ${key}`;
  }

  tell(answer: Answer): void {
    this.#own.delete(answer.key);
    if (this.#accompanied) this.#post({ answer });
  }

  /** The answer to this key is nothing that can be told. */
  keep(key: Key): void {
    if (this.#accompanied) this.#post({ own: key });
  }

  #post(message: Message): void {
    this.#channel?.postMessage({ ...message, protocol: PROTOCOL });
  }

  readonly #greet = (): void => {
    this.#accompanied = true;
    clearTimeout(this.#greeting);
    this.#greeting = setTimeout(() => {
      this.#accompanied = false;
    }, GREETING);
    this.#post({ is: 'new' });
  };

  /** What this page holds ends with it: a lease would otherwise stand in the way of the page loaded next. */
  readonly #leave = (): void => {
    this.turns.end();
    this.#post({ is: 'gone' });
  };

  readonly #onMessage = ({ data }: MessageEvent<unknown>): void => {
    const { protocol, is, answer, own } = (data ?? {}) as Message & { protocol?: unknown };
    if (protocol !== PROTOCOL) return;
    // Others may be left.
    if (is === 'gone') {
      this.#greet();
      return;
    }
    clearTimeout(this.#greeting);
    this.#accompanied = true;
    if (is === 'new') this.#post({ is: 'here' });
    if (own) this.#own.add(own);
    if (answer) {
      this.#own.delete(answer.key);
      try {
        this.#heard(answer);
      } catch {
        // Whoever said it, it is no answer.
      }
    }
    this.turns.news();
  };
}
