// Answers as servers give them, made of chance that can be had again: what benches compress and time. Nothing of it is in the
// corpus that the core's dictionary was made from (wasm/toolchain/dictionary_corpus.mjs): other people, things and numbers, and
// kinds of answers that the dictionary has never seen.

/** mulberry32: the same numbers everywhere. */
function chanceOf(seed) {
  let state = seed;
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (limit) => Math.floor(next() * limit);
  return {
    below,
    oneOf: (list) => list[below(list.length)],
    oneIn: (count) => below(count) === 0,
    round: (value, digits) => Number((value * next()).toFixed(digits)),
    moment: (days) => new Date(Date.UTC(2027, 2, 14, 18) - below(days * 86_400_000)).toISOString(),
  };
}

const PEOPLE = ['mira', 'jonas', 'oskar'];
const DEEDS = 'Wipe Dust Sort Empty Refill Repair Check Scrub Oil Fold Iron Order Return Label'.split(' ');
const THINGS = (
  'the pantry shelf,the dishwasher filter,the compost,bathroom tiles,the car tyres,the guinea pig cage,school papers,' +
  'the coffee machine,winter jackets,the smoke alarms,library books,the gutter,the fridge door,old batteries,the doormat'
).split(',');
const WORDS = (
  'with the blue cloth not sponge ask grandma for key first bitte vor 18 Uhr sonst schläft Oskar schon needs two people ' +
  'ladder stands behind garage door careful handle is loose 🙂 twice if it rained use vinegar instead of soap see manual ' +
  'page 14 bring cash they close at noon und danach lüften batteries type AAA in drawer left side above stove'
).split(' ');
const LABELS = ['kitchen', 'outside', 'paperwork', 'quick', 'pets'];

/** Of four to nine words. */
const remark = (chance) => Array.from({ length: 4 + chance.below(6) }, () => chance.oneOf(WORDS)).join(' ');

function task(chance, id) {
  const kind = chance.oneOf(['RecurringTask', 'RecurringTask', 'RecurringTask', 'AdHocTask', 'SelfCareTask']);
  const late = Math.max(0, chance.below(9) - 5);
  const due = new Date(Date.UTC(2027, 2, 14 - late, 12)).toISOString().replace('.000', '');
  const done = !chance.oneIn(3);
  return {
    energy_cost: 1 + chance.below(4),
    focus_cost: 1 + chance.below(3),
    pain_cost: chance.below(2),
    motivation_boost: chance.below(3),
    satisfaction: 1 + chance.below(5),
    impact: 1 + chance.below(5),
    suitable_after_hours: chance.oneIn(4) ? 'no' : 'yes',
    allowed_days: chance.oneIn(5) ? [0, 6] : [0, 1, 2, 3, 4, 5, 6],
    requires_fair_weather: chance.oneIn(8),
    overdue_severity: Math.min(3, late),
    is_active: true,
    notes: chance.oneIn(3) ? remark(chance) : '',
    tags: chance.oneIn(3) ? [chance.oneOf(LABELS)] : [],
    task_nudges: [],
    last_completed: done ? chance.moment(40) : null,
    last_completion_notes: done && chance.oneIn(3) ? remark(chance) : null,
    id,
    task_type: kind,
    name: `${chance.oneOf(DEEDS)} ${chance.oneOf(THINGS)}`,
    assigned_users: chance.oneIn(3) ? ['mira', 'jonas'] : [chance.oneOf(PEOPLE)],
    duration_minutes: 5 * (1 + chance.below(10)),
    priority: 1 + chance.below(3),
    ...(kind === 'RecurringTask' && { frequency_value: 1 + chance.below(30), frequency_unit: 'days' }),
    ...(kind === 'SelfCareTask' && {
      level: 1 + chance.below(3),
      required_occurrences: 1,
      windows: [{ label: 'Morning', start: '06:45', end: '09:15', completed: chance.oneIn(2) }],
      outstanding_occurrences: 1,
    }),
    recommendation_score: chance.round(1, 4),
    completed: false,
    ...(kind === 'SelfCareTask' ? {} : { due_date: due }),
    ...(kind === 'AdHocTask' ? {} : { next_due: due }),
    is_overdue: late > 0,
    days_overdue: late,
  };
}

