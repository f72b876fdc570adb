import { ServiceError } from './service_error.mjs';

const optional = (value) => value ?? null;
const isLeftover = (data) => data.event_type === 'leftover_disposed';

/**
 * The writes. `work` returns the answer, `event` the event for all subscribers, with the fields of the integration's events.
 * `assigned_users` of a completion is looked up afterwards, so it is mostly empty.
 */
export const writeServices = {
  complete_task: {
    fields: { task_id: 'number!', task_type: 'taskType!', completed_by: 'text', notes: 'text', completed_at: 'date' },
    work(household, data, { caller }) {
      const done = household.complete({
        type: data.task_type,
        id: data.task_id,
        by: data.completed_by ?? caller,
        notes: data.notes,
        at: data.completed_at,
      });
      return { spoken_response: `Completed ${done.task.name}`, data: done };
    },
    event: (household, data, answer, { caller }) => ({
      event_type: 'tasktracker_task_completed',
      data: {
        task_id: data.task_id,
        username: data.completed_by ?? caller,
        notes: optional(data.notes),
        completion_data: answer.data,
        assigned_users: household.assignedInPlans(data.task_id),
      },
    }),
  },
  complete_task_by_name: {
    fields: { name: 'text!', completed_by: 'text', notes: 'text', completed_at: 'date', event_type: 'text' },
    work(household, data, { caller }) {
      const asked = { name: data.name, by: data.completed_by ?? caller, notes: data.notes, at: data.completed_at };
      const done = isLeftover(data) ? household.disposeByName(asked) : household.completeByName(asked);
      return { spoken_response: `Completed ${done.matched_name}`, data: done };
    },
    event(household, data, answer, { caller }) {
      const who = { username: data.completed_by ?? caller, notes: optional(data.notes), assigned_users: [] };
      return isLeftover(data)
        ? {
            event_type: 'tasktracker_leftover_disposed',
            data: { leftover_name: data.name, ...who, disposal_data: answer.data },
          }
        : {
            event_type: 'tasktracker_task_completed',
            data: { task_name: data.name, ...who, completion_data: answer.data },
          };
    },
  },
  create_adhoc_task: {
    fields: { name: 'text!', assigned_users: 'names', duration_minutes: 'number', priority: 'number' },
    work(household, data, { caller }) {
      if (data.name.trim() === '') throw new ServiceError('invalid_format', "length must be at least 1 at 'name'");
      const created = household.createAdHoc({
        name: data.name,
        assigned: data.assigned_users ?? [caller],
        minutes: data.duration_minutes,
        priority: data.priority,
      });
      return { spoken_response: `Created ${created.task.name}`, data: created };
    },
    event: (household, data, answer) => ({
      event_type: 'tasktracker_task_created',
      data: {
        task_name: data.name,
        assigned_users: answer.data.task.assigned_users,
        duration_minutes: optional(data.duration_minutes),
        priority: optional(data.priority),
        creation_data: answer.data,
      },
    }),
  },
  update_task: {
    fields: {
      task_id: 'id!',
      task_type: 'taskType!',
      name: 'text',
      assigned_users: 'names',
      duration_minutes: 'number',
      priority: 'number',
      next_due: 'date',
    },
    work(household, { task_id: id, task_type: type, ...changes }) {
      const updated = household.update(type, Number(id), changes);
      return { spoken_response: `Saved ${updated.task.name}`, data: updated };
    },
    event: (household, { task_id: id, task_type: _, ...updates }, answer) => ({
      event_type: 'tasktracker_task_updated',
      data: { task_id: String(id), updates, update_data: answer.data },
    }),
  },
  update_completion: {
    fields: {
      completion_id: 'number!',
      notes: 'text',
      completed_by: 'text',
      completed_at: 'date',
      duration_minutes: 'number',
    },
    work: (household, { completion_id: id, ...changes }) => ({
      spoken_response: 'Saved',
      data: household.updateCompletion(id, changes),
    }),
    event: (household, { completion_id: id, ...updates }, answer) => ({
      event_type: 'tasktracker_completion_updated',
      data: { completion_id: id, updates, update_data: answer.data },
    }),
  },
  delete_completion: {
    fields: { completion_id: 'number!' },
    work: (household, data) => ({ spoken_response: 'Undone', data: household.undo(data.completion_id) }),
    event: (household, data, answer) => ({
      event_type: 'tasktracker_completion_deleted',
      data: { completion_id: data.completion_id, deletion_data: answer.data },
    }),
  },
  create_leftover: {
    fields: { name: 'text!', assigned_users: 'names', shelf_life_days: 'number', days_ago: 'number' },
    work(household, data) {
      const created = household.createLeftover({
        name: data.name,
        assigned: data.assigned_users,
        shelfLife: data.shelf_life_days,
        daysAgo: data.days_ago,
      });
      return { spoken_response: `Added ${data.name}`, data: created };
    },
    // Unlike in task_created, `assigned_users` is null if the caller names nobody.
    event: (household, data, answer) => ({
      event_type: 'tasktracker_leftover_created',
      data: {
        leftover_name: data.name,
        assigned_users: optional(data.assigned_users),
        shelf_life_days: optional(data.shelf_life_days),
        days_ago: optional(data.days_ago),
        creation_data: answer.data,
      },
    }),
  },
  set_daily_state: {
    fields: {
      username: 'text',
      energy: 'number',
      motivation: 'number',
      focus: 'number',
      pain: 'number',
      free_time: 'number',
      mood: 'number',
      is_sick: 'flag',
    },
    work: (household, { username, ...values }, { caller }) => ({
      spoken_response: 'Daily state saved',
      data: household.setDailyState(username ?? caller, values),
    }),
    event: (household, data, answer, { caller }) => ({
      event_type: 'tasktracker_daily_state_set',
      data: { username: data.username ?? caller, state_data: answer.data },
    }),
  },
};
