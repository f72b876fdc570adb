// Answers of the kinds that cards ask for, which the core's dictionary is made from: shapes and usual values are theirs, names and
// numbers are spread, so that nothing of one household gets into what every page loads. Whoever asks for other kinds (tests/bench has
// some) gains by what all such JSON repeats. Every text stands here or comes from arithmetic: the same corpus everywhere.

/** Household after household: what they call themselves and their things differs, what their servers call it does not. */
const households = [
  { people: ['anna', 'ben'], zone: 'Europe/Berlin', reset: '05:00:00', cutoff: '20:00:00' },
  { people: ['chloe', 'dario', 'emil'], zone: 'America/New_York', reset: '04:00:00', cutoff: '19:30:00' },
  { people: ['freya', 'goran'], zone: 'UTC', reset: '05:00:00', cutoff: '20:00:00' },
  { people: ['hanako', 'ivan'], zone: 'Europe/London', reset: '05:00:00', cutoff: '20:00:00' },
];
const chores = (
  'Clean kitchen,Water plants,Put out bins,Vacuum living room,Change bed sheets,Pay bills,Mow lawn,Wash windows,' +
  'Do laundry,Mop floor,Feed cat,Tidy desk,Buy groceries,Clean bathroom,Call dentist,Take out recycling'
).split(',');
const care = ['Brush teeth', 'Drink water', 'Take medication', 'Stretch', 'Go for a walk'];

const pad = (number) => String(number).padStart(2, '0');
const day = (number) =>
  `20${26 + (Math.floor(number / 360) % 4)}-${pad((Math.floor(number / 30) % 12) + 1)}-${pad((number % 28) + 1)}`;
const time = (number) => `${pad((number * 7) % 24)}:${pad((number * 13) % 60)}:${pad((number * 29) % 60)}`;
const moment = (number) => `${day(number)}T${time(number)}.${String((number * 37) % 1000).padStart(3, '0')}Z`;

const common = (n) => ({
  energy_cost: n % 7 === 0 ? 4 : 2,
  focus_cost: n % 5 === 0 ? 3 : 2,
  pain_cost: n % 6 === 0 ? 0 : 1,
  motivation_boost: n % 4 === 0 ? 1 : 0,
  satisfaction: n % 5 === 1 ? 4 : 3,
  impact: n % 6 === 1 ? 5 : 3,
  suitable_after_hours: n % 5 === 2 ? 'no' : 'yes',
  allowed_days: [0, 1, 2, 3, 4, 5, 6],
  requires_fair_weather: n % 9 === 0,
  overdue_severity: n % 4 === 0 ? 2 : 1,
  is_active: true,
  notes: '',
  tags: [],
  task_nudges: [],
  last_completed: n % 3 === 0 ? null : moment(n * 17),
  last_completion_notes: null,
  id: n,
});

function chore(n, { people }) {
  const kind = n % 4 === 3 ? 'AdHocTask' : 'RecurringTask';
  const late = n % 4 === 0 ? 1 + (n % 3) : 0;
  const due = `${day(n * 3)}T12:00:00Z`;
  return {
    ...common(n),
    task_type: kind,
    name: chores[n % chores.length],
    assigned_users: n % 3 === 0 ? people.slice(0, 2) : [people[n % people.length]],
    duration_minutes: [5, 10, 15, 20, 30, 45][n % 6],
    priority: 1 + (n % 3),
    ...(kind === 'RecurringTask' && { frequency_value: [1, 3, 7, 14, 30][n % 5], frequency_unit: 'days' }),
    recommendation_score: (50 + ((n * 11) % 50)) / 100,
    completed: false,
    due_date: due,
    ...(kind === 'RecurringTask' && { next_due: due }),
    is_overdue: late > 0,
    days_overdue: late,
  };
}

const windowsOf = (n) =>
  [
    { label: 'Morning', start: '07:00', end: '10:00', completed: n % 2 === 0 },
    { label: 'Evening', start: '20:00', end: '23:00', completed: false },
  ].slice(0, 1 + (n % 2));

const selfCare = (n, { people }) => ({
  ...common(n),
  task_type: 'SelfCareTask',
  name: care[n % care.length],
  assigned_users: [people[n % people.length]],
  duration_minutes: 1 + (n % 10),
  priority: 1,
  level: 1 + (n % 2),
  required_occurrences: 1 + (n % 2),
  windows: windowsOf(n),
  recommendation_score: 0.9,
  outstanding_occurrences: 1 + (n % 2),
  completed: false,
  next_due: `${day(n)}T23:59:00Z`,
  is_overdue: false,
  days_overdue: 0,
});

