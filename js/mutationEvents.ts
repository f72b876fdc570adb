import type { Core, Party } from './border/core.ts';
import { callSafely } from './emitter.ts';
import { escapeUser, unescapeUser } from './keys.ts';
import type { SharedCache } from './sharedCache.ts';
import type { EventDecision, EventRule, Key, MutationEvent, Selector } from './types.ts';
import { namesId } from './values.ts';

/** The rules for mutation events, and what the page must look up before the core can decide. */
export class MutationEvents {
  readonly #rules: EventRule[] = [];

  merge(core: Core, rules: Record<string, EventRule> | undefined): void {
    for (const [pattern, rule] of Object.entries(rules ?? {})) {
      this.#rules.push(rule);
      core.addRule(pattern, rule);
    }
  }

  /** The decision for each user; with `firstIsMe` the first is the connected one. */
  apply(
    cache: SharedCache,
    core: Core,
    event: MutationEvent,
    users: readonly string[],
    firstIsMe: boolean,
  ): EventDecision[] {
    const { rule: index, task } = core.readEvent(event);
    const rule = this.#rules[index];
    const assignees = this.#assignees(rule, event, cache);
    const parties: Party[] = users.map((user) => ({
      user,
      named: task !== undefined && some(answersOf(cache, user), ([, value]) => namesId(value, task)),
      assignees,
    }));
    const { reasons, invalidated, refreshed, at } = core.applyEvent(event, parties, firstIsMe);
    const voided: Selector[] = rule?.endpoints?.map((endpoint) => ({ endpoint })) ?? [];
    for (const selector of voided.length > 0 ? voided : ['*']) cache.remote?.invalidate(selector, at, 'event');
    // Nobody to judge for: whoever watches is concerned.
    const judged = reasons.length > 0 ? reasons : (['unknown'] as const);
    return judged.map((reason) => ({ concerned: reason !== 'other', reason, invalidated, refreshed }));
  }

  #assignees(rule: EventRule | undefined, event: MutationEvent, cache: SharedCache): string[] {
    let named: string[] | undefined;
    if (rule?.assignees) {
      callSafely(() => {
        named = rule.assignees?.(event.data, answersOf(cache));
      });
    }
    return Array.isArray(named) ? named.filter((name) => typeof name === 'string') : [];
  }
}

/** Users whose keys somebody watches. */
export function watchedUsers({ watches }: SharedCache): string[] {
  const users = watches.keys.map((key) => key.split(':')[1]).filter((user) => user !== undefined);
  return [...new Set(users)].filter((user) => user !== 'None').map(unescapeUser);
}

/** Cached answers of one user or of all, and those that are still shown though already dropped. */
function* answersOf(cache: SharedCache, user?: string): Iterable<[Key, unknown]> {
  const own = user === undefined ? undefined : escapeUser(user);
  const seen = new Set<Key>();
  for (const key of cache.keys(user === undefined ? '*' : { user })) {
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
