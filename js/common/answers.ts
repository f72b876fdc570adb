import type { FetchContext, Key, Policy, Update } from '../types.ts';

export type Source = Update<unknown>['source'];

/** A fetcher of any type: every Fetcher<T> is assignable to it. */
export type AnyFetcher = (context: FetchContext<never>) => Promise<unknown>;

/**
 * What a flight resolves with. `value` may be an equal, older reference. `timestamp` is undefined if the answer was not
 * committed.
 */
export interface FetchOutcome {
  value: unknown;
  timestamp: number | undefined;
  source: Source;
}

/** The message in which a tab sends an answer to the others. Its field names are a format that tabs of other versions read. */
export interface Answer {
  key: Key;
  json: string;
  timestamp: number;
  end: number;
  version: string;
  tags: string[];
  cost: number;
  /** For how many ms past its end the answer may be served. Tabs of earlier versions do not send it. */
  grace?: number;
  /** The entry is exempt from events. */
  kept: boolean;
  /** The sending tab has written the answer to storage, so the record there is current. */
  stored: boolean;
}

/** An answer that another tab or process fetched. */
export interface Received {
  readonly key: Key;
  readonly value: unknown;
  readonly version: string;
  readonly policy: Policy;
  readonly source: Source;
}
