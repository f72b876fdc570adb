/**
 * The name of a request, as patterns match it (`*` matches any text): `ws:<type>` for `callWS`, `api:<path>` for `callApi` with GET (other
 * methods: `api/<method>:<path>`), `service:<domain>.<service>` for `callService`.
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

  /** Whether a pattern without a star equals this name. */
  includes(name: RequestName): boolean {
    return this.#patterns.some((parts) => parts.length === 1 && parts[0] === name);
  }
}

/** Whether the name contains these parts in order, starts with the first and ends with the last. */
function fits(name: string, [first = '', ...others]: readonly string[]): boolean {
  const last = others.pop();
  if (last === undefined) return name === first;
  if (!name.startsWith(first)) return false;
  let at = first.length;
  for (const part of others) {
    // The earliest match leaves the most for the next part, so no backtracking is needed.
    const found = name.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return name.length - last.length >= at && name.endsWith(last);
}

/** The default: the requests that popular cards repeat. */
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
