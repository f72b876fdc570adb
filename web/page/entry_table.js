import { element, setText } from './dom.js';
import { bytes, duration } from './format.js';
import { nameOf } from './people.js';

const columns = ['Whose', 'Key', 'Where', 'Age', 'Life left', 'Size', 'Read'];
const where = { memory: 'memory', storage: 'localStorage', both: 'memory + localStorage' };

function cells(username, entry, now) {
  const left = entry.expires - now;
  const life = entry.expires - entry.timestamp;
  const share = life > 0 ? Math.max(0, Math.min(1, left / life)) : 0;
  return {
    share,
    texts: [
      nameOf(username),
      entry.key,
      where[entry.tier],
      duration(now - entry.timestamp),
      left > 0 ? duration(left) : 'over',
      bytes(entry.storedBytes || entry.bytes),
      entry.hits === 0 ? '–' : `${entry.hits} ×`,
    ],
  };
}

/** Shows `inspect()` of both handles. Rows are updated in place and live as long as their entry. */
export class EntryTable {
  #body = element('tbody');
  #rows = new Map();
  #empty = element('p', { class: 'nothing' }, 'Nothing is kept.');
  #columns;

  constructor(host, dashboards) {
    this.#columns = dashboards;
    host.append(
      element(
        'div',
        { class: 'table-frame', tabIndex: 0, role: 'region', 'aria-label': 'Entries of both caches' },
        element(
          'table',
          {},
          element('thead', {}, element('tr', {}, ...columns.map((name) => element('th', { scope: 'col' }, name)))),
          this.#body,
        ),
      ),
      this.#empty,
    );
  }

  show() {
    const now = Date.now();
    const seen = new Set();
    for (const { username, cache } of this.#columns) {
      for (const entry of cache.inspect().sort((a, b) => (a.key < b.key ? -1 : 1))) {
        const id = `${username} ${entry.key}`;
        seen.add(id);
        this.#showRow(id, cells(username, entry, now));
      }
    }
    for (const [id, row] of this.#rows) {
      if (seen.has(id)) continue;
      row.remove();
      this.#rows.delete(id);
    }
    this.#empty.hidden = seen.size > 0;
  }

  #showRow(id, { share, texts }) {
    let row = this.#rows.get(id);
    if (!row) {
      row = element('tr', { 'data-entry': id }, ...columns.map((name) => element('td', { 'data-column': name })));
      this.#rows.set(id, row);
      this.#body.append(row);
    }
    texts.forEach((text, index) => setText(row.children[index], text));
    row.style.setProperty('--share', String(share));
  }
}
