import type { Answer, Received } from '../common/answers.ts';
import type { Core } from '../border/core.ts';
import type { SpaceSizes } from '../border/engine.ts';
import { localArea } from '../border/storageArea.ts';
import { acquireWebLock, FetchLocks, leasesIn, type Acquire } from './fetchLocks.ts';
import { formatOf } from '../common/namespaceFormat.ts';
import { isSecret, Policies } from '../common/policies.ts';
import type { Key, Policy } from '../types.ts';

/** Rises when messages change their meaning. Tabs ignore messages of other protocols. */
const PROTOCOL = 1;
/** How long a tab waits for answers to its greeting, in ms; a tab that takes longer is gone or too busy. */
const GREETING = 1_000;

/** `is`: the tab has opened, is present, or goes away. `own`: a key whose answers are tab-local. */
interface Message {
  is?: 'new' | 'here' | 'gone';
  answer?: Answer;
  own?: Key;
}

/**
 * The other tabs with the same cache: which of them fetches, and the answers that they send. A tab that is alone acquires no
 * locks and sends nothing.
 */
export class Tabs {
  readonly locks: FetchLocks;
  readonly #name: string;
  readonly #heard: (answer: Answer) => void;
  /** Without a channel the tab assumes that it has peers, and answers arrive through localStorage only. */
  readonly #channel: BroadcastChannel | undefined;
  /** Keys whose answers are tab-local, according to another tab. */
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

  /**
   * Undefined if tabs cannot cooperate, which need the browser's localStorage: through it each tab learns of the others'
   * invalidations.
   */
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

  /** Whether the key's answers cannot leave their tab, so that each tab fetches its own. */
  isTabLocal(key: Key): boolean {
    return this.#tabLocal.has(key);
  }

  /** The name of a fetch lock. Forced fetches have locks of their own, since they wait for forced fetches only. */
  lockName(key: Key, forced: boolean): string {
    return `${this.#name}${forced ? '!' : ''} ${key}`;
  }

  tell(answer: Answer): void {
    this.#tabLocal.delete(answer.key);
    if (this.#hasPeers) this.#post({ answer });
  }

  /** Tells the other tabs that the key's answer cannot be sent. */
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

  /** Releases the locks of this page: a lease would otherwise delay the page that is loaded next. */
  readonly #leave = (): void => {
    this.locks.release();
    this.#post({ is: 'gone' });
  };

  readonly #onMessage = ({ data }: MessageEvent<unknown>): void => {
    const { protocol, is, answer, own } = (data ?? {}) as Message & { protocol?: unknown };
    if (protocol !== PROTOCOL) return;
    // Find out whether there are other tabs.
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
        // Ignore a malformed answer.
      }
    }
    this.locks.recheck();
  };
}

/** The message that tells other tabs of a value that was set or fetched here. */
export function answerOf(
  key: Key,
  json: string,
  times: { timestamp: number; expiresAt: number },
  policy: Policy,
  stored: boolean,
): Answer {
  const { version = '', tags = [], cost = 1, onEvent } = policy;
  const { timestamp, expiresAt } = times;
  const grace = Policies.graceOf(policy);
  return { key, json, timestamp, end: expiresAt, version, tags, cost, grace, kept: onEvent === 'keep', stored };
}

/** The parts of a cache that take other tabs' answers. */
export interface AnswersHost {
  /** The policy under which this page wants the key; undefined if it does not want it. */
  wantedPolicy(key: Key): Policy | undefined;
  /** Commits the answer if its policy and `keep` accept it, and calls its watchers. */
  receive(received: Received, keep: (value: unknown) => boolean): boolean;
}

/** Takes another tab's answer if this page wants the key. Throws if the answer is malformed. */
export function takeAnswer(host: AnswersHost, core: Core, answer: Answer): void {
  const { key, version, grace = 0, json } = answer;
  const policy = host.wantedPolicy(key);
  if (!policy || isSecret(policy)) return;
  const value: unknown = JSON.parse(json);
  const ownGrace = Policies.graceOf(policy);
  const facts = { ...answer, bytes: json.length * 2, grace: Math.max(ownGrace, grace) || ownGrace };
  host.receive({ key, value, version, policy, source: 'tab' }, (kept) => core.adoptFromTab(key, kept, facts));
}
