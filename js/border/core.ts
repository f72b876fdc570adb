import { isSecret, longestWait } from '../common/policies.ts';
import { fieldsOf, noSelector } from '../common/selectors.ts';
import type {
  CacheError,
  EventDecision,
  EventRule,
  FetchOptions,
  Key,
  MutationEvent,
  Policy,
  Selector,
} from '../types.ts';
import { Call } from './calls.ts';
import type { Begun, Coordination, RefreshEnd, WatchStatus, WatchTimes } from './coordination.ts';
import { entryOf, writeEntry, type Entry } from './entry.ts';
import { eventJson } from './event.ts';
import type { Message } from './message.ts';
import { ALERTS, ERRORS, Field, MOST_JSON_BYTES, ON_EVENT, ON_LOAD, Reach, REASONS, REFRESH_ENDS } from './names.ts';
import { Page } from './page.ts';
import {
  endpointStatistics,
  nameStatistics,
  PageStatistics,
  type CoreStatistics,
  type FetchCount,
  type LatencyOf,
} from './statistics.ts';

export type { Begun, Coordination, RefreshEnd, WatchStatus, WatchTimes } from './coordination.ts';
export { Reach } from './names.ts';
export type { CoreListener } from './page.ts';

/** What a set left. */
export interface Kept {
  timestamp: number;
  end: number;
  /** Milliseconds until then. */
  remaining: number;
  /** Names the record that is to be encrypted; 0 where none is. */
  sealing: number;
}

/** What AES-GCM takes in or gives out, and the additional data that it is bound to: where it lies and how old it is. */
export interface Bound {
  timestamp: number;
  bytes: Uint8Array<ArrayBuffer>;
  binding: Uint8Array<ArrayBuffer>;
}

/** An encrypted record that was decrypted: what was inside, and which one it was. */
export interface Opened {
  plain: Uint8Array;
  /** Its authentication tag, which AES-GCM makes from all of it. */
  tag: Uint8Array;
}

/** An answer that another tab or process brought, with all that is known about it. */
export interface Adopted {
  timestamp: number;
  version: string;
  tags: string[];
}

/** For whom an event is judged. */
export interface Party {
  user: string;
  /** Answers of theirs name the event's task. */
  named: boolean;
  assignees: string[];
}

/** How many an invalidation took, and as of when: what is not younger is void. */
export interface Voided {
  count: number;
  at: number;
}

export interface Found {
  value: unknown;
  source: 'memory' | 'storage';
  timestamp: number;
  end: number;
}

export interface Wanted {
  grace?: number | undefined;
  maxAge?: number | undefined;
  /** The oldest timestamp that will do. */
  notBefore?: number | undefined;
  /** Whose `version` and `check` a record must meet. */
  policy?: Policy | undefined;
  peek?: boolean | undefined;
  /** An encrypted record that was decrypted: without it one is a miss. */
  opened?: Opened | undefined;
  /** To become resident without counting as asked for. */
  quiet?: boolean | undefined;
}

/** Calls a core's every call by its name. What they mean, wasm/core/two_tier_cache.hpp says. */
export class Core extends Page implements Coordination {
  #statistics = new PageStatistics();

  // ---- single entries

  /** As `keepFor`, of what is resident: the core is told once. */
  keepHit(key: Key, grace: number): void {
    if (this.lengthens(key, grace)) this.keepFor(key, grace);
  }

  lookUp(key: Key, wanted: Wanted = {}): Found | undefined {
    const found = this.ask(
      Call.lookUp,
      (message) => writeWanted(message, key, wanted, false),
      (reply) => {
        const where = reply.takeNumber();
        const [timestamp, end] = [reply.takeNumber(), reply.takeNumber()];
        if (where === 0) return undefined;
        const number = reply.takeNumber();
        if (where === 1) return { value: this.valueIn(number), source: 'memory' as const, timestamp, end };
        return { serial: number, json: reply.takeText(), source: 'storage' as const, timestamp, end };
      },
    );
    if (!found || found.source === 'memory') return found;
    const { serial, json, source, timestamp, end } = found;
    const value = this.#restore(key, json, wanted, serial);
    return value === undefined ? undefined : { value, source, timestamp, end };
  }

