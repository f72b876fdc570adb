import type { CardCache, Query, WatchOptions } from '../types.ts';

/** The used part of Home Assistant's `hass` object. */
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
  /** Types of mutation events. Callers that connect the same cache add to each other's types. */
  events?: string[];
  /** The integration's own WebSocket command with which non-admins subscribe: `{type: subscribeCommand, event_type}`. */
  subscribeCommand?: string;
  /** An entity whose state changes with every mutation. */
  revisionEntity?: string;
  /**
   * Time between polls if no event source is available, in ms, more than 0. Default, and with Infinity: each watch's own
   * interval.
   */
  pollInterval?: number;
  /**
   * The name by which events refer to the signed-in user. Without it, events concern every user whom they do not clearly leave
   * out.
   */
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
