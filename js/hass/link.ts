import { LINK_PORT, type CardCache, type LinkPort, type MutationEvent } from '../index.ts';
import { codeOf, type Connection } from './connection.ts';
import type { HassLink, HassOptions, HomeAssistant } from './types.ts';

/** Timers hold 31 bits: a longer one would fire at once, over and over. */
const LONGEST_TIMER = 2 ** 31 - 1;

type Unsubscribe = () => Promise<void> | void;

interface Source {
  name: HassLink['source'];
  subscribe(type: string): Promise<Unsubscribe>;
}

/**
 * The mutation events of one connection for one cache. The link tries its sources in order and keeps the first one that this user
 * may use: the integration's own command, events (admins only), the revision entity, polling. It does not repeat a request that
 * was refused as unauthorized, because each one adds a line to the server's log.
 */
export class Link implements HassLink {
  source: HassLink['source'] = 'none';
  readonly #port: LinkPort;
  readonly #connection: Connection;
  #options: HassOptions;
  readonly #onClose: () => void;
  #hass: HomeAssistant;
  #subscriptions: Unsubscribe[] = [];
  #refused = new Set<string>();
  #round = 0;
  #pollTimer: ReturnType<typeof setInterval> | undefined;
  #state: string | undefined;
  #revision: unknown;
  #planned = false;
  #closed = false;

  constructor(cache: CardCache, hass: HomeAssistant, options: HassOptions, onClose: () => void) {
    this.#port = portOf(cache);
    this.#connection = hass.connection as Connection;
    this.#options = options;
    this.#hass = hass;
    this.#onClose = onClose;
    this.#state = stateOf(hass);
    this.#revision = this.#revisionOf(hass);
    this.#connection.addEventListener('ready', this.#onReady);
    this.#port.connectUser(this.user);
    this.#plan();
  }

  /** Not derived from `hass.user.name`: if events used another name, every event would seem to concern somebody else. */
  get user(): string | undefined {
    return this.#options.username;
  }

  /**
   * Merges the options of a later call: adds event types, and a source if there was none. A later `username` wins, because it
   * becomes known only with an answer of the server.
   */
  merge({ events = [], username, subscribeCommand, revisionEntity, pollInterval }: HassOptions): void {
    const before = this.#options;
    if (username !== undefined && username !== before.username) {
      before.username = username;
      this.#port.connectUser(this.user);
    }
    const further = events.filter((type) => !before.events?.includes(type));
    const after = {
      ...before,
      events: [...(before.events ?? []), ...further],
      subscribeCommand: before.subscribeCommand ?? subscribeCommand,
      revisionEntity: before.revisionEntity ?? revisionEntity,
      pollInterval: before.pollInterval ?? pollInterval,
    };
    const names = ['subscribeCommand', 'revisionEntity', 'pollInterval'] as const;
    if (further.length === 0 && names.every((name) => after[name] === before[name])) return;
    this.#options = after;
    if (after.revisionEntity !== before.revisionEntity) this.#revision = this.#revisionOf(this.#hass);
    this.#plan();
  }

