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
  /** The flight of this page that fetched the value; 0 for a `set`. */
  flight: number;
  /** True: send no event and call no watcher. */
  silent: boolean;
  /**
   * For answers of other tabs and processes: offers the value (or the equal one that is already here) to the core; false if the
   * core rejects it.
   */
  keep?: (value: unknown) => boolean;
}

/** The parts of a cache that take part when a value arrives. */
export interface IntakeHost {
  readonly emitter: Emitter;
  readonly flights: Pick<Flights, 'policyOf'>;
  readonly policies: Pick<Policies, 'for'>;
  readonly watches: Pick<Watches, 'shown' | 'changed' | 'isWatched' | 'policyOf'>;
  /** True if there is a storage area. */
  readonly hasArea: boolean;
  /** True if memory is limited in bytes: then the size of every value is needed, even if it is not stored. */
  readonly isMeasured: boolean;
}

/** The only way for a value into the cache, whether this page, another tab or another process brings it. */
export class Intake {
  readonly #host: IntakeHost;
  readonly #parts: Parts;

  constructor(host: IntakeHost, parts: Parts) {
    this.#host = host;
    this.#parts = parts;
  }

  /**
   * Stores what this page has set or fetched, and sends it to other tabs and processes. `told`: events were sent and watchers
   * called before the core ran.
   */
  store(key: Key, value: unknown, policy: Policy, flight: number, source: Source, told = false): FetchOutcome {
    // Without a core nothing is cached, so a listener that calls getOrFetch on `update` would fetch in an endless loop. Therefore
    // no event is sent for fetched answers of unwatched keys.
    const silent = told || (!this.#parts.running && source === 'fetch' && !this.#host.watches.isWatched(key));
    return this.#adopt({ key, value, policy, source, flight, silent }) ?? { value, timestamp: undefined, source };
  }

  /** Takes an answer that another tab or process fetched. Returns false if its policy or `keep` rejects it. */
  receive({ key, value, version, policy, source }: Received, keep: (value: unknown) => boolean): boolean {
    if ((policy.version ?? version) !== version || !accepts(policy, value)) {
      this.#parts.core.noteError('version', key);
      return false;
    }
    return this.#adopt({ key, value, policy, source, flight: 0, silent: false, keep }) !== undefined;
  }

  /**
   * Takes a value in. If an equal value is already here, its reference stays, so that nothing re-renders. Undefined if the value
   * is rejected.
   */
  #adopt(arrival: Arrival): FetchOutcome | undefined {
    const { key, value, source, keep } = arrival;
    const { emitter, watches } = this.#host;
    const same = keep ? sameStored : sameOther;
    const shown = watches.shown(key);
    const before = this.#parts.core.resident(key) ?? shown;
    const equal = before !== undefined && same(before, value);
    const current = equal ? before : value;
    const timestamp = keep ? (keep(current) ? 0 : undefined) : this.#commit(arrival, current);
    if (timestamp === undefined) return undefined;
    if (!arrival.silent) {
      if (!equal && emitter.hears('update')) queueMicrotask(() => emitter.emit('update', { key }));
      // An equal value may have become resident without being shown: a read from storage can precede the announcement of another
      // tab's write.
      if (!equal || (shown !== current && !same(shown, current)))
        watches.changed(key, current, source, keep ? undefined : timestamp);
    }
    return { value: current, timestamp, source };
  }

  /**
   * Commits the value to the core and to storage, and sends it to other tabs and processes. Undefined if its flight was
   * superseded.
   */
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
      if (times.encryption > 0) vault?.write(key, times.encryption, json);
      others?.tell(answerOf(key, json, times, policy, storable));
      shared?.tell(key, json, times, policy);
    } else if (flight > 0) others?.markTabLocal(key);
    if (!silent && emitter.hears('set')) emitter.emit('set', { key });
    return times.timestamp;
  }

  /** The policy under which this page fetches, watches or holds the key; undefined if it does none of these. */
  wantedPolicy(key: Key): Policy | undefined {
    const { flights, policies, watches } = this.#host;
    const known = this.#parts.core.resident(key) === undefined ? undefined : policies.for(key);
    return flights.policyOf(key) ?? watches.policyOf(key) ?? known;
  }

  /** Whether an answer under this policy may be stored, and can be. */
  #maybeStored(policy: Policy): boolean {
    const { running, vault } = this.#parts;
    if (!running || !this.#host.hasArea || !mayReachStorage(policy)) return false;
    return !policy.encrypted || (vault?.works ?? false);
  }
}

/** The same reference does not count as equal: its owner may have changed the object in place. */
function sameOther(before: unknown, value: unknown): boolean {
  return before !== value && sameJson(before, value);
}