  /** What is known of the answer that would be found; undefined where there is none. Its value is made only for a policy's `check`. */
  facts(key: Key, wanted: Wanted = {}): { timestamp: number; end: number } | undefined {
    if (wanted.policy?.check) return this.lookUp(key, { ...wanted, peek: true });
    return this.ask(
      Call.lookUp,
      (message) => writeWanted(message, key, { ...wanted, peek: true }, true),
      (reply) => (reply.takeNumber() === 0 ? undefined : { timestamp: reply.takeNumber(), end: reply.takeNumber() }),
    );
  }

  /** When the answer that would be found was true. */
  timestampOf(key: Key, wanted: Wanted): number | undefined {
    return this.facts(key, wanted)?.timestamp;
  }

  #restore(key: Key, json: string, { policy, peek }: Wanted, serial: number): unknown {
    let value: unknown;
    try {
      value = JSON.parse(json);
    } catch {
      this.#reject(key, 'corrupt');
      return undefined;
    }
    if (policy && !accepts(policy, value)) {
      this.#reject(key, 'version');
      return undefined;
    }
    if (peek) return value;
    const slot = this.ask(
      Call.admit,
      (message) => message.number(serial),
      (reply) => reply.takeNumber(),
    );
    this.install(key, slot, value);
    return value;
  }

  #reject(key: Key, kind: CacheError['kind']): void {
    this.tell(Call.reject, (message) => message.name(key).number(ERRORS.indexOf(kind)));
  }

  /** Undefined where the flight that brought it is void: then nothing was kept. The flight has ended. */
  set(key: Key, value: unknown, json: string | undefined, policy: Policy, reach: number, flight = 0): Kept | undefined {
    const entry = entryOf(policy, value, (json?.length ?? 0) * 2);
    const staged = json === undefined || reach !== Reach.storage || json.length > MOST_JSON_BYTES ? '' : json;
    const started = reach === Reach.storage ? performance.now() : 0;
    const now = this.now();
    const slot = this.slotOf(key);
    let news = this.#sendSet(now, slot, key, entry, reach, flight, staged);
    // The call itself may have found that the clock was set back: then nothing lies anywhere any more.
    if (this.message.reply().takeNumber() < 0) {
      this.hear(news);
      news = this.#sendSet(now, undefined, key, entry, reach, flight, staged);
    }
    const reply = this.message.reply();
    const isKept = reply.takeFlag();
    const at = reply.takeNumber();
    const kept = isKept ? keptBy(reply) : undefined;
    this.hear(news);
    if (reach === Reach.storage) this.addLatency('persist', started);
    if (kept) this.install(key, at, value, entry.grace);
    else this.countFetch('discarded');
    return kept;
  }

  /** What lies in memory already is named by its slot, so that no key has to cross. */
  #sendSet(
    now: number,
    slot: number | undefined,
    key: Key,
    entry: Entry,
    reach: number,
    flight: number,
    json: string,
  ): number {
    const message = this.message.begin();
    message
      .number(slot ?? -1)
      .number(reach)
      .number(flight);
    writeEntry(message, entry);
    if (slot === undefined) message.name(key);
    message.text(json);
    return this.send(Call.set, now);
  }

  delete(key: Key): boolean {
    return this.#flag(Call.remove, (message) => message.name(key));
  }

  dropResident(key: Key): void {
    this.tell(Call.dropResident, (message) => message.name(key));
  }

  /** Answers of this endpoint may serve so long past their end, however they were written. */
  allowGrace(endpoint: string, grace: number): void {
    this.tell(Call.allowGrace, (message) => message.name(endpoint).number(grace));
  }

  /** Who asks for the key may do so until `grace` ms past its end, however it was written. */
  keepFor(key: Key, grace: number): void {
    if (grace > 0) this.tell(Call.keepFor, (message) => message.name(key).number(grace));
  }

  sweep(): void {
    this.tell(Call.sweep);
  }

  /** A slice of upkeep, of a millisecond or two; true while there is more. */
  tend(): boolean {
    const alerts = this.ask(
      Call.maintain,
      () => undefined,
      (reply) =>
        reply.takeFlag()
          ? undefined
          : reply.takeList(() => [reply.takeNumber(), reply.takeNumber(), reply.takeNumber()] as const),
    );
    for (const [kind, value, limit] of alerts ?? []) {
      const what = ALERTS[kind];
      if (what) this.listener.alerted({ what, value, limit });
    }
    return alerts === undefined;
  }

  // ---- many entries

  keys(selector: Selector): Key[] {
    const keys = this.ask(Call.keys, selectorWriter(selector), (reply) =>
      reply.takeFlag() ? reply.takeNames() : undefined,
    );
    if (!keys) throw noSelector(selector);
    return keys;
  }

  invalidate(selector: Selector, afterWrite: boolean): Voided {
    const write = selectorWriter(selector);
    const voided = this.ask(Call.invalidate, (message) => write(message).flag(afterWrite), readVoided);
    if (voided.count < 0) throw noSelector(selector);
    return voided;
  }

  clear(): Voided {
    this.#statistics = new PageStatistics();
    return this.ask(Call.clear, () => undefined, readVoided);
  }

  // ---- what others bring

  /** Keeps an answer of the store that processes share, as old as it is. False where the core knows a younger one, or one of its invalidations. */
  adoptRemote(key: Key, value: unknown, { timestamp, version, tags }: Adopted, policy: Policy, bytes: number): boolean {
    return this.#adopt(key, value, { ...entryOf(policy, value, bytes), timestamp, version, tags }, true);
  }

  /** Keeps another tab's answer. False where the core does not; TypeError for what is no answer. */
  adoptFromTab(
    key: Key,
    value: unknown,
    answer: Adopted & { end: number; cost: number; bytes: number; grace: number; kept: boolean; stored: boolean },
  ): boolean {
    const { timestamp, end, version, tags, cost, bytes, grace, kept, stored } = answer;
    const isText = (text: unknown) => typeof text === 'string';
    if (!isText(version) || !Array.isArray(tags) || !tags.every(isText))
      throw new TypeError('cardcache: what another tab told is no answer');
    const times = { timestamp, ttl: Infinity, expiresAt: end };
    const entry = { ...times, cost, bytes, grace, exempt: Boolean(kept), stored: Boolean(stored), version, tags };
    return this.#adopt(key, value, entry, false);
  }

  #adopt(key: Key, value: unknown, entry: Entry, isRemote: boolean): boolean {
    const slot = this.ask(
      Call.adopt,
      (message) => writeEntry(message.flag(isRemote).name(key), entry),
      (reply) => (reply.takeFlag() ? reply.takeNumber() : undefined),
    );
    if (slot === undefined) return false;
    this.install(key, slot, value);
    return true;
  }

  /** From which timestamp on another tab's answer will do for a fetch that is asked for now. */
  oldestToTake(key: Key, { forceRefresh = false, maxAge = Infinity }: FetchOptions): number {
    return this.#number(Call.oldestToTake, (message) => message.name(key).number(forceRefresh ? -1 : maxAge));
  }

  /** Another tab wrote to the area: as its storage event says. */
  areaChanged(key: string | null, text: string | null): void {
    this.tell(Call.areaChanged, (message) => message.maybeName(key).maybeName(text));
  }

  /** Another process invalidated at that time. */
  learnInvalidation(selector: Selector, at: number, sparesKept: boolean, byWrite: boolean): void {
    const write = selectorWriter(selector);
    this.tell(Call.learnInvalidation, (message) => write(message).number(at).flag(sparesKept).flag(byWrite));
  }

  // ---- fetches under way

  beginFlight(key: Key, policy: Policy, forced: boolean): Begun {
    const { tags = [], onEvent } = policy;
    const begun = this.ask(
      Call.beginFlight,
      (message) =>
        message
          .name(key)
          .names(tags)
          .flag(onEvent === 'keep')
          .number(longestWait(policy))
          .flag(forced),
      (reply) => ({ flight: reply.takeNumber(), wait: reply.takeNumber() }),
    );
    if (begun.flight !== 0) this.countFetch('started');
    return begun;
  }

  isVoid(flight: number): boolean {
    return this.#flag(Call.isVoid, (message) => message.number(flight));
  }

  endFlight(flight: number): void {
    this.tell(Call.endFlight, (message) => message.number(flight));
  }

  failFlight(flight: number, policy: Policy, told: number, lasting: boolean): void {
    const random = Math.random();
    this.tell(Call.failFlight, (message) =>
      message.number(flight).number(longestWait(policy)).number(told).flag(lasting).number(random),
    );
  }

  retryAfter(attempt: number, base: number, most: number): number {
    const random = Math.random();
    return this.#number(Call.retryAfter, (message) => message.number(attempt).number(base).number(most).number(random));
  }

  countFetch(what: FetchCount): void {
    this.#statistics.count(what);
  }

  // ---- watched keys

  beginWatch(key: Key, times: WatchTimes, policy: Policy, timestamp: number): number {
    const { interval, debounce, whileHidden } = times;
    const { version, tags = [], onEvent = 'refresh', refetchOnLoad } = policy;
    return this.#number(Call.watch, (message) =>
      message
        .name(key)
        .number(interval)
        .number(debounce)
        .flag(whileHidden)
        .number(ON_EVENT[onEvent])
        .number(refetchOnLoad ? ON_LOAD[refetchOnLoad] : 0)
        .number(longestWait(policy))
        .number(timestamp)
        .maybeName(version)
        .names(tags),
    );
  }

  endWatch(id: number): void {
    this.tell(Call.unwatch, (message) => message.number(id));
  }

  outdated(key: Key): void {
    this.tell(Call.outdated, (message) => message.name(key));
  }

  setVisible(visible: boolean): void {
    this.tell(Call.setVisible, (message) => message.flag(visible));
  }

  catchUp(since: number): void {
    this.tell(Call.catchUp, (message) => message.number(since));
  }

  catchUpAfterLoad(since: number, types: readonly string[]): void {
    this.tell(Call.catchUpAfterLoad, (message) => message.number(since).names(types));
  }

  retryFailed(): void {
    this.tell(Call.retryFailed);
  }

  beginRefresh(key: Key): void {
    this.tell(Call.beginRefresh, (message) => message.name(key));
  }

  endRefresh(key: Key, end: RefreshEnd, timestamp = NaN): void {
    this.tell(Call.endRefresh, (message) => message.name(key).number(REFRESH_ENDS.indexOf(end)).number(timestamp));
  }

  takeDue(): Key[] {
    return this.#names(Call.takeDue);
  }

  watchStatus(key: Key): WatchStatus | undefined {
    return this.ask(
      Call.watchStatus,
      (message) => message.name(key),
      (reply) =>
        reply.takeFlag()
          ? {
              success: reply.takeFlag(),
              updated: reply.takeNumber(),
              next: reply.takeNumber(),
              watchers: reply.takeNumber(),
            }
          : undefined,
    );
  }

  // ---- mutation events

  addRule(pattern: string, { endpoints = [], subject }: EventRule): void {
    this.tell(Call.addRule, (message) =>
      message
        .name(pattern)
        .names(endpoints)
        .flag(subject === 'username'),
    );
  }

  /** The number of the rule that it falls under, −1 where there is none; and the task that it names. */
  readEvent(event: MutationEvent): { rule: number; task: string | undefined } {
    const json = eventJson(event);
    return this.ask(
      Call.readEvent,
      (message) => message.text(json),
      (reply) => ({ rule: reply.takeNumber(), task: reply.takeFlag() ? reply.takeText() : undefined }),
    );
  }

  /** Judges an event for each party and drops what it voids; with `firstIsMe` the first party is the connected user. */
  applyEvent(event: MutationEvent, parties: readonly Party[], firstIsMe: boolean) {
    const json = eventJson(event);
    // Without a user to judge for, every watcher is concerned.
    const nobody: EventDecision['reason'][] = ['unknown'];
    return this.ask(
      Call.applyEvent,
      (message) => {
        message.text(json).flag(firstIsMe).count(parties.length);
        for (const { user, named, assignees } of parties) message.name(user).flag(named).names(assignees);
      },
      (reply) => ({
        reasons: parties.length > 0 ? parties.map(() => REASONS[reply.takeNumber()] ?? 'unknown') : nobody,
        invalidated: reply.takeNumber(),
        at: reply.takeNumber(),
        refreshed: reply.takeNames(),
      }),
    );
  }

  // ---- encrypted records: the page encrypts and decrypts them

  /** Whose records lie encrypted in storage, and could be served. */
  sealedKeys(): Key[] {
    return this.#names(Call.encryptedKeys);
  }

  /** What lies encrypted under the key, if memory has nothing to serve. */
  readSealed(key: Key): Bound | undefined {
    return this.ask(Call.findEncrypted, (message) => message.name(key), readBound);
  }

  /** When that was true. */
  sealedTimestampOf(key: Key): number | undefined {
    return this.readSealed(key)?.timestamp;
  }

  /** It cannot be decrypted: removes it if it still lies there. */
  rejectSealed(key: Key, box: Uint8Array): void {
    this.tell(Call.rejectEncrypted, (message) => message.name(key).bytes(box));
  }

  /** What is to be encrypted for the set that gave the ticket; undefined where something has superseded it since. */
  prepareSealing(ticket: number, json: string): Bound | undefined {
    return this.ask(Call.prepareEncryption, (message) => message.number(ticket).text(json), readBound);
  }

  /** Stores it, unless something has superseded it since. */
  writeSealed(ticket: number, box: Uint8Array): void {
    const started = performance.now();
    this.tell(Call.writeEncrypted, (message) => message.number(ticket).bytes(box));
    this.addLatency('persist', started);
  }

  /** It will not be written. */
  abandonSealing(ticket: number): void {
    this.tell(Call.abandonEncryption, (message) => message.number(ticket));
  }

  /** Removes what an endpoint's records say in the clear, now that they may not. */
  removePlain(endpoint: string): void {
    this.tell(Call.removePlain, (message) => message.name(endpoint));
  }

  // ---- what the cache tells about itself

  statistics(): CoreStatistics {
    return this.ask(
      Call.statistics,
      () => undefined,
      (reply) => {
        const next = () => reply.takeNumber();
        return nameStatistics(this.#statistics, next, () =>
          reply.takeList(() => [reply.takeName(), endpointStatistics(next)] as const),
        );
      },
    );
  }

  inspect() {
    return this.ask(
      Call.inspect,
      () => undefined,
      (reply) =>
        reply.takeList(() => ({
          key: reply.takeName(),
          tier: reply.takeNumber(),
          timestamp: reply.takeNumber(),
          expires: reply.takeNumber(),
          bytes: reply.takeNumber(),
          storedBytes: reply.takeNumber(),
          hits: reply.takeNumber(),
          tags: reply.takeNames(),
        })),
    );
  }

  noteError(kind: CacheError['kind'], key: Key, cause?: unknown): void {
    this.tell(Call.noteError, (message) => message.number(ERRORS.indexOf(kind)).name(key), cause);
  }

  addLatency(of: LatencyOf, started: number): void {
    this.#statistics.addLatency(of, started);
  }

  // ---- replies of one thing

  #flag(what: Call, write: (message: Message) => unknown): boolean {
    return this.ask(what, write, (reply) => reply.takeFlag());
  }

  #number(what: Call, write: (message: Message) => unknown): number {
    return this.ask(what, write, (reply) => reply.takeNumber());
  }

  #names(what: Call): string[] {
    return this.ask(
      what,
      () => undefined,
      (reply) => reply.takeNames(),
    );
  }
}

