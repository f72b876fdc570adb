import type { Policy } from '../../js/index.ts';
import type { RequestName } from './patterns.ts';

/** Tags every answer that wrapped cards got; a write invalidates all of them. */
export const ALL_READS = { tag: 'reads' };

/** Reads of history can take a while. The wrapped card itself decides when to ask again, also after a failure. */
const POLICY: Policy = { version: '1', timeout: 60_000, tags: [ALL_READS.tag], retry: { maxBackoff: 0 } };

/** One endpoint per kind of request, because each endpoint has its share of storage: long histories must not evict a forecast. */
const ENDPOINTS: [string, RegExp][] = [
  ['reads_history', /^(api|ws):(history|logbook)/],
  ['reads_statistics', /^ws:(recorder|energy)\//],
  ['reads_calendar', /^(api:calendars|service:calendar\.)/],
  ['reads_forecast', /^service:weather\./],
  ['reads_other', /^/],
];

/** The same object for all, because openHassCache reads options once. */
export const CACHE_OPTIONS = { policies: Object.fromEntries(ENDPOINTS.map(([endpoint]) => [endpoint, POLICY])) };

export function endpointOf(name: RequestName): string {
  return ENDPOINTS.find(([, names]) => names.test(name))?.[0] ?? '';
}
