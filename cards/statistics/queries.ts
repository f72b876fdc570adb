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
  /** In which unit Home Assistant shows it by itself. */
  own: string | null;
  /** In which other unit of its class it is wished for. */
  wish: { unitClass: string; name: string } | undefined;
}

export const ROWS_ENDPOINT = 'statistics';
export const METADATA_ENDPOINT = 'statistic_metadata';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** Past rows change too: a meter is corrected, a supplier's readings come days late. So once a day all is read. */
const WHOLE_AFTER = DAY;

const retry = { attempts: 3, when: isWorthRetrying };

/** After a load the tail is asked for at once, however young the rows are: no event says that there is a new one. */
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

/** Shared by all cards of a page, so that what several ask for is one message. */
const rowsTogether = new Together<unknown>();
const metadataTogether = new Together<unknown>();

/** The questions about one statistic, asked through whatever `hass` is newest when an answer is needed. */
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

    /** Undefined where Home Assistant does not convert to the unit that is wished for. */
    const askInWish = async (from: number): Promise<Rows | undefined> => {
      if (!wish) return undefined;
      try {
        const rows = await ask(from, wish);
        const last = rows.start.at(-1);
        // A unit that fits the class and not the statistic is not refused: the values come as they are.
        return last === undefined || areConverted(rows, await ask(last, undefined)) ? rows : undefined;
      } catch (error) {
        if (isRefusal(error)) return undefined;
        throw error;
      }
    };

    /** What Home Assistant showed it in when it answered: somebody may have chosen another unit since that was asked for. */
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
          // The last row too: a period that is not over yet is answered with what there is of it.
          const tail = await ask(last, isInWish ? wish : undefined);
          const isSameUnit = isInWish || (await ownUnit()) === stale.unit;
          // The row was there: whoever took it away, or moved the sums before it, may have changed more.
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

/** Home Assistant knows the unit or its class not, or cannot convert to it; not that it cannot answer now. */
function isRefusal(error: unknown): boolean {
  const codes = ['invalid_format', 'home_assistant_error', 'service_validation_error', 'unknown_error'];
  return codes.includes(String(errorCode(error)));
}

function isWorthRetrying(error: unknown): boolean {
  return !['invalid_format', 'unauthorized'].includes(String(errorCode(error)));
}
