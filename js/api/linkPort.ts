import type { CacheOptions, EventDecision, Key, LogEntry, MutationEvent } from '../types.ts';

/** Where a handle keeps what event sources need of it and cards do not; found over bundles. */
export const LINK_PORT: unique symbol = Symbol.for('cardcache.link') as never;

export interface LinkPort {
  /** Judges for the connected user and for everybody whose keys are watched, then drops and refetches. */
  applyEvent(event: MutationEvent, connected: string | undefined): EventDecision[];
  /** Policies and rules of a further opener. */
  merge(options: CacheOptions): void;
  /** TypeError for what these options, and those of a link, cannot mean. */
  check(options: object): void;
  /**
   * Events before `since` (ms) may have been missed: what is watched and older is fetched again. With types of events: since no
   * page heard them before; then only what those, or any rule, can have voided.
   */
  catchUp(since: number, types?: readonly string[]): void;
  /** Fetches again what is watched and failed. */
  retryFailed(): void;
  now(): number;
  log(entry: LogEntry): void;
  refresh(key: Key): void;
  /** The connected user, for `mutate({event})`; undefined takes it back. */
  connectUser(user: string | undefined): void;
  /** Whether its handle has been closed. */
  isClosed(): boolean;
  /** Runs `undo` when its handle closes; gives what runs it before. */
  untilClosed(undo: () => void): () => void;
  /** One link a source, whichever bundle made it. */
  readonly links: Map<unknown, unknown>;
}
