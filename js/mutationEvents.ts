import type { Core, Party } from './core.ts';
import { callSafely } from './emitter.ts';
import { escapeSegment, escapeUser } from './keys.ts';
import type { EventDecision, EventRule, Key, MutationEvent } from './types.ts';
import { namesId } from './values.ts';

export interface Answers {
  readonly core: Core;
  /** Every answer that is cached or shown, of one user or of all. */
  cached(user?: string): Iterable<[Key, unknown]>;
}

/** The rules for mutation events, and what the page must look up before the core can decide. */
export class MutationEvents {
  readonly #rules: EventRule[] = [];

  merge(core: Core, rules: Record<string, EventRule> | undefined): void {
    for (const [pattern, rule] of Object.entries(rules ?? {})) {
      this.#rules.push(rule);
      core.addRule(pattern, (rule.endpoints ?? []).map(escapeSegment), rule.subject === 'username');
    }
  }

  /** The decision for each user; with `firstIsMe` the first is the connected one. */
  apply(answers: Answers, event: MutationEvent, users: readonly string[], firstIsMe: boolean): EventDecision[] {
    const { core } = answers;
    const type = event.event_type ?? event.type ?? '';
    const rule = this.#rules[core.ruleIndex(type)];
    const assignees = this.#assignees(rule, event.data, answers);
    const id = taskId(event.data);
    const parties: Party[] = users.map((user) => ({
      user: escapeUser(user),
      named: id !== undefined && some(answers.cached(user), ([, value]) => namesId(value, id)),
      assignees: assignees.map(escapeUser),
    }));
    const { reasons, invalidated, refreshed } = core.applyEvent(type, eventJson(event.data), parties, firstIsMe);
    // Nobody to judge for: whoever watches is concerned.
    const judged: EventDecision['reason'][] = reasons.length > 0 ? reasons : ['unknown'];
    return judged.map((reason) => ({ concerned: reason !== 'other', reason, invalidated, refreshed }));
  }

  #assignees(rule: EventRule | undefined, data: unknown, answers: Answers): string[] {
    let named: string[] | undefined;
    if (rule?.assignees) {
      callSafely(() => {
        named = rule.assignees?.(data, answers.cached());
      });
    }
    return Array.isArray(named) ? named.filter((name) => typeof name === 'string') : [];
  }
}

/** An event's data as JSON for the core; data that are none tell nothing. */
export function eventJson(data: unknown): string {
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
