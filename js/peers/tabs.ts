import type { Answer, Received } from '../common/answers.ts';
import type { Core } from '../border/core.ts';
import type { SpaceSizes } from '../border/engine.ts';
import { localArea } from '../border/storageArea.ts';
import { acquireWebLock, FetchLocks, leasesIn, type Acquire } from './fetchLocks.ts';
import { formatOf } from '../common/namespaceFormat.ts';
import { isSecret, Policies } from '../common/policies.ts';
import type { Key, Policy } from '../types.ts';

/** Rises when messages change their meaning: tabs of different protocols do not hear each other. */
const PROTOCOL = 1;
/** A tab that has not answered a greeting by then is gone, or too busy to wait for, ms. */
const GREETING = 1_000;

/** `is`: the tab has come, is there too, or goes; `own`: a key whose answers cannot leave their tab. */
interface Message {
  is?: 'new' | 'here' | 'gone';
  answer?: Answer;
  own?: Key;
}

/**
 * The other tabs with the same cache: which of them fetches, and the answers they bring. A tab that is alone acquires no
 * lock and tells nothing.
 */
export class Tabs {
  readonly locks: FetchLocks;
  readonly #name: string;
  readonly #heard: (answer: Answer) => void;
  /** Without one the tab assumes that it has peers, and answers come by localStorage alone. */
  readonly #channel: BroadcastChannel | undefined;
  /** Keys of which another tab says that their answers cannot leave it. */
  readonly #tabLocal = new Set<Key>();
  #greeting: ReturnType<typeof setTimeout> | undefined;
  #hasPeers = true;

  private constructor(name: string, acquire: Acquire, heard: (answer: Answer) => void) {
    this.#name = name;
    this.#heard = heard;
    this.locks = new FetchLocks(acquire);
    addEventListener('pagehide', this.#leave);
    if (typeof BroadcastChannel === 'undefined') return;
    this.#channel = new BroadcastChannel(name);
    this.#channel.onmessage = this.#onMessage;
    addEventListener('pageshow', this.#greet);
    this.#greet();
  }

  /** Undefined where tabs cannot agree: they share localStorage, by which each learns of the others' invalidations. */
  static open({ namespace, area }: SpaceSizes, user: string | null, heard: (answer: Answer) => void): Tabs | undefined {
    if (typeof document === 'undefined' || !area || area !== localArea()) return undefined;
    const mayLease = formatOf(namespace).notes;
    const acquire = 'locks' in navigator ? acquireWebLock : mayLease && leasesIn(area, `${namespace}!lease:`);
    return acquire ? new Tabs(JSON.stringify([namespace, user]), acquire, heard) : undefined;
  }

  close(): void {
    removeEventListener('pagehide', this.#leave);
    removeEventListener('pageshow', this.#greet);
    clearTimeout(this.#greeting);
    this.locks.close();
    this.#leave();
    this.#channel?.close();
  }

  get hasPeers(): boolean {
    return this.#hasPeers;
  }

  /** Whether answers to this key cannot cross: each tab fetches its own. */
  isTabLocal(key: Key): boolean {
    return this.#tabLocal.has(key);
  }

  /** The name of a fetch lock; a forced fetch waits for forced ones alone. */
  lockName(key: Key, forced: boolean): string {
    return `${this.#name}${forced ? '!' : ''} ${key}`;
  }

  tell(answer: Answer): void {
    this.#tabLocal.delete(answer.key);
    if (this.#hasPeers) this.#post({ answer });
  }

  /** The answer to this key is nothing that can be told. */
  markTabLocal(key: Key): void {
    if (this.#hasPeers) this.#post({ own: key });
  }

  #post(message: Message): void {
    this.#channel?.postMessage({ ...message, protocol: PROTOCOL });
  }

  readonly #greet = (): void => {
    this.#hasPeers = true;
    clearTimeout(this.#greeting);
    this.#greeting = setTimeout(() => {
      this.#hasPeers = false;
    }, GREETING);
    this.#post({ is: 'new' });
  };

  /** Releases what this page holds: a lease would otherwise stand in the way of the page loaded next. */
  readonly #leave = (): void => {
    this.locks.release();
    this.#post({ is: 'gone' });
  };

  readonly #onMessage = ({ data }: MessageEvent<unknown>): void => {
    const { protocol, is, answer, own } = (data ?? {}) as Message & { protocol?: unknown };
    if (protocol !== PROTOCOL) return;
    // Other tabs may be left.
    if (is === 'gone') {
      this.#greet();
      return;
    }
    clearTimeout(this.#greeting);
    this.#hasPeers = true;
    if (is === 'new') this.#post({ is: 'here' });
    if (own) this.#tabLocal.add(own);
    if (answer) {
      this.#tabLocal.delete(answer.key);
      try {
        this.#heard(answer);
      } catch {
        // Malformed: ignored.
      }
    }
    this.locks.recheck();
  };
}

/** What the other tabs are told of a value that was set or fetched here. */
export function answerOf(
  key: Key,
  json: string,
  times: { timestamp: number; end: number },
  policy: Policy,
  stored: boolean,
): Answer {
  const { version = '', tags = [], cost = 1, onEvent } = policy;
  const { timestamp, end } = times;
  const grace = Policies.graceOf(policy);
  return { key, json, timestamp, end, version, tags, cost, grace, kept: onEvent === 'keep', stored };
}

/** A cache, as far as it takes other tabs' answers. */
export interface AnswersHost {
  /** The policy under which somebody here wants to know the key; undefined where nobody does. */
  wantedPolicy(key: Key): Policy | undefined;
  /** Keeps what passes its policy and `keep`, and tells those who watch it. */
  receive(received: Received, keep: (value: unknown) => boolean): boolean;
}

/** Takes another tab's answer where somebody here wants to know it. Throws for one that is malformed. */
export function takeAnswer(host: AnswersHost, core: Core, answer: Answer): void {
  const { key, version, grace = 0, json } = answer;
  const policy = host.wantedPolicy(key);
  if (!policy || isSecret(policy)) return;
  const value: unknown = JSON.parse(json);
  const ownGrace = Policies.graceOf(policy);
  const facts = { ...answer, bytes: json.length * 2, grace: Math.max(ownGrace, grace) || ownGrace };
  host.receive({ key, value, version, policy, source: 'tab' }, (kept) => core.adoptFromTab(key, kept, facts));
}
