import type { Party } from '../border/core.ts';
import type { CacheCore } from './coreless.ts';
import { callSafely } from '../common/emitter.ts';
import { escapeSegment, escapeUser, unescapeUser } from '../common/keys.ts';
import type { EventDecision, EventRule, Key, MutationEvent, Selector } from '../types.ts';
import { namesId } from '../common/values.ts';

/** A cache, as far as mutation events are judged by it. */
export interface EventsHost {
  keys(selector: Selector): Key[];
  peekValue(key: Key): unknown;
  readonly watches: { readonly keys: Key[]; shown(key: Key): unknown };
  /** An event has invalidated this as of `at`: other processes are to know. */
  tellRemote(selector: Selector, at: number): void;
}

/** The rules for mutation events, and what the page must look up before the core can decide. */
export class MutationEvents {
  readonly #rules: EventRule[] = [];

  merge(core: CacheCore, rules: Record<string, EventRule> | undefined): void {
    for (const [pattern, rule] of Object.entries(rules ?? {})) {
      this.#rules.push(rule);
      core.addRule(pattern, (rule.endpoints ?? []).map(escapeSegment), rule.subject);
    }
  }

  /** The decision for each user; with `firstIsMe` the first is the connected one. */
  apply(
    cache: EventsHost,
    core: CacheCore,
    event: MutationEvent,
    users: readonly string[],
    firstIsMe: boolean,
  ): EventDecision[] {
    const type = readable(() => textOf(event.event_type ?? event.type)) ?? '';
    const data = readable(() => event.data);
    const rule = this.#rules[core.ruleIndex(type)];
    const assignees = this.#assignees(rule, data, cache);
    const id = readable(() => taskId(data));
    const parties: Party[] = users.map((user) => ({
      user: escapeUser(user),
      named: id !== undefined && some(answersOf(cache, user), ([, value]) => namesId(value, id)),
      assignees: assignees.map(escapeUser),
    }));
    const { reasons, invalidated, refreshed, at } = core.applyEvent(type, eventJson(data), parties, firstIsMe);
    const voided: Selector[] = rule?.endpoints?.map((endpoint) => ({ endpoint })) ?? [];
    for (const selector of voided.length > 0 ? voided : ['*']) cache.tellRemote(selector, at);
    // Nobody to judge for: whoever watches is concerned.
    const judged = reasons.length > 0 ? reasons : (['unknown'] as const);
    return judged.map((reason) => ({ concerned: reason !== 'other', reason, invalidated, refreshed }));
  }

  #assignees(rule: EventRule | undefined, data: unknown, cache: EventsHost): string[] {
    let names: string[] = [];
    if (rule?.assignees) {
      callSafely(() => {
        const named: unknown = rule.assignees?.(data, answersOf(cache));
        if (Array.isArray(named)) names = (named as unknown[]).filter((name) => typeof name === 'string');
      });
    }
    return names;
  }
}

/** The users of these keys. */
export function watchedUsers(keys: readonly Key[]): string[] {
  const users = keys.map((key) => key.split(':')[1]).filter((user) => user !== undefined);
  return [...new Set(users)].filter((user) => user !== 'None').map(unescapeUser);
}

/** Cached answers of one user or of all, and those that are still shown though already dropped. */
function* answersOf(cache: EventsHost, user?: string): Iterable<[Key, unknown]> {
  const own = user === undefined ? undefined : escapeUser(user);
  const seen = new Set<Key>();
  // No selector names the user of `plan::5`.
  for (const key of user === '' ? [] : cache.keys(user === undefined ? '*' : { user })) {
    seen.add(key);
    const value = cache.peekValue(key);
    if (value !== undefined) yield [key, value];
  }
  for (const key of cache.watches.keys) {
    const value = cache.watches.shown(key);
    if (seen.has(key) || value === undefined || (own !== undefined && key.split(':')[1] !== own)) continue;
    yield [key, value];
  }
}

/**
 * What is read of an event, which is somebody else's object: a getter or a proxy may throw. That says nothing then, and an event
 * that says nothing may concern everybody.
 */
function readable<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** An event's data as JSON for the core; data that are none tell nothing. */
export function eventJson(data: unknown): string {
  return readable(() => factsOf(data)) ?? '{}';
}

function factsOf(data: unknown): string {
  const { username, assigned_users } = (typeof data === 'object' && data !== null ? data : {}) as Record<
    string,
    unknown
  >;
  const names = Array.isArray(assigned_users) ? assigned_users.map(escaped) : undefined;
  return JSON.stringify({ username: escaped(username), assigned_users: names });
}

/** Users are compared as they stand in keys. */
function escaped(name: unknown): unknown {
  return typeof name === 'string' ? escapeUser(name) : null;
}

function taskId(data: unknown): string | undefined {
  const id = typeof data === 'object' && data !== null ? (data as { task_id?: unknown }).task_id : undefined;
  return typeof id === 'number' || typeof id === 'string' ? String(id) : undefined;
}

function some<T>(items: Iterable<T>, test: (item: T) => boolean): boolean {
  for (const item of items) if (test(item)) return true;
  return false;
}
