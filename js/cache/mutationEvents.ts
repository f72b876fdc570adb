import type { Party } from '../border/core.ts';
import type { CacheCore } from './coreless.ts';
import { callSafely } from '../common/emitter.ts';
import { escapeUser, unescapeUser } from '../common/keys.ts';
import type { EventDecision, EventRule, Key, MutationEvent, Selector } from '../types.ts';
import { namesId } from '../common/values.ts';

/** The parts of a cache that mutation events use. */
export interface EventsHost {
  /** The current core: a rule's `assignees` may close the cache. */
  core(): CacheCore;
  keys(selector: Selector): Key[];
  peekValue(key: Key): unknown;
  readonly watches: { readonly keys: Key[]; shown(key: Key): unknown };
  /** Tells other processes what an event has invalidated as of `at`. */
  tellRemote(selector: Selector, at: number): void;
}

/** The rules for mutation events, and what the page must look up in its values before the core can decide. */
export class MutationEvents {
  readonly #rules: EventRule[] = [];

  merge(core: CacheCore, rules: Record<string, EventRule> | undefined): void {
    for (const [pattern, rule] of Object.entries(rules ?? {})) {
      this.#rules.push(rule);
      core.addRule(pattern, rule);
    }
  }

  /** The decision for each user; with `firstIsMe` the first user is the connected one. */
  apply(cache: EventsHost, event: MutationEvent, users: readonly string[], firstIsMe: boolean): EventDecision[] {
    const { rule: index, task, json } = cache.core().readEvent(event);
    const rule = this.#rules[index];
    const assignees = this.#assignees(rule, event, cache);
    const parties: Party[] = users.map((user) => ({
      user,
      named: task !== undefined && some(answersOf(cache, user), ([, value]) => namesId(value, task)),
      assignees,
    }));
    const { reasons, invalidated, refreshed, at } = cache.core().applyEvent(json, parties, firstIsMe);
    const selectors: Selector[] = rule?.endpoints?.map((endpoint) => ({ endpoint })) ?? [];
    for (const selector of selectors.length > 0 ? selectors : ['*']) cache.tellRemote(selector, at);
    return reasons.map((reason) => ({ concerned: reason !== 'other', reason, invalidated, refreshed }));
  }

  #assignees(rule: EventRule | undefined, event: MutationEvent, cache: EventsHost): string[] {
    let names: string[] = [];
    if (rule?.assignees) {
      callSafely(() => {
        const named: unknown = rule.assignees?.(event.data, answersOf(cache));
        if (Array.isArray(named)) names = (named as unknown[]).filter((name) => typeof name === 'string');
      });
    }
    return names;
  }
}

/** The users whose keys these are. */
export function watchedUsers(keys: readonly Key[]): string[] {
  const users = keys.map((key) => key.split(':')[1]).filter((user) => user !== undefined);
  return [...new Set(users)].filter((user) => user !== 'None').map(unescapeUser);
}

/** Cached answers of one user or of all users, and answers that are still shown although they were dropped. */
function* answersOf(cache: EventsHost, user?: string): Iterable<[Key, unknown]> {
  const own = user === undefined ? undefined : escapeUser(user);
  const seen = new Set<Key>();
  // No selector can name the empty user of `plan::5`.
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

function some<T>(items: Iterable<T>, test: (item: T) => boolean): boolean {
  for (const item of items) if (test(item)) return true;
  return false;
}
