import { defineQuery, type CardCache, type Policy, type Query } from '../../js/index.ts';
import type { CardHass } from '../hass.ts';
import { logicalDayEnd, type LogicalDay } from '../logicalDay.ts';
import { isRecord } from '../records.ts';
import { taskId, type DailyPlan } from './answers.ts';
import { callTaskTracker, TaskTrackerError } from './service.ts';

/**
 * Words about the day, written by a language model and paid for.
 *
 * They speak of the work that is left, so they are out of date once it changes; but writing them anew for every completion (the
 * server does: six times for three completions seen by two pages) pays for words that nobody has read. Hence: mutation events
 * leave them alone (`onEvent: 'keep'`), and at each poll the fetcher looks whether the plan still holds the work they were
 * written for. It pays only if that changed, and then at most every ten minutes: a burst of completions costs one writing, other
 * users' tasks none, and a display that hangs on the wall all day one a day.
 */
export interface Encouragement {
  text: string;
  /** What was left to do, and in which answer that was read (a plan under another filter holds other work). */
  work: string;
  plan: string;
  written: number;
  user_context?: LogicalDay;
}

export const ENCOURAGEMENT_ENDPOINT = 'encouragement';

const DAY = 86_400_000;

/** Above the 300 s for which the server itself gives the same words again. */
const WRITTEN_AT_MOST_EVERY = 600_000;

export const encouragementPolicy: Policy<Encouragement> = {
  version: '1',
  check: isEncouragement,
  onEvent: 'keep',
  cost: 100,
  expiresAt: (words) => words.user_context && logicalDayEnd(words.user_context),
  // A second attempt may be a second payment.
  retry: { attempts: 1 },
  timeout: 90_000,
};

export function encouragementQuery(
  hass: () => CardHass,
  cache: CardCache,
  plan: Query<DailyPlan>,
): (user: string) => Query<Encouragement> {
  return defineQuery<Encouragement>(ENCOURAGEMENT_ENDPOINT, async ({ key, stale }, username) => {
    // Where nothing is kept, what is shown still spares a second payment.
    const written = cache.peek<Encouragement>(key) ?? (stale && isOfThisDay(stale) ? stale : undefined);
    const current = written ? cache.peek<DailyPlan>(plan.key) : await cache.getOrFetch(plan);
    if (written && (!current || isTimely(written, plan.key, current))) return written;
    const now = Date.now();
    const { data, user_context } = await callTaskTracker(hass(), 'get_daily_plan_encouragement', { username });
    if (!isRecord(data) || typeof data.encouragement !== 'string') {
      throw new TaskTrackerError('get_daily_plan_encouragement answered without words');
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

/** Whether the words still fit: an emptied plan under words about work to do is the one case where they would jar. */
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