const completion = (n, { people }) => ({
  id: 500 + n,
  task_id: n % 20,
  task_type: n % 4 === 0 ? 'SelfCareTask' : 'RecurringTask',
  task_name: chores[(n * 5) % chores.length],
  completed_by: people[n % people.length],
  completed_at: moment(n * 19),
  notes: '',
  duration_minutes: [5, 10, 15, 30][n % 4],
});

const leftover = (n, { people }) => ({
  id: 200 + n,
  name: ['Lasagna', 'Soup', 'Rice', 'Curry'][n % 4],
  assigned_users: [people[n % people.length]],
  shelf_life_days: 3 + (n % 3),
  created_at: moment(n * 23),
  task_type: 'Leftover',
  due_date: `${day(n * 2)}T12:00:00Z`,
  is_overdue: n % 3 === 0,
  days_overdue: n % 3 === 0 ? 1 : 0,
});

const listOf = (count, from, make) => Array.from({ length: count }, (_, index) => make(from + index));

function taskAnswers(household, turn) {
  const of = (make) => (n) => make(n, household);
  const answer = (data, spoken) => ({
    success: true,
    ...(spoken && { spoken_response: spoken }),
    data,
    user_context: {
      timezone: household.zone,
      daily_reset_time: household.reset,
      current_logical_date: day(turn * 41),
      daily_task_cutoff_time: household.cutoff,
    },
  });
  const items = (list) => answer({ items: list, count: list.length });
  return [
    answer({
      self_care: listOf(2, turn * 31, of(selfCare)),
      tasks: listOf(6, turn * 37, of(chore)),
      using_defaults: turn % 2 === 0,
    }),
    items(listOf(3, turn * 43, of(chore))),
    items(listOf(8, turn * 47, of(completion))),
    items(listOf(3, turn * 53, of(leftover))),
    answer({ encouragement: 'Only two tasks to go today. You can do this!', generation: turn }, 'You can do this!'),
    answer({ date: day(turn * 3), energy: 3, motivation: 3, focus: 3, pain: 1, mood: 0, free_time: 3, is_sick: false }),
    items(
      listOf(8, turn * 59, (n) => {
        const { id, name, task_type: kind, assigned_users: users } = chore(n, household);
        return { id, name, task_type: kind, assigned_users: users };
      }),
    ),
  ];
}

const rooms = ['living_room', 'kitchen', 'bedroom', 'bathroom', 'office', 'hallway', 'garage', 'outdoor'];

