// Home Assistant's recorder as far as the statistics card sees it, and the card's questions to it. Days, weeks and months
// begin on the clocks of the server's zone, and what is asked for from inside one is answered from its beginning.
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const path = (name) => fileURLToPath(new URL(`../../../${name}`, import.meta.url));
const HOUR = 3_600_000;

/** The card's questions, with the parts of the shim that need no core. */
export async function statisticsModule() {
  const { outputFiles } = await build({
    stdin: {
      contents: ['queries', 'statistics', 'periods', 'model']
        .map((name) => `export * from './cards/statistics/${name}.ts';`)
        .join('\n'),
      resolveDir: path(''),
    },
    bundle: true,
    format: 'esm',
    write: false,
    plugins: [
      {
        name: 'without-core',
        setup: ({ onResolve, onLoad }) => {
          onResolve({ filter: /js\/index\.ts$/ }, () => ({ path: 'shim', namespace: 'shim' }));
          onLoad({ filter: /.*/, namespace: 'shim' }, () => ({
            contents: "export * from './js/common/keys.ts';",
            resolveDir: path(''),
          }));
        },
      },
    ],
  });
  return import(`data:text/javascript,${encodeURIComponent(outputFiles[0].text)}`);
}

const QUARTER = HOUR / 4;
const days = new Map();
/** The date on the clocks of a zone, and its weekday. */
function dayOf(instant, timeZone) {
  let zone = days.get(timeZone);
  if (!zone) {
    const format = new Intl.DateTimeFormat('en-CA', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' });
    days.set(timeZone, (zone = { format, known: new Map() }));
  }
  if (!zone.known.has(instant)) zone.known.set(instant, zone.format.format(instant));
  return zone.known.get(instant);
}

/** The same for all instants of one period. */
function nameOf(instant, period, timeZone) {
  const day = dayOf(instant, timeZone);
  if (period === 'day') return day;
  if (period === 'month') return day.slice(0, 7);
  const date = new Date(`${day}T00:00:00Z`);
  date.setUTCDate(date.getUTCDate() - ((date.getUTCDay() + 6) % 7));
  return date.toISOString().slice(0, 10);
}

const begins = new Map();
/** A period's beginning, found as a person would: back, a quarter of an hour at a time, to the first instant of its name. */
function beginningOf(instant, period, timeZone) {
  const quarter = Math.floor(instant / QUARTER) * QUARTER;
  const name = nameOf(quarter, period, timeZone);
  const id = `${name} ${period} ${timeZone}`;
  let at = begins.get(id) ?? quarter;
  while (nameOf(at - QUARTER, period, timeZone) === name) at -= QUARTER;
  begins.set(id, at);
  return at;
}

const toFahrenheit = { '°C': (value) => value, '°F': (value) => value * 1.8 + 32 };

/**
 * A server with hourly values of one statistic between two times. `convert(units)` gives the factor function that it
 * applies, or throws its refusal; `asked` lists the messages.
 */
export function recorder({ timeZone, from, until, value = (time) => (time / HOUR) % 37, metadata = {} }) {
  const server = {
    timeZone,
    until,
    value,
    unit: '°C',
    metadata: {
      unit_class: 'temperature',
      statistics_unit_of_measurement: '°C',
      mean_type: 1,
      name: null,
      ...metadata,
    },
    isStrict: true,
    asked: [],
    hass: {
      states: {},
      config: { time_zone: timeZone },
      async callWS(message) {
        server.asked.push(message);
        if (message.type === 'recorder/get_statistics_metadata') {
          return message.statistic_ids.map((statistic_id) => ({
            statistic_id,
            display_unit_of_measurement: server.unit,
            ...server.metadata,
          }));
        }
        return Object.fromEntries(message.statistic_ids.map((id) => [id, server.rows(message)]));
      },
    },
    rows({ start_time: start, period, units = {} }) {
      const wanted = units.temperature;
      const isKnown = Object.keys(units).every((name) => name === 'temperature') && (!wanted || toFahrenheit[wanted]);
      if (server.isStrict && !isKnown) throw { code: 'invalid_format', message: 'not a valid unit' };
      const convert =
        server.metadata.unit_class === 'temperature' && server.metadata.statistics_unit_of_measurement === '°C'
          ? (toFahrenheit[wanted] ?? toFahrenheit[server.unit])
          : (number) => number;
      const length = period === '5minute' ? HOUR / 12 : HOUR;
      const isReduced = !['5minute', 'hour'].includes(period);
      const asked = Date.parse(start);
      const first = isReduced ? beginningOf(asked, period, timeZone) : asked;
      const rows = new Map();
      for (
        let time = Math.max(from, Math.ceil(first / length) * length);
        time + length <= server.until;
        time += length
      ) {
        const begin = isReduced ? beginningOf(time, period, timeZone) : time;
        const row = rows.get(begin) ?? { start: begin, end: begin + length, all: [] };
        row.all.push(server.value(time));
        row.end = time + length;
        rows.set(begin, row);
      }
      return [...rows.values()].map(({ start: begin, end, all }) => {
        const mean = convert(all.reduce((sum, one) => sum + one, 0) / all.length);
        return { start: begin, end, mean, min: convert(Math.min(...all)), max: convert(Math.max(...all)) };
      });
    },
  };
  return server;
}
