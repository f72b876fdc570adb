const pick = (choices, number) => choices[number % choices.length];

function counted(count, one, many) {
  return `${count === 1 ? 'one' : String(count)} ${count === 1 ? one : many}`;
}

/** A short text about a plan, in place of a paid language model's. Each generation reads the plan anew and differs a little. */
export function writeEncouragement({ plan, name, generation }) {
  const open = plan.tasks;
  const care = plan.self_care.filter((task) => !task.completed);
  if (open.length === 0 && care.length === 0) {
    return pick(
      [`Everything is done, ${name}. Enjoy the rest of the day.`, `Nothing left for today, ${name}: well done.`],
      generation,
    );
  }
  if (open.length === 0) {
    return `The chores are done, ${name}. Now yourself: ${care[0].name.toLowerCase()} is still open.`;
  }

  const minutes = open.reduce((sum, task) => sum + task.duration_minutes, 0);
  const late = open.find((task) => task.is_overdue);
  const quick = [...open].sort((a, b) => a.duration_minutes - b.duration_minutes)[0];
  const opening = pick(
    [
      `${name}, ${counted(open.length, 'task', 'tasks')} today, about ${minutes} minutes in all.`,
      `About ${minutes} minutes of work are left, ${name}.`,
      `Only ${counted(open.length, 'more thing', 'more things')} to do, ${name}.`,
    ],
    generation,
  );
  const advice = late
    ? pick(
        [
          `Begin with “${late.name}”: it has waited ${counted(late.days_overdue, 'day', 'days')}.`,
          `“${late.name}” first, and the rest will feel light.`,
        ],
        generation,
      )
    : pick(
        [
          `“${quick.name}” takes ${counted(quick.duration_minutes, 'minute', 'minutes')}: a good start.`,
          `Take “${quick.name}” first, and the day is rolling.`,
        ],
        generation,
      );
  return `${opening} ${advice}`;
}
