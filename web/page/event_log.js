import { element } from './dom.js';
import { clockTime, times } from './format.js';
import { nameOf } from './people.js';

const KEPT_ROWS = 30;

const verbs = {
  tasktracker_task_completed: 'completed',
  tasktracker_task_created: 'created',
  tasktracker_task_updated: 'changed',
  tasktracker_completion_deleted: 'undone',
};

const reasons = {
  actor: 'did it',
  assigned: 'has the task',
  unknown: 'unknown, so it counts as concerned',
  other: 'concerns other users',
};

function subjectOf({ data }) {
  return (
    data?.completion_data?.completion?.task_name ??
    data?.update_data?.task?.name ??
    data?.deletion_data?.task_name ??
    data?.task_name ??
    ''
  );
}

function assignedOf({ data }) {
  if (!Array.isArray(data?.assigned_users)) return 'no assigned_users';
  return `assigned_users [${data.assigned_users.join(', ')}]`;
}

function decisionNode({ username, decision, kept }) {
  const facts = [
    `${times(decision.invalidated, 'entry', 'entries')} dropped`,
    decision.refreshed.length > 0 && `asks again for ${decision.refreshed.join(', ')}`,
    kept.length > 0 && `leaves ${kept.join(', ')}`,
  ].filter(Boolean);
  return element(
    'div',
    { class: 'decision', 'data-user': username, 'data-concerned': String(decision.concerned) },
    element(
      'span',
      { class: 'chip' },
      `${nameOf(username)} ${decision.concerned ? 'concerned' : 'not concerned'}: ${reasons[decision.reason]}`,
    ),
    element('span', { class: 'facts' }, facts.join(' · ')),
  );
}

/** The filter's decision about every event for each user. An event arrives once per user and has one row. */
export class EventLog {
  #list = element('ol', { class: 'events' });
  #empty = element(
    'p',
    { class: 'nothing' },
    'Nothing has happened yet. Complete a task, here or on the other device.',
  );
  #rows = [];

  constructor(host) {
    host.append(this.#empty, this.#list);
  }

  add({ event, username, decision, kept }) {
    const print = JSON.stringify([event.event_type, event.data]);
    let row = this.#rows.find((each) => each.print === print && !each.users.has(username));
    if (!row) {
      row = { print, users: new Set(), node: this.#rowNode(event) };
      this.#rows.unshift(row);
      this.#list.prepend(row.node);
      this.#empty.hidden = true;
      for (const old of this.#rows.splice(KEPT_ROWS)) old.node.remove();
    }
    row.users.add(username);
    row.node.append(decisionNode({ username, decision, kept }));
  }

  #rowNode(event) {
    const by = event.data?.username;
    return element(
      'li',
      { 'data-event': event.event_type },
      element(
        'div',
        { class: 'what' },
        element('b', {}, subjectOf(event) || event.event_type),
        ` ${verbs[event.event_type] ?? event.event_type}${by ? ` by ${nameOf(by)}` : ''}`,
        element('time', {}, clockTime(Date.now())),
      ),
      element('div', { class: 'said' }, `${event.event_type.replace('tasktracker_', '')}, ${assignedOf(event)}`),
    );
  }
}
