import { writeEncouragement } from './encouragement.mjs';

const LIST_LIFE = 300_000;
const list = (items) => ({ items, count: items.length });
const nameOf = ({ people }, username) => people.find((person) => person.username === username)?.name ?? username;

/**
 * The reads. `life`: how long the integration keeps an answer unless something changes. `slow`: which delay the work takes.
 * `work(household, data, context)` returns the answer; `context` names the caller and, for paid answers, the number of the generation.
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
        name: nameOf(household, username),
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
    work(household, { username, available_minutes: minutes }, { caller }) {
      const tasks = household.openTasks({ username: username ?? caller, withinMinutes: minutes }).slice(0, 5);
      return { spoken_response: `${tasks.length} tasks fit into ${minutes} minutes`, data: list(tasks) };
    },
  },
  get_recent_completions: {
    fields: { username: 'text', days: 'number', limit: 'number' },
    life: LIST_LIFE,
    slow: 'call',
    work: (household, data) => ({ data: list(household.completions(data)) }),
  },
  get_all_tasks: {
    fields: { username: 'text', thin: 'flag' },
    life: LIST_LIFE,
    slow: 'call',
    work: (household, data) => ({ data: list(household.allTasks(data)) }),
  },
  list_leftovers: {
    fields: { username: 'text' },
    life: LIST_LIFE,
    slow: 'call',
    work: (household, data) => ({ data: list(household.leftovers(data)) }),
  },
  get_daily_state: {
    fields: { username: 'text' },
    life: LIST_LIFE,
    slow: 'call',
    work: (household, data, { caller }) => ({ data: household.dailyState(data.username ?? caller) }),
  },
  get_available_users: {
    fields: {},
    life: 600_000,
    slow: 'call',
    withoutContext: true,
    work: ({ people }) => ({
      spoken_response: `Available users: ${people.map(({ username }) => username).join(', ')}`,
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
