/**
 * Names of requests, and patterns of them in which `*` stands for any text: `ws:<type>` for `callWS`, `api:<path>` for
 * `callApi` with GET (other methods are `api/<method>:<path>`), `service:<domain>.<service>` for `callService`.
 */
export type RequestName = string;

export class Patterns {
  readonly #expression: RegExp;

  constructor(patterns: readonly string[]) {
    const parts = patterns.map((pattern) => pattern.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*'));
    // Of no patterns nothing is to match, not even the empty text.
    this.#expression = parts.length > 0 ? new RegExp(`^(?:${parts.join('|')})$`) : /^(?!)/;
  }

  matches(name: RequestName): boolean {
    return this.#expression.test(name);
  }
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

/** Requests that change something: after them every answer that wrapped cards were given may be wrong. */
export const WRITES = new Patterns([
  'service:*',
  'api/*',
  ...['create', 'update', 'delete', 'remove', 'move', 'set', 'save', 'add', 'clear', 'import'].map(
    (verb) => `ws:*/${verb}*`,
  ),
]);
