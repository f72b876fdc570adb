import type { CardCache, Query, Update } from '../../js/index.ts';
import { openHassCache } from '../../js/hass/index.ts';
import { connectionLost } from '../errors.ts';
import type { CardHass } from '../hass.ts';
import type { EntityConfig, StatisticsConfig } from './config.ts';
import { METADATA_ENDPOINT, metadataPolicy, ROWS_ENDPOINT, rowsPolicy, statisticsQueries } from './queries.ts';
import type { Period } from './periods.ts';
import type { StatisticMetadata, Statistics } from './statistics.ts';

const MINUTE = 60_000;
const METADATA_INTERVAL = 60 * MINUTE;
/** New rows come every five minutes or every hour; a request for the tail is one small message. */
const ROWS_INTERVAL: Record<Period, number> = {
  '5minute': 5 * MINUTE,
  hour: 10 * MINUTE,
  day: 10 * MINUTE,
  week: 30 * MINUTE,
  month: 30 * MINUTE,
};

/** Policies by endpoint, so that a bare `get` in a first render uses them too. */
const OPTIONS = {
  namespace: 'statistics_',
  policies: { [METADATA_ENDPOINT]: metadataPolicy, [ROWS_ENDPOINT]: rowsPolicy },
};

/** The data of one statistic. `metadata` null: Home Assistant has no statistic of that id. */
export interface Followed {
  readonly entity: EntityConfig;
  metadata: StatisticMetadata | null | undefined;
  rows: Statistics | undefined;
  error: unknown;
}

interface Watched extends Followed {
  metadataKey: string;
  rowsKey: string | undefined;
  timestamp: number | undefined;
  stopMetadata: () => void;
  stopRows: () => void;
}

const nothingToStop = (): void => undefined;

/** The card's data, read from the cache and followed there. The next element reads the same from the cache before its first render. */
export class StatisticsFeed {
  #watched: Watched[] = [];
  #hass: CardHass | undefined;
  #config: StatisticsConfig | undefined;
  #cache: CardCache | undefined;
  #isFollowing = false;
  readonly #changed: () => void;
  readonly #queries = statisticsQueries(() => this.#newestHass());

  constructor(changed: () => void) {
    this.#changed = changed;
  }

  get followed(): readonly Followed[] {
    return this.#watched;
  }

  /** Ms since the oldest shown answer was confirmed. */
  get age(): number | undefined {
    const times = this.#watched.flatMap(({ rows, rowsKey, timestamp }) => {
      const asked = rowsKey === undefined ? undefined : this.#cache?.coordinator(rowsKey)?.lastUpdateTime;
      return rows ? [Math.max(timestamp ?? 0, asked ?? 0)] : [];
    });
    return times.length > 0 ? Math.max(0, Date.now() - Math.min(...times)) : undefined;
  }

  /** Reads from the cache at once, then follows it. Cheap if cache and configuration are the same as before. */
  follow(hass: CardHass, config: StatisticsConfig): void {
    this.#hass = hass;
    const cache = openHassCache(hass, OPTIONS);
    if (this.#isFollowing && cache === this.#cache && config === this.#config) return;
    this.stop();
    const before = cache === this.#cache ? this.#watched : [];
    this.#cache = cache;
    this.#config = config;
    this.#isFollowing = true;
    this.#watched = config.entities.map((entity) => this.#watch(cache, entity, before));
  }

  stop(): void {
    this.#isFollowing = false;
    for (const { stopMetadata, stopRows } of this.#watched) {
      stopMetadata();
      stopRows();
    }
  }

  /** Requests again what is missing. */
  async retry(): Promise<void> {
    const keys = this.#watched.map(({ metadata, metadataKey, rowsKey }) => (metadata && rowsKey) ?? metadataKey);
    await Promise.all(keys.map(async (key) => this.#cache?.coordinator(key)?.refresh()));
  }

  /** Drops data that cannot be shown, so that the next card, or this one after a reload, does not find it again. */
  forget(): void {
    for (const watched of this.#watched) {
      if (watched.rowsKey !== undefined) this.#cache?.delete(watched.rowsKey);
      this.#cache?.delete(watched.metadataKey);
      watched.rows = undefined;
    }
  }

  #watch(cache: CardCache, entity: EntityConfig, before: readonly Watched[]): Watched {
    const query = this.#queries.metadata(entity.id);
    const watched: Watched = {
      entity,
      metadata: cache.get<StatisticMetadata | null>(query.key),
      metadataKey: query.key,
      rows: undefined,
      rowsKey: undefined,
      error: undefined,
      timestamp: undefined,
      stopMetadata: nothingToStop,
      stopRows: nothingToStop,
    };
    this.#watchRows(cache, watched, before);
    watched.stopMetadata = cache.watch(query, (update) => this.#onMetadata(cache, watched, update), {
      interval: METADATA_INTERVAL,
    });
    return watched;
  }

  #watchRows(cache: CardCache, watched: Watched, before: readonly Watched[] = []): void {
    const query = this.#rowsQuery(watched);
    if (!query || query.key === watched.rowsKey) return;
    watched.stopRows();
    watched.rowsKey = query.key;
    watched.rows = cache.get<Statistics>(query.key) ?? before.find(({ rowsKey }) => rowsKey === query.key)?.rows;
    const age = cache.age(query.key);
    watched.timestamp = age === undefined ? undefined : Date.now() - age;
    const interval = ROWS_INTERVAL[this.#config?.period ?? 'hour'];
    watched.stopRows = cache.watch(query, (update) => this.#onRows(watched, update), { interval });
  }

  /** Undefined until the metadata are known. */
  #rowsQuery({ entity, metadata }: Watched): Query<Statistics> | undefined {
    const config = this.#config;
    if (!config || !metadata) return undefined;
    const { unitClass, unit: own } = metadata;
    // A statistic without a unit class has no other units.
    const { unit: name } = entity;
    const wish = name === undefined || name === own || unitClass === null ? undefined : { unitClass, name };
    const { period, days } = config;
    return this.#queries.rows({ id: entity.id, period, days, own, wish });
  }

  #onMetadata(cache: CardCache, watched: Watched, update: Update<StatisticMetadata | null>): void {
    if (update.data !== undefined) {
      watched.metadata = update.data;
      this.#watchRows(cache, watched);
    }
    if (!watched.rows) watched.error = update.error;
    this.#changed();
  }

  #onRows(watched: Watched, update: Update<Statistics>): void {
    watched.error = update.error;
    if (update.data) watched.rows = update.data;
    if (update.timestamp !== undefined) watched.timestamp = update.timestamp;
    this.#changed();
  }

  #newestHass(): CardHass {
    if (!this.#hass) throw connectionLost();
    return this.#hass;
  }
}