function writeWanted(message: Message, key: Key, wanted: Wanted, factsOnly: boolean): void {
  const { peek = false, quiet = peek, policy = {}, opened } = wanted;
  const { grace = 0, maxAge = Infinity, notBefore = -Infinity } = wanted;
  message.name(key).number(grace).number(maxAge).number(notBefore);
  message.flag(quiet).flag(isSecret(policy)).flag(factsOnly).maybeName(policy.version);
  message.flag(opened !== undefined);
  if (opened) message.bytes(opened.plain).bytes(opened.tag);
}

function keptBy(reply: Message): Kept {
  return {
    timestamp: reply.takeNumber(),
    end: reply.takeNumber(),
    remaining: reply.takeNumber(),
    sealing: reply.takeNumber(),
  };
}

function readBound(reply: Message): Bound | undefined {
  if (!reply.takeFlag()) return undefined;
  return { timestamp: reply.takeNumber(), bytes: reply.takeBytes(), binding: reply.takeBytes() };
}

function readVoided(reply: Message): Voided {
  return { count: reply.takeNumber(), at: reply.takeNumber() };
}

/** What writes a selector for the core to read. TypeError for one that says nothing. */
function selectorWriter(selector: Selector): (message: Message) => Message {
  if (typeof selector === 'string') return (message) => message.number(Field.text).name(selector);
  // Read before anything is written: what is iterated may be anybody's code, which may call the cache.
  const { endpoint, user, tag, keys } = fieldsOf(selector);
  const fields =
    (endpoint === undefined ? 0 : Field.endpoint) |
    (typeof user === 'string' ? Field.user : 0) |
    (user === null ? Field.shared : 0) |
    (tag === undefined ? 0 : Field.tag) |
    (keys === undefined ? 0 : Field.keys);
  return (message) => {
    message.number(fields);
    if (endpoint !== undefined) message.name(endpoint);
    if (typeof user === 'string') message.name(user);
    if (tag !== undefined) message.name(tag);
    if (keys !== undefined) message.names(keys);
    return message;
  };
}

export function accepts(policy: Policy, value: unknown): boolean {
  try {
    return policy.check?.(value) ?? true;
  } catch {
    return false;
  }
}
