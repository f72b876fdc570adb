import { addDays, localTime, logicalDate } from './logical_day.mjs';
import { people } from './people.mjs';
import { notFound, ServiceError } from './service_error.mjs';
import { startingTasks } from './starting_tasks.mjs';
import { taskRecord } from './task_record.mjs';
import { taskView } from './task_view.mjs';

const RESET_TIME = '05:00:00';
const RECOMMENDED_FROM = 0.85;

const byScore = (a, b) => b.recommendation_score - a.recommendation_score || a.id - b.id;
const has = (task, username) => task.assigned_users.includes(username);

/** The state behind the demo: a household's tasks and what was done of them. Answers and changes, no protocol. */
export class Household {
  #clock;
  #timeZone;
  #tasks = [];
  #completions = [];
  #nextAdHoc;
  #nextCompletion = 501;

  constructor({ clock = Date.now, timeZone = Intl.DateTimeFormat().resolvedOptions().timeZone } = {}) {
    this.#clock = clock;
    this.#timeZone = timeZone;
    this.startOver();
  }

  /** Everything as on the first day; ids of completions go on, so that an old one undoes nothing new. */
  startOver() {
    this.#tasks = startingTasks(this.today);
    this.#completions = [];
    this.#nextAdHoc = 1 + Math.max(...this.#ofType('AdHocTask').map((task) => task.id));
  }

  get today() {
    return logicalDate(this.#clock(), this.#timeZone, RESET_TIME);
  }

  get userContext() {
    return {
      timezone: this.#timeZone,
      daily_reset_time: RESET_TIME,
      daily_task_cutoff_time: '20:00:00',
      current_logical_date: this.today,
    };
  }

  plan(username, { recommendedOnly = false, fairWeather = true } = {}) {
    this.#knownUser(username);
    const today = this.today;
    const own = this.#tasks.filter((task) => has(task, username));
    const view = (task) => taskView(task, today);
    return {
      self_care: own.filter((task) => task.task_type === 'SelfCareTask').map(view),
      tasks: own
        .filter((task) => task.due !== undefined && task.due <= today && (fairWeather || !task.requires_fair_weather))
        .map(view)
        .filter((task) => !recommendedOnly || task.recommendation_score >= RECOMMENDED_FROM)
        .sort(byScore),
      // Nobody tells this household's server how they feel today.
      using_defaults: true,
    };
  }

  /** Open tasks of one user, or of everybody where none is named. */
  openTasks({ username, withinMinutes = Infinity, upcomingDays = 0 } = {}) {
    if (username !== undefined) this.#knownUser(username);
    const today = this.today;
    const until = addDays(today, upcomingDays);
    return this.#tasks
      .filter((task) => task.due !== undefined && task.due <= until && task.duration_minutes <= withinMinutes)
      .filter((task) => username === undefined || has(task, username))
      .map((task) => taskView(task, today))
      .sort(byScore);
  }

  completions({ username, days = 7, limit = 20 } = {}) {
    const since = new Date(this.#clock() - days * 86_400_000).toISOString();
    return this.#completions
      .filter((entry) => username === undefined || entry.completed_by === username)
      .filter((entry) => entry.completed_at >= since)
      .slice(-limit)
      .reverse()
      .map(({ before: _, ...entry }) => ({ ...entry }));
  }

  complete({ type, id, by, notes = null, at }) {
    this.#knownUser(by);
    const task = this.#find(type, id);
    const before = structuredClone(task);
    const completedAt = at ?? new Date(this.#clock()).toISOString();
    if (type === 'SelfCareTask') this.#tickOff(task);
    else if (type === 'RecurringTask') task.due = addDays(this.today, task.frequency_value);
    else this.#tasks.splice(this.#tasks.indexOf(task), 1);
    task.last_completed = completedAt;
    task.last_completion_notes = notes;
    const entry = {
      id: this.#nextCompletion++,
      task_id: task.id,
      task_type: type,
      task_name: task.name,
      completed_by: by,
      completed_at: completedAt,
      notes: notes ?? '',
      duration_minutes: task.duration_minutes,
    };
    this.#completions.push({ ...entry, before });
    return { completion: entry, task: taskView(task, this.today) };
  }

  completeByName({ name, by, notes, at }) {
    const wanted = name.trim().toLowerCase();
    const task = this.#tasks.find((each) => each.name.toLowerCase() === wanted);
    if (!task) throw notFound(`No task named ${name}`, this.userContext);
    const { completion } = this.complete({ type: task.task_type, id: task.id, by, notes, at });
    return { completion, matched_name: task.name };
  }

  /** Undoes a completion: the task is again what it was before it. */
  undo(completionId) {
    const index = this.#completions.findIndex((entry) => entry.id === completionId);
    if (index < 0) throw notFound('No such completion', this.userContext);
    const [{ before, task_name: name }] = this.#completions.splice(index, 1);
    const now = this.#tasks.findIndex((task) => task.task_type === before.task_type && task.id === before.id);
    this.#tasks.splice(now < 0 ? this.#tasks.length : now, now < 0 ? 0 : 1, before);
    return { completion_id: completionId, task_name: name };
  }

  createAdHoc({ name, assigned, minutes = 15, priority = 2 }) {
    for (const username of assigned) this.#knownUser(username);
    const id = this.#nextAdHoc++;
    const task = taskRecord('AdHocTask', id, name, assigned, minutes, priority, { due: this.today });
    this.#tasks.push(task);
    return { task: taskView(task, this.today) };
  }

  update(type, id, { next_due: due, ...changes }) {
    if (changes.assigned_users) for (const username of changes.assigned_users) this.#knownUser(username);
    const task = this.#find(type, id);
    if (due !== undefined && type === 'SelfCareTask') {
      throw new ServiceError('invalid_format', "not a valid option at 'next_due'");
    }
    Object.assign(task, structuredClone(changes));
    if (due !== undefined) task.due = localTime(Date.parse(due), this.#timeZone).date;
    return { task: taskView(task, this.today) };
  }

  /**
   * Who has the task with this id in a plan of today, first the tasks, then the self care. The integration asks this only
   * after the completion, by id alone: nobody where the task has left the plans, or another type's people.
   */
  assignedInPlans(id) {
    for (const { username } of people) {
      const { tasks, self_care: selfCare } = this.plan(username);
      const found = [...tasks, ...selfCare].find((task) => task.id === id);
      if (found) return found.assigned_users;
    }
    return [];
  }

  #ofType(type) {
    return this.#tasks.filter((task) => task.task_type === type);
  }

  #find(type, id) {
    const task = this.#ofType(type).find((each) => each.id === id);
    if (!task) throw notFound('No such task', this.userContext);
    return task;
  }

  #knownUser(username) {
    if (!people.some((each) => each.username === username)) throw notFound('Unknown user', this.userContext);
  }

  /** One occurrence done: that of the window now open, else the first one left. */
  #tickOff(task) {
    const today = this.today;
    if (task.doneOn !== today) Object.assign(task, { doneOn: today, done: [] });
    if (task.done.length >= task.required_occurrences) return;
    const { time } = localTime(this.#clock(), this.#timeZone);
    const left = task.windows.map((_, index) => index).filter((index) => !task.done.includes(index));
    const open = left.find((index) => task.windows[index].start <= time && time < task.windows[index].end);
    task.done.push(open ?? left[0] ?? 0);
  }
}
