import { writeEncouragement } from './encouragement.mjs';
import { people } from './people.mjs';

const LIST_LIFE = 300_000;
const list = (items) => ({ items, count: items.length });
const nameOf = (username) => people.find((person) => person.username === username)?.name ?? username;

/**
 * The questions. `life`: how long the integration keeps an answer unless something changes first. `slow`: which of the delays
 * the work takes. `work(household, data, context)` gives the answer; `context` says who asks and, for paid ones, which
 * generation this is.
 */
export const readServices = {
  get_daily_plan: {
    fields: { username: 'text', select_recommended: 'flag', fair_weather: 'flag' },
    life: Infinity,
    slow: 'call',
    work: (household, data, { caller }) => ({
      data: household.plan(data.username ?? caller, {
        recommendedOnly: data.select_recommended,
        fairWeather: data.fair_weather,
      }),
    }),
  },
  get_daily_plan_encouragement: {
    fields: { username: 'text', force_refresh: 'flag' },
    life: 300_000,
    slow: 'encouragement',
    paid: true,
    work(household, data, { caller, generation }) {
      const username = data.username ?? caller;
      const encouragement = writeEncouragement({
        plan: household.plan(username),
        name: nameOf(username),
        generation,
      });
      return { spoken_response: encouragement, data: { encouragement, generation } };
    },
  },
  get_available_tasks: {
    fields: { username: 'text', available_minutes: 'number', upcoming_days: 'number' },
    life: LIST_LIFE,
    slow: 'call',
    work: (household, data) => ({
      data: list(
        household.openTasks({
          username: data.username,
          withinMinutes: data.available_minutes,
          upcomingDays: data.upcoming_days,
        }),
      ),
    }),
  },
  get_recommended_tasks: {
    fields: { username: 'text', available_minutes: 'number!' },
    life: LIST_LIFE,
    slow: 'call',
    work: (household, data, { caller }) => ({
      data: list(
        household.openTasks({ username: data.username ?? caller, withinMinutes: data.available_minutes }).slice(0, 5),
      ),
    }),
  },
  get_recent_completions: {
    fields: { username: 'text', days: 'number', limit: 'number' },
    life: LIST_LIFE,
    slow: 'call',
    work: (household, data) => ({ data: list(household.completions(data)) }),
  },
  get_available_users: {
    fields: {},
    life: 600_000,
    slow: 'call',
    withoutContext: true,
    work: () => ({
      data: {
        users: people.map((person) => person.username),
        enhanced_users: people.map((person) => ({
          username: person.username,
          display_name: person.name,
          ha_user_id: person.id,
        })),
      },
    }),
  },
};
