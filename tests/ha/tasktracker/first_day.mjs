// The household that each test starts with. Ids meet across types on purpose (recurring 2, 3 and 4 against self-care 2, 3 and 4). There
// are tasks of one user alone, of two, and of a third user, whom no other user's plan names.
import { addDays, DAY } from '../../../web/server/logical_day.mjs';
import { taskRecord } from '../../../web/server/task_record.mjs';

const both = ['gabriel', 'sara'];
const gabriel = ['gabriel'];
const sara = ['sara'];
const tom = ['tom'];

// [id, name, who, minutes, priority, score, due in days, repeated after days, more]
const recurring = [
  [1, 'Empty the dishwasher', both, 10, 1, 0.9, 0, 1],
  [2, 'Descale the kettle', both, 25, 2, 0.8, -2, 7],
  [3, 'Feed the sourdough', sara, 10, 3, 0.7, 0, 3],
  [
    4,
    'Rake the leaves',
    gabriel,
    60,
    3,
    0.2,
    0,
    7,
    { requires_fair_weather: true, last_completion_notes: 'The rake has a loose tooth' },
  ],
  [5, 'File the receipts', gabriel, 15, 1, 0.95, -1, 30],
  [6, 'Sweep the stairs', sara, 30, 2, 0.6, 5, 7],
  [7, 'Air the bedding', sara, 20, 2, 0.65, 0, 7],
  [8, 'Oil the bike chain', tom, 20, 2, 0.7, 0, 14],
];

// [id, name, who, minutes, priority, score]
const adHoc = [
  [101, 'Replace the hallway bulb', gabriel, 30, 2, 0.75],
  [102, 'Return the library books', sara, 5, 2, 0.7],
  [103, 'Order train tickets', tom, 10, 1, 0.8],
];

// [id, name, who, minutes, priority, [label, start, end] of each window, level]
const selfCare = [
  [
    1,
    'Floss',
    gabriel,
    3,
    1,
    [
      ['Morning', '06:00', '10:00'],
      ['Evening', '20:00', '23:30'],
    ],
  ],
  [
    2,
    'A glass of water',
    gabriel,
    1,
    2,
    [
      ['Morning', '07:00', '11:00'],
      ['Afternoon', '12:00', '17:00'],
      ['Evening', '18:00', '22:00'],
    ],
  ],
  [
    3,
    'Vitamins',
    sara,
    2,
    1,
    [
      ['Morning', '07:00', '09:00'],
      ['Evening', '19:00', '21:00'],
    ],
  ],
  [4, 'Loosen the shoulders', both, 10, 3, [], 2],
];

/** What a `Household` starts with. */
export function firstDay(today, now) {
  const completion = (id, taskId, name, by, daysAgo, notes, minutes) => ({
    id,
    task_id: taskId,
    task_type: 'RecurringTask',
    task_name: name,
    completed_by: by,
    completed_at: new Date(now - daysAgo * DAY).toISOString(),
    notes,
    duration_minutes: minutes,
  });
  const leftover = (id, name, users, shelfLife, daysAgo) => ({
    id,
    name,
    assigned_users: users,
    shelf_life_days: shelfLife,
    created_at: new Date(now - daysAgo * DAY).toISOString(),
    task_type: 'Leftover',
  });
  return {
    tasks: [
      ...recurring.map(([id, name, who, minutes, priority, score, due, every, more]) =>
        taskRecord('RecurringTask', id, name, who, minutes, priority, {
          score,
          due: addDays(today, due),
          frequency_value: every,
          frequency_unit: 'days',
          ...more,
        }),
      ),
      ...adHoc.map(([id, name, who, minutes, priority, score]) =>
        taskRecord('AdHocTask', id, name, who, minutes, priority, { score, due: today }),
      ),
      ...selfCare.map(([id, name, who, minutes, priority, windows, level = 1]) =>
        taskRecord('SelfCareTask', id, name, who, minutes, priority, {
          level,
          required_occurrences: Math.max(1, windows.length),
          windows: windows.map(([label, start, end]) => ({ label, start, end })),
          doneOn: today,
          done: [],
        }),
      ),
    ],
    completions: [
      completion(502, 1, 'Empty the dishwasher', 'gabriel', 3, 'The lower rack sticks', 10),
      completion(501, 6, 'Sweep the stairs', 'sara', 2, '', 30),
    ],
    leftovers: [
      leftover(201, 'Vegetable stew', both, 4, 1),
      leftover(202, 'Potato salad', sara, 4, 6),
      leftover(203, 'Flatbread', [], 3, 0),
    ],
  };
}
