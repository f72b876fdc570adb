import { addDays } from './logical_day.mjs';
import { taskRecord } from './task_record.mjs';

const both = ['gabriel', 'sara'];
const gabriel = ['gabriel'];
const sara = ['sara'];

// [name, who, minutes, priority 1 (high) to 3, due in days, repeated after days, only in fair weather]
const recurring = [
  ['Put out the bins', both, 10, 1, 0, 7],
  ['Clean the kitchen', both, 25, 2, -2, 3],
  ['Water the plants', sara, 10, 3, 0, 4],
  ['Pay the bills', gabriel, 15, 1, -1, 30],
  ['Change the bed sheets', sara, 20, 2, 0, 14],
  ['Vacuum the living room', gabriel, 30, 3, 0, 7],
  ['Mow the lawn', gabriel, 40, 3, 0, 10, true],
  ['Wash the windows', both, 60, 3, 2, 60, true],
];

// [name, who, minutes, priority, due in days]
const adHoc = [
  ['Book the dentist', sara, 5, 2, 0],
  ['Mend the bicycle', gabriel, 45, 2, 0],
  ['Call the plumber', both, 10, 1, 0],
];

const morning = ['Morning', '06:30', '10:00'];
const afternoon = ['Afternoon', '12:00', '17:00'];
const evening = ['Evening', '19:00', '22:30'];

// [id, name, who, minutes, windows of the day, level]
const selfCare = [
  [4, 'Stretch', both, 10, [], 2],
  [11, 'Brush teeth', gabriel, 3, [morning, evening], 1],
  [12, 'Drink a glass of water', gabriel, 1, [morning, afternoon, evening], 1],
  [13, 'Take medication', sara, 2, [morning, evening], 1],
];

/** The tasks of the first day. As in TaskTracker, an id is unique per type only: 4 is a chore and a self-care task. */
export function startingTasks(today) {
  return [
    ...recurring.map(([name, who, minutes, priority, due, every, fair = false], index) =>
      taskRecord('RecurringTask', index + 1, name, who, minutes, priority, {
        due: addDays(today, due),
        frequency_value: every,
        frequency_unit: 'days',
        requires_fair_weather: fair,
      }),
    ),
    ...adHoc.map(([name, who, minutes, priority, due], index) =>
      taskRecord('AdHocTask', index + 101, name, who, minutes, priority, { due: addDays(today, due) }),
    ),
    ...selfCare.map(([id, name, who, minutes, windows, level]) =>
      taskRecord('SelfCareTask', id, name, who, minutes, level, {
        level,
        required_occurrences: Math.max(1, windows.length),
        windows: windows.map(([label, start, end]) => ({ label, start, end })),
        doneOn: today,
        done: [],
      }),
    ),
  ];
}
