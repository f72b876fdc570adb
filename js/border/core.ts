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
import { entryOf, tagsOf, writeEntry, type Entry } from './entry.ts';
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

/** The outcome of a set. */
export interface SetResult {
  timestamp: number;
  expiresAt: number;
  /** Milliseconds until `expiresAt`. */
  remaining: number;
  /** The number of the pending encryption; 0 for none. */
  encryption: number;
}

/**
 * The input of AES-GCM: the plaintext or the ciphertext, and the additional authenticated data (aad), which contain the record's
 * key and times.
 */
export interface CryptoInput {
  timestamp: number;
  bytes: Uint8Array<ArrayBuffer>;
  aad: Uint8Array<ArrayBuffer>;
}

/** A decrypted record: its plaintext, and the authentication tag that identifies it. */
export interface Decrypted {
  plain: Uint8Array;
  /** The tag that AES-GCM computes from plaintext and aad. */
  authTag: Uint8Array;
}

/** The facts of an answer by another tab or process. */
export interface Adopted {
  timestamp: number;
  version: string;
  tags: readonly string[];
}

/** A user for whom an event is judged. */
export interface Party {
  user: string;
  /** True if one of the user's answers names the event's task. */
  named: boolean;
  assignees: string[];
}

/** The number of invalidated entries, and the time of the invalidation: it covers answers that are not younger. */
export interface Invalidated {
  count: number;
  at: number;
}

export interface Found {
  value: unknown;
  source: 'memory' | 'storage';
  timestamp: number;
  expiresAt: number;
}

export interface Wanted {
  grace?: number | undefined;
  maxAge?: number | undefined;
  /** The oldest acceptable timestamp. */
  notBefore?: number | undefined;
  /** The policy whose `version` and `check` a record must meet. */
  policy?: Policy | undefined;
  peek?: boolean | undefined;
  /** A decrypted record. Without it an encrypted record is a miss. */
  decrypted?: Decrypted | undefined;
  /** True: make the entry resident without counting a hit or a miss. */
  quiet?: boolean | undefined;
}

/** The calls of the core, one method each. wasm/core/cache/two_tier_cache.hpp documents what they do. */
export class Core extends Page implements Coordination {
  #statistics = new PageStatistics();

  // ---- single entries

  /** Like `keepFor` for a resident entry, but tells the core only if the grace grows. */
  keepHit(key: Key, grace: number): void {
    if (this.lengthens(key, grace)) this.keepFor(key, grace);
  }

  lookUp(key: Key, wanted: Wanted = {}): Found | undefined {
    const found = this.ask(
      Call.lookUp,
      (message) => writeWanted(message, key, wanted, false),
      (reply) => {
        const where = reply.takeNumber();
        const [timestamp, expiresAt] = [reply.takeNumber(), reply.takeNumber()];
        if (where === 0) return undefined;
        const number = reply.takeNumber();
        if (where === 1) {
          const value = this.valueIn(number);
          return value === undefined ? undefined : { value, source: 'memory' as const, timestamp, expiresAt };
        }
        return { serial: number, json: reply.takeText(), source: 'storage' as const, timestamp, expiresAt };
      },
    );
    if (!found || found.source === 'memory') return found;
    const { serial, json, source, timestamp, expiresAt } = found;
    const value = this.#restore(key, json, wanted, serial);
    return value === undefined ? undefined : { value, source, timestamp, expiresAt };
  }

  /**
   * Timestamp and end of the answer that `lookUp` would find; undefined for a miss. Parses the value only if the policy has a
   * `check`.
   */
  facts(key: Key, wanted: Wanted = {}): { timestamp: number; expiresAt: number } | undefined {
    if (wanted.policy?.check) return this.lookUp(key, { ...wanted, peek: true });
    return this.ask(
      Call.lookUp,
      (message) => writeWanted(message, key, { ...wanted, peek: true }, true),
      (reply) =>
        reply.takeNumber() === 0 ? undefined : { timestamp: reply.takeNumber(), expiresAt: reply.takeNumber() },
    );
  }

