import type { Policy } from '../../js/index.ts';
import type { RequestName } from './patterns.ts';

/** Every answer that wrapped cards were given: after a write all of them go together. */
export const ALL_READS = { tag: 'reads' };

/** Reads of history can take a while. The wrapped card itself decides when it asks again, also after a failure. */
const POLICY: Policy = { version: '1', timeout: 60_000, tags: [ALL_READS.tag], retry: { maxBackoff: 0 } };

/** By kind of request: each has a share of the storage, so that long histories do not push out a forecast. */
const ENDPOINTS: [string, RegExp][] = [
  ['reads_history', /^(api|ws):(history|logbook)/],
  ['reads_statistics', /^ws:(recorder|energy)\//],
  ['reads_calendar', /^(api:calendars|service:calendar\.)/],
  ['reads_forecast', /^service:weather\./],
  ['reads_other', /^/],
];

/** One object for all: openHassCache looks at options once. */
export const CACHE_OPTIONS = { policies: Object.fromEntries(ENDPOINTS.map(([endpoint]) => [endpoint, POLICY])) };

export function endpointOf(name: RequestName): string {
  return ENDPOINTS.find(([, names]) => names.test(name))?.[0] ?? '';
}
