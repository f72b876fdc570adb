import { Connection } from './connection.js';
import { element } from './dom.js';
import { nameOf, people } from './people.js';

const FOR_BOTH = 'both';
const CHANGES = [
  'tasktracker_task_completed',
  'tasktracker_task_created',
  'tasktracker_task_updated',
  'tasktracker_completion_deleted',
];

const option = (value, label) => element('option', { value }, label);
const labelled = (text, control) => element('label', {}, element('span', {}, text), control);

/**
 * Another device in the household: its own connections, and so its own session, and no cache. It shows the open tasks and lets either
 * person complete, postpone, undo or create one.
 */
export class OtherDevice {
  #connections;
  #list = element('ul', { class: 'open-tasks' });
  #undo = element(
    'button',
    { type: 'button', class: 'quiet', disabled: true, onclick: () => void this.#undoLast() },
    'Undo the last',
  );
  #message = element('p', { class: 'message', role: 'status' });
  #as = element('select', { name: 'as' }, ...people.map((person) => option(person.username, person.name)));

  constructor(host, { url, session }) {
    const of = (person) => new Connection(url, { access_token: person.token, session: `${session}-device` });
    this.#connections = new Map(people.map((person) => [person.username, of(person)]));
    host.append(
      element('div', { class: 'device-bar' }, labelled('Act as', this.#as), this.#undo),
      this.#list,
      this.#createForm(),
      this.#message,
    );
    const [first] = this.#connections.values();
    for (const type of CHANGES) {
      void first.subscribeMessage(() => void this.#refresh(), {
        type: 'tasktracker/subscribe_events',
        event_type: type,
      });
    }
    first.addEventListener('ready', () => void this.#refresh());
    void this.#refresh();
  }

  #createForm() {
    const name = element('input', {
      name: 'name',
      placeholder: 'A new task',
      required: true,
      autocomplete: 'off',
      maxLength: 80,
    });
    const whose = element(
      'select',
      { name: 'for' },
      option(FOR_BOTH, 'both'),
      ...people.map((person) => option(person.username, person.name)),
    );
    return element(
      'form',
      {
        class: 'create',
        onsubmit: (event) => {
          event.preventDefault();
          const assigned = whose.value === FOR_BOTH ? people.map((person) => person.username) : [whose.value];
          void this.#act('create_adhoc_task', { name: name.value, assigned_users: assigned });
          name.value = '';
        },
      },
      labelled('New task', name),
      labelled('for', whose),
      element('button', { type: 'submit' }, 'Create'),
    );
  }

  async #call(service, data, as = this.#as.value) {
    const { response } = await this.#connections.get(as).sendMessagePromise({
      type: 'call_service',
      domain: 'tasktracker',
      service,
      service_data: data,
      return_response: true,
    });
    return response.data;
  }

  async #act(service, data) {
    try {
      await this.#call(service, data);
      this.#message.textContent = '';
    } catch (error) {
      this.#message.textContent = `That did not work: ${error.message}`;
    }
  }

  async #undoLast() {
    try {
      const { items } = await this.#call('get_recent_completions', { limit: 1 });
      if (items.length > 0) await this.#act('delete_completion', { completion_id: items[0].id });
    } catch (error) {
      this.#message.textContent = `That did not work: ${error.message}`;
    }
  }

  async #refresh() {
    try {
      const [open, done] = await Promise.all([
        this.#call('get_available_tasks', {}),
        this.#call('get_recent_completions', { limit: 1 }),
      ]);
      this.#list.replaceChildren(...open.items.map((task) => this.#taskNode(task)));
      this.#undo.disabled = done.items.length === 0;
    } catch {
      // The connection was lost while asking; `ready` asks again.
    }
  }

  #taskNode(task) {
    const action = (label, service, data) =>
      element(
        'button',
        {
          type: 'button',
          class: 'small',
          'data-service': service,
          'aria-label': `${label}: ${task.name}`,
          onclick: () => void this.#act(service, data()),
        },
        label,
      );
    const { id, task_type: type } = task;
    const tomorrow = () => new Date(Date.now() + 86_400_000).toISOString();
    return element(
      'li',
      { 'data-task': `${task.task_type}:${task.id}` },
      element(
        'span',
        { class: 'task' },
        element('span', { class: 'task-name' }, task.name),
        element('span', { class: 'task-who' }, task.assigned_users.map(nameOf).join(', ')),
      ),
      action('Done', 'complete_task', () => ({ task_id: id, task_type: type, completed_by: this.#as.value })),
      action('Tomorrow', 'update_task', () => ({ task_id: String(id), task_type: type, next_due: tomorrow() })),
    );
  }
}
