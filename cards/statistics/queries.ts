import { defineQuery, key, type Policy, type Query } from '../../js/index.ts';
import { errorCode } from '../errors.ts';
import type { CardHass } from '../hass.ts';
import {
  isMetadata,
  isStatistics,
  readMetadata,
  readRows,
  withTail,
  type StatisticMetadata,
  type Statistics,
} from './statistics.ts';
import { Together } from './together.ts';

/** What Home Assistant sums statistics up by, and the hours of each; its long-term ones are kept by the hour. */
export const PERIODS = ['5minute', 'hour', 'day', 'week', 'month'] as const;
export type Period = (typeof PERIODS)[number];

export interface Wanted {
  id: string;
  period: Period;
  days: number;
  /** The unit of the answer: what is in another is another answer. */
  shownIn: string | null;
  /** In which unit of its class it is asked for; undefined: in that of its entity. */
  unit: { unitClass: string; name: string } | undefined;
}

export const ROWS_ENDPOINT = 'statistics';
export const METADATA_ENDPOINT = 'statistic_metadata';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** Past rows change too: a meter is corrected, a supplier's readings come days late. So once a day all is read. */
const WHOLE_AFTER = DAY;

const retry = { attempts: 3, when: isWorthRetrying };

export const rowsPolicy: Policy<Statistics> = { version: '1', check: isStatistics, staleIfError: 30 * DAY, retry };

export const metadataPolicy: Policy<StatisticMetadata | null> = {
  version: '1',
  check: (value) => value === null || isMetadata(value),
  staleIfError: 30 * DAY,
  retry,
};

/** Shared by all cards of a page, so that what several ask for is one message. */
const rowsTogether = new Together<unknown>();
const metadataTogether = new Together<unknown>();

/** The questions about one statistic, asked through whatever `hass` is newest when an answer is needed. */
export interface StatisticsQueries {
  metadata(id: string): Query<StatisticMetadata | null>;
  rows(wanted: Wanted): Query<Statistics>;
}

export function statisticsQueries(hass: () => CardHass): StatisticsQueries {
  const metadata = defineQuery<StatisticMetadata | null, [string]>(METADATA_ENDPOINT, async (_context, _user, id) => {
    const answer = await metadataTogether.ask('', id, (statistic_ids) =>
      hass().callWS({ type: 'recorder/get_statistics_metadata', statistic_ids }),
    );
    return readMetadata(answer, id) ?? null;
  });
  const rows = ({ id, period, days, shownIn, unit }: Wanted): Query<Statistics> => ({
    key: key(ROWS_ENDPOINT, null, id, period, days, shownIn ?? '-'),
    fetcher: async ({ stale }) => {
      const now = Date.now();
      const from = Math.floor((now - days * DAY) / HOUR) * HOUR;
      const ask = async (start: number, whole: number): Promise<Statistics> => {
        const message = {
          type: 'recorder/statistics_during_period',
          start_time: new Date(start).toISOString(),
          period,
          ...(unit && { units: { [unit.unitClass]: unit.name } }),
        };
        const answer = await rowsTogether.ask(JSON.stringify(message), id, (statistic_ids) =>
          hass().callWS({ ...message, statistic_ids }),
        );
        return readRows(answer, id, whole);
      };
      const last = stale?.start.at(-1);
      if (stale && last !== undefined && last >= from && now - stale.whole < WHOLE_AFTER) {
        // The last row too: a period that is not over yet is answered with what there is of it.
        const tail = await ask(last, stale.whole);
        // It was there: whoever took it away may have changed more.
        if (tail.start[0] === last) return withTail(stale, tail, from);
      }
      return ask(from, now);
    },
  });
  return { metadata: (id) => metadata(null, id), rows };
}

function isWorthRetrying(error: unknown): boolean {
  return !['invalid_format', 'unauthorized'].includes(String(errorCode(error)));
}