  /** Called with every new `hass`. Must be cheap: Home Assistant creates one for each change of a state. */
  update(hass: HomeAssistant): void {
    const before = this.#hass;
    if (hass === before) return;
    this.#hass = hass;
    const state = stateOf(hass);
    const started = state === 'RUNNING' && this.#state !== 'RUNNING';
    this.#state = state;
    // The user may become known later.
    const mayAskMore = hass.user?.is_admin && !before.user?.is_admin && this.source !== 'command';
    // An integration that was not loaded when the connection came back has silently lost our subscription.
    if (started || mayAskMore) this.#subscribe();
    if (this.source !== 'entity') return;
    const revision = this.#revisionOf(hass);
    if (revision === this.#revision) return;
    this.#revision = revision;
    this.#onEvent({ event_type: this.#options.revisionEntity ?? '' });
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.source = 'none';
    this.#connection.removeEventListener('ready', this.#onReady);
    this.#port.connectUser(undefined);
    this.#unsubscribe();
    this.#onClose();
  }

  readonly #onEvent = (event: MutationEvent): void => {
    if (!this.#closed) this.#safely(() => this.#port.applyEvent(event, this.user));
  };

  readonly #onReady = (): void =>
    this.#safely(() => {
      // Earlier failures may be due to the lost connection. Events are never replayed, so those until now may have been missed.
      this.#port.retryFailed();
      this.#port.catchUp(this.#port.now());
      if (this.source === 'none' || this.source === 'polling') this.#subscribe();
    });

  /** Catches errors: the connection has other listeners to call. */
  #safely(act: () => void): void {
    try {
      act();
    } catch (error) {
      this.#failed(error);
    }
  }

  #failed(error: unknown): void {
    this.#port.log({
      level: 'error',
      what: 'a source of events failed: answers may be outdated until their next poll',
      detail: error,
    });
  }

  /** Subscribes in a microtask, when all callers have merged their options and the card has painted. */
  #plan(): void {
    if (this.#planned) return;
    this.#planned = true;
    queueMicrotask(() => {
      this.#planned = false;
      this.#subscribe();
    });
  }

  #sources(): Source[] {
    const { subscribeCommand } = this.#options;
    const sources: Source[] = [];
    if (subscribeCommand !== undefined) {
      const ask = (type: string) =>
        this.#connection.subscribeMessage(this.#onEvent, { type: subscribeCommand, event_type: type });
      sources.push({ name: 'command', subscribe: ask });
    }
    if (this.#hass.user?.is_admin) {
      const ask = (type: string) => this.#connection.subscribeEvents(this.#onEvent, type);
      sources.push({ name: 'events', subscribe: ask });
    }
    return sources.filter(({ name }) => !this.#refused.has(name));
  }

  #subscribe(): void {
    this.#findSource().catch((error: unknown) => this.#failed(error));
  }

  async #findSource(): Promise<void> {
    if (this.#closed) return;
    const round = ++this.#round;
    this.#unsubscribe();
    const since = this.#port.now();
    const types = this.#options.events ?? [];
    for (const source of types.length > 0 ? this.#sources() : []) {
      const accepted = await this.#subscribeTo(source, types);
      if (round !== this.#round || this.#closed) {
        release(accepted ?? []);
        return;
      }
      if (!accepted) continue;
      this.#subscriptions = accepted;
      this.source = source.name;
      this.#catchUpAfterLoad(since);
      return;
    }
    if (this.#revisionOf(this.#hass) !== undefined) {
      this.source = 'entity';
      this.#catchUpAfterLoad(since);
    } else {
      this.#poll();
    }
  }

  /** Answers from before this moment may be outdated by events that no page heard. Without event types nothing can be. */
  #catchUpAfterLoad(since: number): void {
    const { events = [], revisionEntity } = this.#options;
    this.#port.catchUp(since, revisionEntity === undefined ? events : [...events, revisionEntity]);
  }

  /** Undefined if the first type is refused: the others would be refused too, each with a line in the server's log. */
  async #subscribeTo(source: Source, types: readonly string[]): Promise<Unsubscribe[] | undefined> {
    const [first, ...rest] = types;
    try {
      const accepted = [await source.subscribe(first ?? '')];
      const others = await Promise.allSettled(rest.map((type) => source.subscribe(type)));
      for (const other of others) {
        if (other.status === 'fulfilled') accepted.push(other.value);
        else
          this.#port.log({
            level: 'warn',
            what: 'an event type was refused: its changes show with the next poll',
            detail: other.reason,
          });
      }
      return accepted;
    } catch (error) {
      const code = codeOf(error);
      if (code === 'unauthorized') this.#refused.add(source.name);
      this.#port.log({ level: 'debug', what: `event source '${source.name}' was refused`, detail: error });
      return undefined;
    }
  }

  #poll(): void {
    this.source = 'polling';
    const { pollInterval } = this.#options;
    this.#catchUpAfterLoad(this.#port.now());
    if (pollInterval === undefined || pollInterval > LONGEST_TIMER) return;
    this.#pollTimer = setInterval(() => {
      if (typeof document === 'undefined' || !document.hidden) this.#safely(() => this.#port.catchUp(this.#port.now()));
    }, pollInterval);
  }

  #unsubscribe(): void {
    clearInterval(this.#pollTimer);
    release(this.#subscriptions.splice(0));
  }

  #revisionOf(hass: HomeAssistant): unknown {
    const { revisionEntity } = this.#options;
    // `states` is missing until Home Assistant has sent it.
    const states = hass.states as HomeAssistant['states'] | null | undefined;
    return revisionEntity === undefined ? undefined : states?.[revisionEntity];
  }
}

/** Ends subscriptions. Ignores failures: the server may have forgotten the subscription already. */
function release(subscriptions: readonly Unsubscribe[]): void {
  for (const unsubscribe of subscriptions) new Promise((ended) => ended(unsubscribe())).catch(() => undefined);
}

function stateOf(hass: HomeAssistant): string | undefined {
  return (hass as { config?: { state?: string } }).config?.state;
}

export function portOf(cache: CardCache): LinkPort {
  const port = (cache as { [LINK_PORT]?: LinkPort } | null | undefined)?.[LINK_PORT];
  if (!port) throw new TypeError('cardcache: connectHass needs a cache that openCache gave');
  return port;
}
