import type { FetchContext, Key, Policy, Update } from '../types.ts';

export type Source = Update<unknown>['source'];

/** A fetcher of whatever type: any Fetcher<T> fits. */
export type AnyFetcher = (context: FetchContext<never>) => Promise<unknown>;

/** What callers get, which may be an equal older reference, and when it was true; no timestamp where it was not kept. */
export interface FetchOutcome {
  value: unknown;
  timestamp: number | undefined;
  source: Source;
}

/** What one tab tells the others: an answer with all that is known about it. */
export interface Answer {
  key: Key;
  json: string;
  timestamp: number;
  end: number;
  version: string;
  tags: string[];
  cost: number;
  /** How long past its end it may serve, in ms; tabs of earlier versions do not say. */
  grace?: number;
  /** Mutation events leave it alone. */
  kept: boolean;
  /** Its tab has written it to storage: what lies there now stands. */
  stored: boolean;
}

/** An answer that somebody else fetched. */
export interface Received {
  readonly key: Key;
  readonly value: unknown;
  readonly version: string;
  readonly policy: Policy;
  readonly source: Source;
}
