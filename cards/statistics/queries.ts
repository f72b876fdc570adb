import { defineQuery, key, type Policy, type Query } from '../../js/index.ts';
import { errorCode } from '../errors.ts';
import type { CardHass } from '../hass.ts';
import { isSince, type Period } from './periods.ts';
import {
  isMetadata,
  areConverted,
  isContinuedBy,
  isStatistics,
  readMetadata,
  readRows,
  withTail,
  type Rows,
  type StatisticMetadata,
  type Statistics,
} from './statistics.ts';
import { Together } from './together.ts';

export interface Wanted {
  id: string;
  period: Period;
  days: number;
  /** The unit that Home Assistant shows by default. */
  own: string | null;
  /** The requested other unit of the same class. */
  wish: { unitClass: string; name: string } | undefined;
}

export const ROWS_ENDPOINT = 'statistics';
export const METADATA_ENDPOINT = 'statistic_metadata';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** Past rows change too, when a meter is corrected or a supplier's readings arrive days late. So everything is read once a day. */
const WHOLE_AFTER = DAY;

const retry = { attempts: 3, when: isWorthRetrying };

/** After a page load the tail is requested at once, however young the rows are, because no event announces a new row. */
const refetchOnLoad = 'always';

export const rowsPolicy: Policy<Statistics> = {
  version: '2',
  check: isStatistics,
  staleIfError: 30 * DAY,
  refetchOnLoad,
  retry,
};

export const metadataPolicy: Policy<StatisticMetadata | null> = {
  version: '1',
  check: (value) => value === null || isMetadata(value),
  staleIfError: 30 * DAY,
  refetchOnLoad,
  retry,
};

/** Shared by all cards of a page, so that several requests become one message. */
const rowsTogether = new Together<unknown>();
const metadataTogether = new Together<unknown>();

/** The queries about one statistic. They use the newest `hass` at the time of the request. */
export interface StatisticsQueries {
  metadata(id: string): Query<StatisticMetadata | null>;
  rows(wanted: Wanted): Query<Statistics>;
}

export function statisticsQueries(hass: () => CardHass): StatisticsQueries {
  const askMetadata = async (id: string): Promise<StatisticMetadata | null> => {
    const answer = await metadataTogether.ask('', id, (statistic_ids) =>
      hass().callWS({ type: 'recorder/get_statistics_metadata', statistic_ids }),
    );
    return readMetadata(answer, id) ?? null;
  };
  const metadata = defineQuery<StatisticMetadata | null, [string]>(METADATA_ENDPOINT, (_context, _user, id) =>
    askMetadata(id),
  );
  const rows = (wanted: Wanted): Query<Statistics> => {
    const { id, period, days, own, wish } = wanted;
    const ask = async (start: number, unit: Wanted['wish']): Promise<Rows> => {
      const message = {
        type: 'recorder/statistics_during_period',
        start_time: new Date(start).toISOString(),
        period,
        ...(unit && { units: { [unit.unitClass]: unit.name } }),
      };
      const answer = await rowsTogether.ask(JSON.stringify(message), id, (statistic_ids) =>
        hass().callWS({ ...message, statistic_ids }),
      );
      return readRows(answer, id);
    };

    /** Undefined if Home Assistant does not convert to the requested unit. */
    const askInWish = async (from: number): Promise<Rows | undefined> => {
      if (!wish) return undefined;
      try {
        const rows = await ask(from, wish);
        const last = rows.start.at(-1);
        // Home Assistant does not refuse a unit that fits the class but not the statistic: the values come unconverted.
        return last === undefined || areConverted(rows, await ask(last, undefined)) ? rows : undefined;
      } catch (error) {
        if (isRefusal(error)) return undefined;
        throw error;
      }
    };

    /** The unit at the time of the answer; it may have been changed since the request. */
    const ownUnit = async (): Promise<string | null> => {
      const state = hass().states[id] as { attributes?: { unit_of_measurement?: unknown } } | undefined;
      const shown = state?.attributes?.unit_of_measurement;
      if (typeof shown !== 'string' || shown === own) return own;
      return (await askMetadata(id))?.unit ?? null;
    };

    return {
      key: key(ROWS_ENDPOINT, null, id, period, days, wish?.name ?? own ?? '-'),
      fetcher: async ({ stale }) => {
        const now = Date.now();
        const from = Math.floor((now - days * DAY) / HOUR) * HOUR;
        const timeZone = hass().config?.time_zone;
        const isKept = (start: number): boolean => isSince(from, start, period, timeZone);
        const last = stale?.start.at(-1);
        if (stale && last !== undefined && isKept(last) && now - stale.whole < WHOLE_AFTER) {
          const isInWish = wish !== undefined && stale.unit === wish.name;
          // Requests the last row again, because its period may not have been over.
          const tail = await ask(last, isInWish ? wish : undefined);
          const isSameUnit = isInWish || (await ownUnit()) === stale.unit;
          // The row existed before. What removed it, or shifted the sums, may have changed more.
          if (isSameUnit && isContinuedBy(stale, tail)) return withTail(stale, tail, isKept);
        }
        const wished = await askInWish(from);
        if (wish && wished) return { ...wished, whole: now, unit: wish.name };
        return { ...(await ask(from, undefined)), whole: now, unit: await ownUnit() };
      },
    };
  };
  return { metadata: (id) => metadata(null, id), rows };
}

/** The failure means that Home Assistant does not know the unit or its class, or cannot convert to it. It is not temporary. */
function isRefusal(error: unknown): boolean {
  const codes = ['invalid_format', 'home_assistant_error', 'service_validation_error', 'unknown_error'];
  return codes.includes(String(errorCode(error)));
}

function isWorthRetrying(error: unknown): boolean {
  return !['invalid_format', 'unauthorized'].includes(String(errorCode(error)));
}