const enveloped = (data) => ({
  success: true,
  data,
  user_context: {
    timezone: 'Europe/Vienna',
    daily_reset_time: '04:30:00',
    current_logical_date: '2027-03-14',
    daily_task_cutoff_time: '21:00:00',
  },
});

function tasks(seed, count, from = 1) {
  const chance = chanceOf(seed);
  return Array.from({ length: count }, (_, index) => task(chance, from + index));
}

function plan(seed, count) {
  const all = tasks(seed, count);
  const isCare = ({ task_type: kind }) => kind === 'SelfCareTask';
  return enveloped({
    self_care: all.filter(isCare),
    tasks: all.filter((one) => !isCare(one)),
    using_defaults: false,
  });
}

function encouragement() {
  const text =
    'You have already put the hardest thing behind you, Mira. Two small jobs are left: sort the school papers while the ' +
    'kettle boils, and take the compost down when you leave anyway. Then the evening is yours, and there is half a ' +
    'cake left from yesterday. Jonas knows nothing of it yet, and it need not stay so.';
  return { ...enveloped({ encouragement: text, generation: 4 }), spoken_response: 'Two small jobs are left.' };
}

/** What an hour's mean of a sensor looks like in Home Assistant's long-term statistics. */
function energy(seed, hours) {
  const chance = chanceOf(seed);
  let sum = 18_234.5;
  return {
    'sensor.heat_pump_consumption': Array.from({ length: hours }, (_, index) => {
      const change = chance.round(2, 3);
      sum = Number((sum + change).toFixed(3));
      const start = Date.UTC(2027, 2, 7) + index * 3_600_000;
      return { start, end: start + 3_600_000, change, sum, state: sum };
    }),
  };
}

function forecast(seed, hours) {
  const chance = chanceOf(seed);
  return {
    forecast: Array.from({ length: hours }, (_, index) => ({
      condition: chance.oneOf(['cloudy', 'rainy', 'partlycloudy', 'sunny']),
      datetime: new Date(Date.UTC(2027, 2, 14, index)).toISOString().replace('.000Z', '+00:00'),
      wind_bearing: chance.round(360, 1),
      temperature: chance.round(18, 1),
      wind_speed: chance.round(30, 1),
      precipitation: chance.oneIn(3) ? chance.round(4, 1) : 0,
      humidity: 40 + chance.below(60),
    })),
  };
}

function tickets(seed, count) {
  const chance = chanceOf(seed);
  return Array.from({ length: count }, (_, index) => ({
    key: `GARDEN-${412 + index}`,
    summary: `${chance.oneOf(DEEDS)} ${chance.oneOf(THINGS)} before the release`,
    assignee: {
      accountId: chance.below(2 ** 32).toString(16),
      displayName: chance.oneOf(['Mira Huber', 'Jonas Falk']),
    },
    status: chance.oneOf(['To Do', 'In Progress', 'In Review', 'Done']),
    storyPoints: chance.oneOf([1, 2, 3, 5, 8, null]),
    updated: chance.moment(90),
    sprint: { id: 88, name: 'Sprint 41', goal: 'Ship the shed' },
  }));
}

/** By name, in the order of a table; the first four are those that a card of tasks asks for. */
export const answers = {
  'encouragement, 556 B': encouragement(),
  'three tasks, 2 kB': enveloped({ items: tasks(3, 3), count: 3 }),
  'daily plan, 8 kB': plan(11, 12),
  'all tasks, 76 kB': enveloped({ items: tasks(5, 115), count: 115 }),
  'energy by the hour': energy(7, 168),
  'weather forecast': forecast(8, 48),
  'tickets of a sprint': tickets(9, 25),
};
