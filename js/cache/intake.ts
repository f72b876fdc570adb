import type { FetchOutcome, Received, Source } from '../common/answers.ts';
import { accepts, Reach } from '../border/core.ts';
import type { Emitter } from '../common/emitter.ts';
import type { Flights } from '../fetching/flights.ts';
import type { Parts } from './parts.ts';
import { isSecret, mayBeRemote, mayReachStorage, type Policies } from '../common/policies.ts';
import { answerOf } from '../peers/tabs.ts';
import type { Key, Policy } from '../types.ts';
import { sameJson, sameStored, toJson } from '../common/values.ts';
import type { Watches } from '../fetching/watches.ts';

/** A value on its way into the cache. */
interface Arrival {
  key: Key;
  value: unknown;
  policy: Policy;
  source: Source;
  /** Of this page's own: the flight that fetched it, 0 where it was set. */
  flight: number;
  /** Sends no event and tells no watcher. */
  silent: boolean;
  /** Of others': keeps it, or its equal that was there before; false where the core does not want it. */
  keep?: (value: unknown) => boolean;
}

/** A cache, as far as values come into it. */
export interface IntakeHost {
  readonly emitter: Emitter;
  readonly flights: Pick<Flights, 'policyOf'>;
  readonly policies: Pick<Policies, 'for'>;
  readonly watches: Pick<Watches, 'shown' | 'changed' | 'isWatched' | 'policyOf'>;
  /** There is a storage area. */
  readonly hasArea: boolean;
  /** Memory is limited in bytes: then every value's size counts, wherever it may go. */
  readonly isMeasured: boolean;
}

/** The one way into the cache, whoever brings a value: this page, another tab or another process. */
export class Intake {
  readonly #host: IntakeHost;
  readonly #parts: Parts;

  constructor(host: IntakeHost, parts: Parts) {
    this.#host = host;
    this.#parts = parts;
  }

  /**
   * Stores what this page has set or fetched, and tells other tabs and processes. `told`: events were sent and watchers called before
   * the core arrived.
   */
  store(key: Key, value: unknown, policy: Policy, flight: number, source: Source, told = false): FetchOutcome {
    // Without a core nothing is cached: a listener that calls getOrFetch on `update` would fetch in an endless loop. So there no event
    // tells of fetched answers that nobody watches.
    const silent = told || (!this.#parts.running && source === 'fetch' && !this.#host.watches.isWatched(key));
    return this.#adopt({ key, value, policy, source, flight, silent }) ?? { value, timestamp: undefined, source };
  }

  /** Takes an answer that somebody else fetched, where its policy accepts it and `keep` says that the core keeps it. */
  receive({ key, value, version, policy, source }: Received, keep: (value: unknown) => boolean): boolean {
    if ((policy.version ?? version) !== version || !accepts(policy, value)) {
      this.#parts.core.noteError('version', key);
      return false;
    }
    return this.#adopt({ key, value, policy, source, flight: 0, silent: false, keep }) !== undefined;
  }

  /** Takes a value in, or its equal that is there already, so that nothing re-renders. Undefined where it is not kept. */
  #adopt(arrival: Arrival): FetchOutcome | undefined {
    const { key, value, source, keep } = arrival;
    const { emitter, watches } = this.#host;
    const same = keep ? sameStored : sameOther;
    const shown = watches.shown(key);
    const before = this.#parts.core.resident(key) ?? shown;
    const equal = before !== undefined && same(before, value);
    const kept = equal ? before : value;
    const timestamp = keep ? (keep(kept) ? 0 : undefined) : this.#commit(arrival, kept);
    if (timestamp === undefined) return undefined;
    if (!arrival.silent) {
      if (!equal && emitter.hears('update')) queueMicrotask(() => emitter.emit('update', { key }));
      // Its equal may have become resident unseen, read from storage before another tab's write was announced.
      if (!equal || (shown !== kept && !same(shown, kept)))
        watches.changed(key, kept, source, keep ? undefined : timestamp);
    }
    return { value: kept, timestamp, source };
  }

  /** Gives it to the core, to storage, to other tabs and to other processes. Undefined where its flight was superseded. */
  #commit({ key, policy, flight, silent }: Arrival, value: unknown): number | undefined {
    const { core, remote, tabs, vault } = this.#parts;
    const { emitter, isMeasured } = this.#host;
    const storable = this.#maybeStored(policy);
    const others = tabs?.hasPeers && !isSecret(policy) ? tabs : undefined;
    const shared = mayBeRemote(policy) ? remote : undefined;
    const json = storable || others || shared || isMeasured ? toJson(value) : undefined;
    if (storable && json === undefined) core.noteError('serialize', key);
    const reach = !storable || json === undefined ? Reach.memory : policy.encrypted ? Reach.encrypted : Reach.storage;
    const times = core.set(key, value, json, policy, reach, flight);
    if (!times) return undefined;
    if (json !== undefined) {
      if (times.sealing > 0) vault?.seal(key, times.sealing, json);
      others?.tell(answerOf(key, json, times, policy, storable));
      shared?.tell(key, json, times, policy);
    } else if (flight > 0) others?.markTabLocal(key);
    if (!silent && emitter.hears('set')) emitter.emit('set', { key });
    return times.timestamp;
  }

  /** Under which somebody here wants to know the key. */
  wantedPolicy(key: Key): Policy | undefined {
    const { flights, policies, watches } = this.#host;
    const known = this.#parts.core.resident(key) === undefined ? undefined : policies.for(key);
    return flights.policyOf(key) ?? watches.policyOf(key) ?? known;
  }

  /** Whether storage may hold an answer under this policy, and there is one that could. */
  #maybeStored(policy: Policy): boolean {
    const { running, vault } = this.#parts;
    if (!running || !this.#host.hasArea || !mayReachStorage(policy)) return false;
    return !policy.encrypted || (vault?.works ?? false);
  }
}

/** The same value again is no equal: its owner may have changed it. */
function sameOther(before: unknown, value: unknown): boolean {
  return before !== value && sameJson(before, value);
}
