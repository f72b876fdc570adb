import type { CacheOptions, EventDecision, Key, LogEntry, MutationEvent } from '../types.ts';

/** The member of a handle that event sources use and cards do not. A global symbol, so that bundles find each other's. */
export const LINK_PORT: unique symbol = Symbol.for('cardcache.link') as never;

export interface LinkPort {
  /** Judges the event for the connected user and for every user whose keys are watched; then invalidates and refetches. */
  applyEvent(event: MutationEvent, connected: string | undefined): EventDecision[];
  /** Adds the policies and rules of another opener. */
  merge(options: CacheOptions): void;
  /** Throws a TypeError if these options, or a link's, are wrong. */
  check(options: object): void;
  /**
   * Refetches watched answers that are older than `since` (ms), because events may have been missed before then. With `types`: no
   * page heard events before `since`, so only answers are refetched that events of these types, or of any rule, may have
   * invalidated.
   */
  catchUp(since: number, types?: readonly string[]): void;
  /** Refetches watched keys whose last fetch failed. */
  retryFailed(): void;
  now(): number;
  log(entry: LogEntry): void;
  refresh(key: Key): void;
  /** Sets the user for whom `mutate({event})` is judged; undefined removes it. */
  connectUser(user: string | undefined): void;
  /** Whether the handle is closed. */
  isClosed(): boolean;
  /** Runs `undo` when the handle closes. The returned function runs it earlier. */
  untilClosed(undo: () => void): () => void;
  /** One link for each source, whichever bundle made it. */
  readonly links: Map<unknown, unknown>;
}
