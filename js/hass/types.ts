import type { CardCache, Query, WatchOptions } from '../types.ts';

/** What of Home Assistant's `hass` object is used here; any real one fits. */
export interface HomeAssistant {
  connection: unknown;
  user?: { id: string; name: string; is_admin: boolean };
  connected: boolean;
  states: Record<string, unknown>;
  // eslint-disable-next-line @typescript-eslint/no-unsafe-function-type -- Home Assistant's overloads differ by release
  callService: Function;
  // eslint-disable-next-line @typescript-eslint/no-unsafe-function-type -- as above
  callWS: Function;
  // eslint-disable-next-line @typescript-eslint/no-unsafe-function-type -- as above
  callApi?: Function;
}

export interface HassOptions {
  /** Event types that tell of mutations; those of all who connect the same cache. */
  events?: string[];
  /** The integration's own WebSocket command that lets non-admins subscribe: `{type: subscribeCommand, event_type}`. */
  subscribeCommand?: string;
  /** An entity whose state changes with every mutation. */
  revisionEntity?: string;
  /** Milliseconds between polls, more than 0, where no event source is to be had; default, and Infinity: each watch's own interval. */
  pollInterval?: number;
  /** The name under which events speak of the signed-in user. Without it events concern whoever they do not clearly leave out. */
  username?: string;
}

export interface HassLink {
  readonly source: 'command' | 'events' | 'entity' | 'polling' | 'none';
  readonly user: string | undefined;
  close(): void;
}

export interface CachedDataOptions<T> {
  cache: () => CardCache | undefined;
  query: () => Query<T> | undefined;
  watch?: WatchOptions<T>;
}