/** History, statistics, to-do items and calendars as a home's server gives them, a room's entities at a time. */
function homeAnswers(turn) {
  const room = rooms[turn % rooms.length];
  const label = room.replace('_', ' ');
  const iso = (n) => `${day(n)}T${time(n)}.${String((n * 7919) % 1_000_000).padStart(6, '0')}+00:00`;
  const temperature = {
    state_class: 'measurement',
    unit_of_measurement: '°C',
    device_class: 'temperature',
    friendly_name: `${label} temperature`,
  };
  const epoch = (n) => 1_764_000_000_000 + turn * 86_400_000 + n * 3_600_000;
  return [
    [
      listOf(5, turn * 61, (n) => ({
        entity_id: `sensor.${room}_temperature`,
        state: String((180 + ((n * 7) % 60)) / 10),
        attributes: temperature,
        last_changed: iso(n),
        last_reported: iso(n),
        last_updated: iso(n),
      })),
    ],
    {
      [`sensor.${room}_temperature`]: listOf(6, turn, (n) => ({
        s: String((190 + ((n * 3) % 40)) / 10),
        lu: epoch(n) / 1000 + 0.123,
      })),
      [`binary_sensor.${room}_motion`]: listOf(6, turn, (n) => ({
        s: n % 2 ? 'on' : 'off',
        a: { device_class: 'motion', friendly_name: `${label} motion` },
        lc: epoch(n) / 1000 + 0.456,
        lu: epoch(n) / 1000 + 0.456,
      })),
    },
    {
      [`sensor.${room}_power`]: listOf(6, turn, (n) => ({
        start: epoch(n),
        end: epoch(n + 1),
        mean: ((n * 7919) % 100_000) / 1000,
        min: ((n * 31) % 900) / 10,
        max: 100 + ((n * 17) % 900) / 10,
        last_reset: null,
        state: (n * 101) / 10,
        sum: (n * 1009) / 10,
        change: (n % 10) / 10,
      })),
    },
    {
      'todo.shopping_list': {
        items: listOf(6, turn * 3, (n) => ({
          summary: ['Milk', 'Bread', 'Coffee', 'Apples', 'Cheese'][n % 5],
          uid: `${((n * 2654435761) >>> 0).toString(16).padStart(8, '0')}-0000-11ef-8000-000000000000`,
          status: n % 3 ? 'needs_action' : 'completed',
          due: day(n),
          description: '',
        })),
      },
    },
    {
      'calendar.family': {
        events: listOf(4, turn * 5, (n) => ({
          start: `${day(n)}T${pad(8 + (n % 9))}:00:00+01:00`,
          end: `${day(n)}T${pad(9 + (n % 9))}:30:00+01:00`,
          summary: ['School', 'Training', 'Dinner', 'Meeting'][n % 4],
          description: '',
          location: '',
        })),
      },
    },
    listOf(5, turn * 7, (n) => ({
      start: { dateTime: `${day(n)}T${pad(8 + (n % 9))}:00:00+01:00` },
      end: { dateTime: `${day(n)}T${pad(9 + (n % 9))}:00:00+01:00` },
      summary: ['School', 'Training', 'Dinner', 'Meeting'][n % 4],
      description: null,
      location: null,
      uid: `event-${n}`,
      recurrence_id: null,
      rrule: n % 2 ? 'FREQ=WEEKLY' : null,
    })),
    listOf(4, turn * 11, (n) => ({
      entity_id: `light.${rooms[n % rooms.length]}`,
      state: n % 2 ? 'on' : 'off',
      attributes: {
        supported_color_modes: ['brightness'],
        color_mode: n % 2 ? 'brightness' : null,
        brightness: n % 2 ? 50 + (n % 200) : null,
        friendly_name: rooms[n % rooms.length].replace('_', ' '),
        supported_features: 0,
        icon: 'mdi:lightbulb',
      },
      last_changed: iso(n * 3),
      last_updated: iso(n * 3),
      context: { id: `01J${((n * 2654435761) >>> 0).toString(36).toUpperCase()}`, parent_id: null, user_id: null },
    })),
  ];
}

/** Teams and their figures. */
function teamAnswers(turn) {
  const names = ['Core', 'Web', 'Data', 'Mobile', 'Platform'];
  return [
    listOf(5, turn * 5, (n) => ({
      id: n,
      name: names[n % names.length],
      description: '',
      is_active: true,
      created_at: moment(n),
      updated_at: moment(n * 3),
      members: listOf(2, n, (m) => ({ id: m, name: `member ${m}`, email: `m${m}@example.com`, role: 'developer' })),
    })),
    {
      team_id: turn,
      velocity: 20 + (turn % 15),
      average_velocity: 20 + (turn % 7) / 2,
      completed_points: 30 + turn,
      planned_points: 35 + turn,
      completion_rate: 0.5 + (turn % 5) / 10,
      cycle_time: 2 + (turn % 30) / 10,
      lead_time: 4 + (turn % 40) / 10,
      throughput: 10 + turn,
      defects: turn % 4,
      trend: null,
      sprints: listOf(4, turn, (n) => ({
        id: n,
        name: `Sprint ${n}`,
        status: n % 2 ? 'completed' : 'active',
        start_date: day(n * 14),
        end_date: day(n * 14 + 13),
        planned_points: 30 + n,
        completed_points: 28 + n,
        velocity: 28 + n,
      })),
    },
    listOf(4, turn * 13, (n) => ({
      id: n,
      title: `Item ${n}`,
      type: n % 2 ? 'story' : 'bug',
      status: ['todo', 'in_progress', 'done'][n % 3],
      priority: ['low', 'medium', 'high'][n % 3],
      points: [1, 2, 3, 5, 8][n % 5],
      assignee: null,
      labels: [],
      created_at: moment(n),
      updated_at: moment(n * 2),
    })),
  ];
}

/** The answers, each as its JSON. */
export function dictionaryCorpus() {
  const turns = Array.from({ length: 8 }, (_, turn) => turn + 1);
  return turns
    .flatMap((turn) => [
      ...taskAnswers(households[turn % households.length], turn),
      ...homeAnswers(turn),
      ...teamAnswers(turn),
    ])
    .map((answer) => JSON.stringify(answer));
}
