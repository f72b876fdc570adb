import { addDays, DAY, daysBetween, localTime, logicalDate, noon } from './logical_day.mjs';
import { people as demoPeople } from './people.mjs';
import { notFound, ServiceError } from './service_error.mjs';
import { startingTasks } from './starting_tasks.mjs';
import { taskRecord } from './task_record.mjs';
import { taskView, thinView } from './task_view.mjs';

const RESET_TIME = '05:00:00';
const RECOMMENDED_FROM = 0.85;
const LEFTOVER = 'Leftover';
const USUAL_STATE = { energy: 3, motivation: 3, focus: 3, pain: 1, mood: 0, free_time: 3, is_sick: false };

const byScore = (a, b) => b.recommendation_score - a.recommendation_score || a.id - b.id;
const has = ({ assigned_users: users }, username) => username === undefined || users.includes(username);
const withoutBefore = ({ before: _, ...completion }) => completion;
const isNamed = (name) => {
  const wanted = name.trim().toLowerCase();
  return (each) => each.name.toLowerCase() === wanted;
};

/**
 * The state of TaskTracker's own server: a household's tasks, leftovers and completions. The demo and the tests in Home Assistant use it.
 * It knows no protocol. `start(today, now)` returns the state of the first day.
 */
export class Household {
  #clock;
  #timeZone;
  #start;
  #tasks = [];
  #leftovers = [];
  #completions = [];
  #states = new Map();
  #nextAdHoc;
  #nextLeftover;
  #nextCompletion = 501;

  constructor({
    clock = Date.now,
    timeZone = Intl.DateTimeFormat().resolvedOptions().timeZone,
    people = demoPeople,
    start = (today) => ({ tasks: startingTasks(today) }),
  } = {}) {
    this.#clock = clock;
    this.#timeZone = timeZone;
    this.#start = start;
    this.people = people;
    this.startOver();
  }

