// To-do lists of Home Assistant's own integration `local_todo`, made, filled and read as its admin; calendars of `local_calendar`.

const PATIENCE = 20_000;
const POLL = 50;

async function rest(bench, method, path, body) {
  const answer = await fetch(`${bench.url}/api/config/config_entries/${path}`, {
    method,
    headers: { Authorization: `Bearer ${bench.users.gabriel.token}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${await answer.text()}`);
  return answer.json();
}

/** An empty calendar; `name` must be one word. */
export async function createCalendar(bench, name) {
  const { flow_id: flow } = await rest(bench, 'POST', 'flow', { handler: 'local_calendar' });
  await rest(bench, 'POST', `flow/${flow}`, { calendar_name: name, import: 'create_empty' });
  return `calendar.${name.toLowerCase()}`;
}

/** A new list with these open items; `name` must be one word. */
export async function createList(bench, name, items = []) {
  const { flow_id: flow } = await rest(bench, 'POST', 'flow', { handler: 'local_todo' });
  const { result } = await rest(bench, 'POST', `flow/${flow}`, { todo_list_name: name });
  const list = new List(bench, `todo.${name.toLowerCase()}`, result.entry_id);
  await list.until(() => true, 'exists');
  for (const item of items) await list.write('add_item', typeof item === 'string' ? { item } : item);
  return list;
}

class List {
  #bench;
  #entry;

  constructor(bench, entity, entry) {
    this.#bench = bench;
    this.entity = entity;
    this.#entry = entry;
  }

  /** A write of gabriel's, or another's. */
  write(service, data, username = 'gabriel') {
    const target = { entity_id: this.entity, ...data };
    return this.#bench.connection(username).callService(service, target, { domain: 'todo', returnResponse: false });
  }

  async items() {
    const { items } = await this.#bench.connection('gabriel').send({ type: 'todo/item/list', entity_id: this.entity });
    return items;
  }

  /** `{ summary: status }`, as the server has it. */
  async statuses() {
    return Object.fromEntries((await this.items()).map(({ summary, status }) => [summary, status]));
  }

  /** Waits for items that fit. */
  async until(fits, what) {
    const deadline = Date.now() + PATIENCE;
    for (;;) {
      const items = await this.items().catch(() => undefined);
      if (items && fits(items)) return items;
      if (Date.now() > deadline) throw new Error(`never: the list ${what}; last ${JSON.stringify(items)}`);
      await new Promise((resolve) => setTimeout(resolve, POLL));
    }
  }

  /** Takes the list's integration down and up again: the entity that pages are subscribed to is another one then. */
  async reload() {
    await rest(this.#bench, 'POST', `entry/${this.#entry}/reload`, {});
  }
}
