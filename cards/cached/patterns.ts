/**
 * A request by name, as patterns name it, in which `*` stands for any text: `ws:<type>` for `callWS`, `api:<path>` for
 * `callApi` with GET (other methods are `api/<method>:<path>`), `service:<domain>.<service>` for `callService`.
 */
export type RequestName = string;

export class Patterns {
  readonly #patterns: readonly string[][];

  constructor(patterns: readonly string[]) {
    this.#patterns = patterns.map((pattern) => pattern.split('*'));
  }

  matches(name: RequestName): boolean {
    return this.#patterns.some((parts) => fits(name, parts));
  }

  /** Whether a pattern without any star is this name. */
  includes(name: RequestName): boolean {
    return this.#patterns.some((parts) => parts.length === 1 && parts[0] === name);
  }
}

/** Whether the parts stand in the name one after the other, the first at its beginning and the last at its end. */
function fits(name: string, [first = '', ...others]: readonly string[]): boolean {
  const last = others.pop();
  if (last === undefined) return name === first;
  if (!name.startsWith(first)) return false;
  let at = first.length;
  for (const part of others) {
    // The earliest place leaves the most for the next: nothing has to be tried twice.
    const found = name.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return name.length - last.length >= at && name.endsWith(last);
}

/** Read where a configuration names none: what the cards that people wrap ask for again and again. */
export const USUAL_READS = [
  'api:calendars*',
  'api:history/period*',
  'api:logbook/*',
  'service:calendar.get_events',
  'service:weather.get_forecasts',
  'ws:config/*_registry/list',
  'ws:energy/get_prefs',
  'ws:energy/info',
  'ws:energy/fossil_energy_consumption',
  'ws:history/history_during_period',
  'ws:logbook/get_events',
  'ws:recorder/get_statistics_metadata',
  'ws:recorder/info',
  'ws:recorder/list_statistic_ids',
  'ws:recorder/statistic_during_period',
  'ws:recorder/statistics_during_period',
];
