/** The fields of every task. `more`: further fields of its type, or other values. */
export function taskRecord(type, id, name, assigned, minutes, priority, more = {}) {
  return {
    id,
    task_type: type,
    name,
    assigned_users: [...assigned],
    duration_minutes: minutes,
    priority,
    notes: '',
    tags: [],
    task_nudges: [],
    last_completed: null,
    last_completion_notes: null,
    requires_fair_weather: false,
    ...more,
  };
}
