// Long-term statistics in a real recorder, and a page's record of what statistics cards show and ask.
import { setTimeout as pause } from 'node:timers/promises';

const HOUR = 3_600_000;
const PATIENCE = 20_000;

export const TAG = 'cardcache-statistics-card';

/** The last hour that is over. */
export const lastHour = () => Math.floor(Date.now() / HOUR) * HOUR - HOUR;

/** What the tests' home measures, by the hour since an epoch of its own: the same in every run of the same hour. */
const wave = (hour, around, by) => around + by * Math.sin((hour / 24) * 2 * Math.PI) + (by / 4) * Math.sin(hour / 5);
const measured = (around, by) => (hour) => {
  const mean = Number(wave(hour, around, by).toFixed(2));
  return { mean, min: Number((mean - by / 3).toFixed(2)), max: Number((mean + by / 2).toFixed(2)) };
};
const counted = (hour) => {
  const sum = Number((hour * 0.4 + 3 * Math.sin(hour / 12)).toFixed(3));
  return { sum, state: sum };
};

export const SEEDS = {
  'cardcache:attic': { name: 'Attic', unit: '°C', unitClass: 'temperature', row: measured(21, 4) },
  'cardcache:garden': { name: 'Garden', unit: '°C', unitClass: 'temperature', row: measured(12, 7) },
  'cardcache:humidity': { name: 'Humidity', unit: '%', unitClass: null, row: measured(55, 12) },
  'cardcache:energy': { name: 'Energy', unit: 'kWh', unitClass: 'energy', isSum: true, row: counted },
};

/** Gives the recorder hours that it never measured, under an id of an integration's own. */
export function importStatistics(connection, id, stats, { name = null, unit, unitClass = null, isSum = false }) {
  return connection.send({
    type: 'recorder/import_statistics',
    metadata: {
      has_mean: !isSum,
      mean_type: isSum ? 0 : 1,
      has_sum: isSum,
      name,
      source: id.split(':')[0],
      statistic_id: id,
      unit_of_measurement: unit,
      unit_class: unitClass,
    },
    stats,
  });
}

/** Imports the hours from `first` to `last` (their beginnings, ms); `change` alters a row on its way. */
export async function seed(admin, id, first, last, change = (row) => row) {
  const { row, ...facts } = SEEDS[id];
  const stats = [];
  for (let start = first; start <= last; start += HOUR) {
    stats.push({ start: new Date(start).toISOString(), ...change(row(start / HOUR - 480_000), start) });
  }
  await importStatistics(admin, id, stats, facts);
  // The recorder writes in its own time: it is there when the last row can be read.
  const deadline = Date.now() + PATIENCE;
  for (;;) {
    const rows = await hourly(admin, id, last);
    if (rows.some(({ start }) => start === last)) return;
    if (Date.now() > deadline) throw new Error(`${id} was never written`);
    await pause(50);
  }
}

/** What the server itself answers. */
export async function hourly(connection, id, from, period = 'hour') {
  const answer = await connection.send({
    type: 'recorder/statistics_during_period',
    start_time: new Date(from).toISOString(),
    statistic_ids: [id],
    period,
  });
  return answer[id] ?? [];
}

/**
 * Given to a page as its init script: `window.statisticsRecord` holds every different look of the cards, with how much had
 * been asked and answered before it, and what was asked.
 */
export function recordStatistics(tag) {
  const record = { looks: [], asked: [], answered: 0 };
  window.statisticsRecord = record;
  const roots = [];
  const ids = new Map();

  const look = (root, isFrame) => {
    if (!root.host.isConnected || root.querySelector(':not(style)') === null) return;
    const card = roots.indexOf(root);
    const seen = {
      card,
      points: Number(root.querySelector('[data-points]')?.dataset.points ?? 0),
      values: [...root.querySelectorAll('.legend .value')].map((node) => node.textContent),
      states: [...root.querySelectorAll('[data-state]')].map((node) => node.dataset.state),
      isDrawn: root.querySelector('canvas') !== null,
      isFrame,
    };
    const last = record.looks.findLast((each) => each.card === card);
    if (JSON.stringify(last?.seen) === JSON.stringify(seen)) return;
    record.looks.push({ ...seen, seen, asked: record.asked.length, answered: record.answered });
  };

  const attachShadow = Element.prototype.attachShadow;
  Element.prototype.attachShadow = function (options) {
    const root = attachShadow.call(this, options);
    if (this.localName === tag) {
      roots.push(root);
      // Records come in the microtask after a render: nothing is painted in between.
      new MutationObserver(() => look(root, false)).observe(root, {
        childList: true,
        subtree: true,
        characterData: true,
      });
    }
    return root;
  };
  const everyFrame = () => {
    roots.forEach((root) => look(root, true));
    requestAnimationFrame(everyFrame);
  };
  requestAnimationFrame(everyFrame);

  const sockets = new WeakSet();
  const send = WebSocket.prototype.send;
  WebSocket.prototype.send = function (text) {
    if (!sockets.has(this)) {
      sockets.add(this);
      this.addEventListener('message', ({ data }) => {
        for (const { id, type } of [JSON.parse(data)].flat())
          if (type === 'result' && ids.delete(id)) record.answered++;
      });
    }
    for (const message of [JSON.parse(text)].flat()) {
      // The frontend itself asks the recorder how it is.
      if (!/^recorder\/(statistics_during_period|get_statistics_metadata)$/.test(message.type)) continue;
      ids.set(message.id, message.type);
      record.asked.push({ ...message, type: message.type.replace('recorder/', '') });
    }
    return send.call(this, text);
  };
}
