import { defineQuery, type CardCache, type Policy, type Query } from '../../js/index.ts';
import type { CardHass } from '../hass.ts';
import { logicalDayEnd, type LogicalDay } from '../logicalDay.ts';
import { isRecord } from '../records.ts';
import { taskId, type DailyPlan } from './answers.ts';
import { callTaskTracker, TaskTrackerError } from './service.ts';

/**
 * An encouragement, written by a language model and paid for. It speaks of the open tasks, so it is outdated once they change. Requesting a
 * new one for every completion, as the server does (six for three completions seen by two pages), pays for texts that nobody reads. Hence
 * events leave it alone (`onEvent: 'keep'`), and at each poll the fetcher compares the plan with the one the text was written for. It pays
 * only if that changed, and at most every ten minutes: a burst of completions costs one text, other users' tasks none, and a display that
 * is on all day one a day.
 */
export interface Encouragement {
  text: string;
  /** The open tasks, and the answer they were read from: a plan under another filter has other tasks. */
  work: string;
  plan: string;
  written: number;
  user_context?: LogicalDay;
}

export const ENCOURAGEMENT_ENDPOINT = 'encouragement';

const DAY = 86_400_000;

/** More than the 300 s for which the server itself repeats a text. */
const WRITTEN_AT_MOST_EVERY = 600_000;

export const encouragementPolicy: Policy<Encouragement> = {
  version: '1',
  check: isEncouragement,
  onEvent: 'keep',
  cost: 100,
  expiresAt: (words) => words.user_context && logicalDayEnd(words.user_context),
  // No second attempt, which could be a second payment.
  retry: { attempts: 1 },
  timeout: 90_000,
};

export function encouragementQuery(
  hass: () => CardHass,
  cache: CardCache,
  plan: Query<DailyPlan>,
): (user: string) => Query<Encouragement> {
  return defineQuery<Encouragement>(ENCOURAGEMENT_ENDPOINT, async ({ key, stale }, username) => {
    // Without a cache the shown text still avoids a second payment.
    const written = cache.peek<Encouragement>(key) ?? (stale && isOfThisDay(stale) ? stale : undefined);
    const current = written ? cache.peek<DailyPlan>(plan.key) : await cache.getOrFetch(plan);
    if (written && (!current || isTimely(written, plan.key, current))) return written;
    const now = Date.now();
    const { data, user_context } = await callTaskTracker(hass(), 'get_daily_plan_encouragement', { username });
    if (!isRecord(data) || typeof data.encouragement !== 'string') {
      throw new TaskTrackerError('TaskTracker’s get_daily_plan_encouragement returned no text.');
    }
    return {
      text: data.encouragement,
      work: current ? workLeft(current) : '',
      plan: plan.key,
      written: now,
      user_context,
    };
  });
}

/** Whether the text still fits: words about work to do must not stand over an empty plan. */
export function fitsPlan(words: Encouragement, plan: DailyPlan | undefined): boolean {
  return plan === undefined || workLeft(plan) !== '' || words.work === '';
}

function isOfThisDay({ user_context: day, written }: Encouragement): boolean {
  return Date.now() < ((day && logicalDayEnd(day)) ?? written + DAY);
}

function isTimely(words: Encouragement, planKey: string, plan: DailyPlan): boolean {
  if (Date.now() - words.written < WRITTEN_AT_MOST_EVERY) return true;
  return words.plan !== planKey || words.work === workLeft(plan);
}

function workLeft(plan: DailyPlan): string {
  return [...plan.tasks, ...plan.self_care]
    .filter((task) => task.completed !== true)
    .map((task) => `${taskId(task)}:${task.outstanding_occurrences ?? 1}`)
    .sort()
    .join(' ');
}

function isEncouragement(value: unknown): value is Encouragement {
  return (
    isRecord(value) &&
    typeof value.text === 'string' &&
    typeof value.work === 'string' &&
    typeof value.written === 'number'
  );
}