  /** The timestamp of the answer that `lookUp` would find. */
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
    if (peek || this.isClosed) return value;
    this.ask(
      Call.admit,
      (message) => message.number(serial),
      (reply) => reply.takeNumber(),
      { install: (slot) => this.install(key, slot, value) },
    );
    return value;
  }

  #reject(key: Key, kind: CacheError['kind']): void {
    this.tell(Call.reject, (message) => message.name(key).number(ERRORS.indexOf(kind)));
  }

  /** Sets a value and ends its flight. Undefined if the flight was superseded: then nothing was stored. */
  set(
    key: Key,
    value: unknown,
    json: string | undefined,
    policy: Policy,
    reach: number,
    flight = 0,
  ): SetResult | undefined {
    const entry = entryOf(policy, value, (json?.length ?? 0) * 2);
    const staged = json === undefined || reach !== Reach.storage || json.length > MOST_JSON_BYTES ? '' : json;
    const started = reach === Reach.storage ? performance.now() : 0;
    const now = this.now();
    // Telling the core that the clock went back calls listeners, and one may have closed the cache.
    if (this.isClosed) return undefined;
    const slot = this.slotOf(key);
    let news = this.#sendSet(now, slot, key, entry, reach, flight, staged);
    // The call itself may have noticed that the clock was set back, and emptied all slots.
    if (this.message.reply().takeNumber() < 0) {
      this.hear(news);
      if (this.isClosed) return undefined;
      news = this.#sendSet(now, undefined, key, entry, reach, flight, staged);
    }
    const reply = this.message.reply();
    const isAccepted = reply.takeFlag();
    const at = reply.takeNumber();
    const result = isAccepted ? readSetResult(reply) : undefined;
    if (reach === Reach.storage) this.addLatency('persist', started);
    if (!result) this.countFetch('discarded');
    this.hear(news, () => {
      if (result) this.install(key, at, value, entry.grace);
    });
    return result;
  }

  /** Names a resident entry by its slot, so that its key need not cross the border. */
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

  /** Lets answers of this endpoint be served for `grace` ms past their end, whatever their own policy says. */
  allowGrace(endpoint: string, grace: number): void {
    this.tell(Call.allowGrace, (message) => message.name(endpoint).number(grace));
  }

  /** Lets the key's entry be served for `grace` ms past its end, whatever its own policy says. */
  keepFor(key: Key, grace: number): void {
    if (grace > 0) this.tell(Call.keepFor, (message) => message.name(key).number(grace));
  }

  sweep(): void {
    this.tell(Call.sweep);
  }

  /** Runs a slice of maintenance, which takes a millisecond or two; returns true if there is more. */
  maintain(): boolean {
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

  invalidate(selector: Selector, afterWrite: boolean): Invalidated {
    const write = selectorWriter(selector);
    const invalidated = this.ask(Call.invalidate, (message) => write(message).flag(afterWrite), readInvalidated);
    if (invalidated.count < 0) throw noSelector(selector);
    return invalidated;
  }

  clear(): Invalidated {
    this.#statistics = new PageStatistics();
    return this.ask(Call.clear, () => undefined, readInvalidated);
  }

  // ---- what others bring

  /**
   * Adopts an answer of the remote tier with its age. Returns false if the core knows a younger answer or an invalidation of it.
   */
  adoptRemote(key: Key, value: unknown, { timestamp, version, tags }: Adopted, policy: Policy, bytes: number): boolean {
    return this.#adopt(key, value, { ...entryOf(policy, value, bytes), timestamp, version, tags }, true);
  }

  /** Adopts another tab's answer. Returns false if the core rejects it. TypeError if it is malformed. */
  adoptFromTab(
    key: Key,
    value: unknown,
    answer: Adopted & { end: number; cost: number; bytes: number; grace: number; kept: boolean; stored: boolean },
  ): boolean {
    const { timestamp, end, version, tags, cost, bytes, grace, kept, stored } = answer;
    const isText = (text: unknown) => typeof text === 'string';
    if (!isText(version) || !Array.isArray(tags) || !tags.every(isText))
      throw new TypeError('cardcache: another tab sent a malformed answer');
    const times = { timestamp, ttl: Infinity, expiresAt: end };
    const entry = { ...times, cost, bytes, grace, exempt: Boolean(kept), stored: Boolean(stored), version, tags };
    return this.#adopt(key, value, entry, false);
  }

  #adopt(key: Key, value: unknown, entry: Entry, isRemote: boolean): boolean {
    const slot = this.ask(
      Call.adopt,
      (message) => writeEntry(message.flag(isRemote).name(key), entry),
      (reply) => (reply.takeFlag() ? reply.takeNumber() : undefined),
      { install: (at) => this.install(key, at ?? -1, value) },
    );
    return slot !== undefined;
  }

  /** The oldest timestamp of another tab's answer that is acceptable for a fetch that starts now. */
  oldestToTake(key: Key, { forceRefresh = false, maxAge = Infinity }: FetchOptions): number {
    return this.#number(Call.oldestToTake, (message) => message.name(key).number(forceRefresh ? -1 : maxAge));
  }

  /** Passes on another tab's `storage` event. */
  areaChanged(key: string | null, text: string | null): void {
    this.tell(Call.areaChanged, (message) => message.maybeName(key).maybeName(text));
  }

  /** Passes on an invalidation by another process. */
  learnInvalidation(selector: Selector, at: number, skipsExempt: boolean, byWrite: boolean): void {
    const write = selectorWriter(selector);
    this.tell(Call.learnInvalidation, (message) => write(message).number(at).flag(skipsExempt).flag(byWrite));
  }

  // ---- fetches under way

  beginFlight(key: Key, policy: Policy, forced: boolean): Begun {
    const tags = tagsOf(policy);
    const begun = this.ask(
      Call.beginFlight,
      (message) =>
        message
          .name(key)
          .names(tags)
          .flag(policy.onEvent === 'keep')
          .number(longestWait(policy))
          .flag(forced),
      (reply) => ({ flight: reply.takeNumber(), wait: reply.takeNumber() }),
    );
    if (begun.flight !== 0) this.countFetch('started');
    return begun;
  }

  isSuperseded(flight: number): boolean {
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
    const { version, onEvent = 'refresh', refetchOnLoad } = policy;
    const tags = tagsOf(policy);
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
    const copied = [...endpoints];
    this.tell(Call.addRule, (message) =>
      message
        .name(pattern)
        .names(copied)
        .flag(subject === 'username'),
    );
  }

  /** The index of the event's rule, −1 for none, the task that the event names, and the JSON that `applyEvent` takes. */
  readEvent(event: MutationEvent): { rule: number; task: string | undefined; json: string } {
    const json = eventJson(event);
    return this.ask(
      Call.readEvent,
      (message) => message.text(json),
      (reply) => ({ rule: reply.takeNumber(), task: reply.takeFlag() ? reply.takeText() : undefined, json }),
    );
  }

  /**
   * Judges an event, given as the JSON of `readEvent`, for each party, and invalidates. With `firstIsMe` the first party is the
   * connected user.
   */
  applyEvent(json: string, parties: readonly Party[], firstIsMe: boolean) {
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

  /** The keys whose encrypted records could be served. */
  encryptedKeys(): Key[] {
    return this.#names(Call.encryptedKeys);
  }

  /** The key's encrypted record, unless memory can serve the key. */
  findEncrypted(key: Key): CryptoInput | undefined {
    return this.ask(Call.findEncrypted, (message) => message.name(key), readCryptoInput);
  }

  /** The timestamp of the key's encrypted record. */
  encryptedTimestampOf(key: Key): number | undefined {
    // Does not copy the ciphertext: only the decryption needs that.
    return this.ask(
      Call.findEncrypted,
      (message) => message.name(key),
      (reply) => (reply.takeFlag() ? reply.takeNumber() : undefined),
    );
  }

  /** Removes a record that cannot be decrypted, unless it was replaced. */
  rejectEncrypted(key: Key, ciphertext: Uint8Array): void {
    this.tell(Call.rejectEncrypted, (message) => message.name(key).bytes(ciphertext));
  }

  /** The input for encrypting a set; undefined if the set was superseded. */
  prepareEncryption(encryption: number, json: string): CryptoInput | undefined {
    return this.ask(Call.prepareEncryption, (message) => message.number(encryption).text(json), readCryptoInput);
  }

  /** Stores the ciphertext, unless the set was superseded. */
  writeEncrypted(encryption: number, ciphertext: Uint8Array): void {
    const started = performance.now();
    this.tell(Call.writeEncrypted, (message) => message.number(encryption).bytes(ciphertext));
    this.addLatency('persist', started);
  }

  /** Ends an encryption that failed. */
  abandonEncryption(encryption: number): void {
    this.tell(Call.abandonEncryption, (message) => message.number(encryption));
  }

  /** Removes the plain records of an endpoint whose policy now demands encryption. */
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
  const { peek = false, quiet = peek, policy = {}, decrypted } = wanted;
  const { grace = 0, maxAge = Infinity, notBefore = -Infinity } = wanted;
  message.name(key).number(grace).number(maxAge).number(notBefore);
  message.flag(quiet).flag(isSecret(policy)).flag(factsOnly).maybeName(policy.version);
  message.flag(decrypted !== undefined);
  if (decrypted) message.bytes(decrypted.plain).bytes(decrypted.authTag);
}

function readSetResult(reply: Message): SetResult {
  return {
    timestamp: reply.takeNumber(),
    expiresAt: reply.takeNumber(),
    remaining: reply.takeNumber(),
    encryption: reply.takeNumber(),
  };
}

function readCryptoInput(reply: Message): CryptoInput | undefined {
  if (!reply.takeFlag()) return undefined;
  return { timestamp: reply.takeNumber(), bytes: reply.takeBytes(), aad: reply.takeBytes() };
}

function readInvalidated(reply: Message): Invalidated {
  return { count: reply.takeNumber(), at: reply.takeNumber() };
}

/** Returns a function that writes the selector. TypeError for an empty selector. */
function selectorWriter(selector: Selector): (message: Message) => Message {
  if (typeof selector === 'string') return (message) => message.number(Field.text).name(selector);
  // Read the selector before the message is begun: its getters and iterators may call the cache.
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