  /** Resets everything to the first day. The ids of completions go on, so that an old one undoes nothing new. */
  startOver() {
    const { tasks, leftovers = [], completions = [] } = this.#start(this.today, this.#clock());
    this.#tasks = tasks;
    this.#leftovers = leftovers;
    this.#completions = completions;
    this.#states.clear();
    this.#nextAdHoc = 1 + Math.max(...this.#ofType('AdHocTask').map(({ id }) => id));
    this.#nextLeftover = 1 + Math.max(200, ...leftovers.map(({ id }) => id));
    this.#nextCompletion = Math.max(this.#nextCompletion, ...completions.map(({ id }) => id + 1));
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
      self_care: own
        .filter((task) => task.task_type === 'SelfCareTask')
        .map(view)
        .filter((task) => !task.completed),
      tasks: own
        .filter((task) => task.due !== undefined && task.due <= today && (fairWeather || !task.requires_fair_weather))
        .map(view)
        .filter((task) => !recommendedOnly || task.recommendation_score >= RECOMMENDED_FROM)
        .sort(byScore),
      // Nobody reports a daily state in the demo.
      using_defaults: true,
    };
  }

  /** The open tasks of one user, or of all users. */
  openTasks({ username, withinMinutes = Infinity, upcomingDays = 0 } = {}) {
    if (username !== undefined) this.#knownUser(username);
    const today = this.today;
    const until = addDays(today, upcomingDays);
    return this.#tasks
      .filter((task) => task.due !== undefined && task.due <= until && task.duration_minutes <= withinMinutes)
      .filter((task) => has(task, username))
      .map((task) => taskView(task, today))
      .sort(byScore);
  }

  /** Every task, due or not. `thin`: only the fields that identify it. */
  allTasks({ username, thin = false } = {}) {
    const today = this.today;
    return this.#tasks
      .filter((task) => has(task, username))
      .map((task) => taskView(task, today))
      .map((task) => (thin ? thinView(task) : task));
  }

  leftovers({ username } = {}) {
    return this.#leftovers.filter((each) => has(each, username)).map((each) => this.#leftoverView(each));
  }

  dailyState(username) {
    this.#knownUser(username);
    return { date: this.today, ...USUAL_STATE, ...this.#states.get(`${this.today} ${username}`) };
  }

  completions({ username, days = 7, limit = 20 } = {}) {
    const since = new Date(this.#clock() - days * DAY).toISOString();
    return this.#completions
      .filter((entry) => username === undefined || entry.completed_by === username)
      .filter((entry) => entry.completed_at >= since)
      .slice(-limit)
      .reverse()
      .map(withoutBefore);
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
    return { completion: this.#record(before, { by, at: completedAt, notes }), task: taskView(task, this.today) };
  }

  completeByName({ name, by, notes, at }) {
    const task = this.#tasks.find(isNamed(name));
    if (!task) throw notFound(`No task named ${name}`, this.userContext);
    const { completion } = this.complete({ type: task.task_type, id: task.id, by, notes, at });
    return { completion, matched_name: task.name };
  }

  disposeByName({ name, by, notes, at = new Date(this.#clock()).toISOString() }) {
    this.#knownUser(by);
    const leftover = this.#leftovers.find(isNamed(name));
    if (!leftover) throw notFound(`No leftover named ${name}`, this.userContext);
    this.#leftovers.splice(this.#leftovers.indexOf(leftover), 1);
    return { completion: this.#record(leftover, { by, at, notes }), matched_name: leftover.name };
  }

  updateCompletion(id, changes) {
    return { completion: withoutBefore(Object.assign(this.#completion(id), changes)) };
  }

  /** Undoes a completion: restores the task or the leftover. */
  undo(completionId) {
    const completion = this.#completion(completionId);
    this.#completions.splice(this.#completions.indexOf(completion), 1);
    const { before, task_name: name } = completion;
    if (before) this.#putBack(before);
    return { completion_id: completionId, task_name: name };
  }

  #putBack(before) {
    if (before.task_type === LEFTOVER) {
      this.#leftovers.push(before);
      return;
    }
    const now = this.#tasks.findIndex((task) => task.task_type === before.task_type && task.id === before.id);
    this.#tasks.splice(now < 0 ? this.#tasks.length : now, now < 0 ? 0 : 1, before);
  }

  createAdHoc({ name, assigned, minutes = 15, priority = 2 }) {
    for (const username of assigned) this.#knownUser(username);
    const id = this.#nextAdHoc++;
    const task = taskRecord('AdHocTask', id, name, assigned, minutes, priority, { due: this.today });
    this.#tasks.push(task);
    return { task: taskView(task, this.today) };
  }

  createLeftover({ name, assigned = [], shelfLife = 4, daysAgo = 0 }) {
    const leftover = {
      id: this.#nextLeftover++,
      name,
      assigned_users: [...assigned],
      shelf_life_days: shelfLife,
      created_at: new Date(this.#clock() - daysAgo * DAY).toISOString(),
      task_type: LEFTOVER,
    };
    this.#leftovers.push(leftover);
    return { leftover: this.#leftoverView(leftover) };
  }

  setDailyState(username, values) {
    this.#knownUser(username);
    const slot = `${this.today} ${username}`;
    this.#states.set(slot, { ...this.#states.get(slot), ...values });
    return this.dailyState(username);
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
   * The users of the task with this id in today's plans. The integration looks them up only after the completion, by id alone and without
   * self care. So it finds nobody if the task has left the plans, or the users of another type's task.
   */
  assignedInPlans(id) {
    for (const { username } of this.people) {
      const found = this.plan(username).tasks.find((task) => task.id === id);
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
    if (!this.people.some((each) => each.username === username)) throw notFound('Unknown user', this.userContext);
  }

  #completion(id) {
    const completion = this.#completions.find((entry) => entry.id === id);
    if (!completion) throw notFound('No such completion', this.userContext);
    return completion;
  }

  /** `before`: the task or leftover before the completion. */
  #record(before, { by, at, notes }) {
    const entry = {
      id: this.#nextCompletion++,
      task_id: before.id,
      task_type: before.task_type,
      task_name: before.name,
      completed_by: by,
      completed_at: at,
      notes: notes ?? '',
      duration_minutes: before.duration_minutes ?? 0,
    };
    this.#completions.push({ ...entry, before });
    return entry;
  }

  #leftoverView(leftover) {
    const due = addDays(
      logicalDate(Date.parse(leftover.created_at), this.#timeZone, RESET_TIME),
      leftover.shelf_life_days,
    );
    const daysOverdue = Math.max(0, daysBetween(due, this.today));
    return { ...leftover, due_date: noon(due), is_overdue: daysOverdue > 0, days_overdue: daysOverdue };
  }

  /** Completes one occurrence: that of the open window, else the first one left. */
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
