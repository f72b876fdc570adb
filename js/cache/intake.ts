import type { FetchOutcome, Received, Source } from '../common/answers.ts';
import { accepts, Reach } from '../border/core.ts';
import type { Emitter } from '../common/emitter.ts';
import type { Flights } from '../fetching/flights.ts';
import type { Parts } from './parts.ts';
import { isSecret, mayReachStorage, type Policies } from '../common/policies.ts';
import { mayBeRemote } from '../peers/remote.ts';
import { answerOf } from '../peers/tabs.ts';
import type { Key, Policy } from '../types.ts';
import { sameJson, sameStored, toJson } from '../common/values.ts';
import type { Watches } from '../fetching/watches.ts';

/** A value on its way into the cache. */
interface Arrival {
  key: Key;
  value: unknown;
  source: Source;
  /** Equal to another; told apart by what storage makes of both where one of them came as JSON. */
  equals: (a: unknown, b: unknown) => boolean;
  /** Keeps it, or its equal that was there before; undefined where it is not wanted any more. */
  keep: (value: unknown) => { timestamp: number } | undefined;
  /** Sends no event and tells no watcher. */
  silent?: boolean;
}

/** A cache, as far as values come into it. */
export interface IntakeHost {
  readonly emitter: Emitter;
  readonly flights: Pick<Flights, 'policyOf'>;
  readonly policies: Policies;
  readonly watches: Watches;
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

  /** Takes a value in, or its equal that is there already, so that nothing re-renders. Undefined where it is not kept. */
  #adopt({ key, value, source, equals, keep, silent }: Arrival): FetchOutcome | undefined {
    const { emitter, watches } = this.#host;
    const shown = watches.shown(key);
    const before = this.#parts.core.resident(key) ?? shown;
    const equal = before !== undefined && equals(before, value);
    const kept = equal ? before : value;
    const times = keep(kept);
    if (!times) return undefined;
    if (!silent) {
      if (!equal && emitter.hears('update')) queueMicrotask(() => emitter.emit('update', { key }));
      // Its equal may have become resident unseen, read from storage before another tab's write was announced.
      if (!equal || (shown !== kept && !equals(shown, kept))) watches.changed(key, kept, source);
    }
    watches.schedule();
    return { value: kept, timestamp: times.timestamp, source };
  }

  /**
   * Stores what this page has set or fetched, and tells other tabs and processes. `told`: events were sent and watchers called before
   * the core arrived.
   */
  store(key: Key, value: unknown, policy: Policy, flight: number, source: Source, told = false): FetchOutcome {
    const { core, running, remote, tabs, vault } = this.#parts;
    const { emitter, watches } = this.#host;
    // Without a core nothing is cached: a listener that calls getOrFetch on `update` would fetch in an endless loop. So there no event
    // tells of fetched answers that nobody watches.
    const silent = told || (!running && source === 'fetch' && !watches.isWatched(key));
    const storable = this.#maybeStored(policy);
    const others = tabs?.hasPeers && !isSecret(policy) ? tabs : undefined;
    const shared = mayBeRemote(policy) ? remote : undefined;
    const keep = (kept: unknown) => {
      const json = storable || others || shared || this.#host.isMeasured ? toJson(kept) : undefined;
      if (storable && json === undefined) core.noteError('serialize', key);
      const stored = storable && json !== undefined;
      const reach = !stored ? Reach.memory : policy.encrypted ? Reach.sealed : Reach.storage;
      const times = core.set(key, kept, json, policy, reach, flight);
      if (!times) return undefined;
      if (json !== undefined && times.sealing > 0) vault?.seal(key, times.sealing, json);
      if (json !== undefined) others?.tell(answerOf(key, json, times, policy, storable));
      else if (flight > 0) others?.markTabLocal(key);
      if (json !== undefined) shared?.tell(key, json, times, policy);
      if (!silent && emitter.hears('set')) emitter.emit('set', { key });
      return times;
    };
    return (
      this.#adopt({ key, value, source, equals: sameOther, keep, silent }) ?? { value, timestamp: undefined, source }
    );
  }

  /** Takes an answer that somebody else fetched, where its policy accepts it. */
  receive({ key, value, version, policy, source }: Received, adopt: (kept: unknown) => boolean): boolean {
    if ((policy.version ?? version) !== version || !accepts(policy, value)) {
      this.#parts.core.noteError('version', key);
      return false;
    }
    const keep = (kept: unknown) => (adopt(kept) ? { timestamp: 0 } : undefined);
    return this.#adopt({ key, value, source, equals: sameStored, keep }) !== undefined;
  }

  /** Under which somebody here wants to know the key. */
  wantedPolicy(key: Key): Policy | undefined {
    const { flights, policies, watches } = this.#host;
    const known = this.#parts.core.resident(key) === undefined ? undefined : policies.for(key);
    return flights.policyOf(key) ?? watches.policyOf(key) ?? known;
  }

  /** Whether storage may hold an answer under this policy, and there is one that could. */
  #maybeStored(policy: Policy): boolean {
    return this.#host.hasArea && mayReachStorage(policy) && (!policy.encrypted || (this.#parts.vault?.works ?? false));
  }
}

/** The same value again is no equal: its owner may have changed it. */
function sameOther(before: unknown, value: unknown): boolean {
  return before !== value && sameJson(before, value);
}
