import { key, type CardCache, type Policy, type Query } from '../../js/index.ts';
import { openHassCache } from '../../js/hass/index.ts';
import { connectionLost, errorCode } from '../errors.ts';
import type { CardHass } from '../hass.ts';
import type { Change } from './changes.ts';
import { featuresOf, isTodoItems, readItems, type Features, type TodoItem } from './items.ts';
import { Subscription, type SubscribableConnection } from './subscription.ts';

const ENDPOINT = 'todo';

/** The server pushes lists, so nothing is polled. An unreachable list is shown as long as the cache holds it. */
const policy: Policy<TodoItem[]> = {
  version: '1',
  check: isTodoItems,
  onEvent: 'keep',
  retry: { attempts: 3, when: (error) => !['invalid_entity_id', 'unauthorized'].includes(String(errorCode(error))) },
};
const OPTIONS = { policies: { [ENDPOINT]: policy } };

/** The same grace as for the cache's watches: a moved or rebuilt element is back within a moment. */
const LINGER = 5_000;

/** How long the server's list may take to show a confirmed change before it is requested. */
const SHOWN_WITHIN = 10_000;

interface Pending {
  change: Change;
  isDone: boolean;
  isSeen: boolean;
  late?: ReturnType<typeof setTimeout>;
  settle: () => void;
  settled: Promise<void>;
}

/** The state of a to-do list in Home Assistant. */
export interface ListEntity {
  state?: string;
  attributes?: { friendly_name?: string; supported_features?: number };
}

const lists = new WeakMap<object, Map<string, TodoList>>();

/**
 * One to-do list, shared by all cards of the page that show it. The cache holds the server's last list. Pending writes are applied on top
 * until the server's list shows them, so lists pushed in between (another user's ticks) revert nothing.
 */
export class TodoList {
  static of(hass: CardHass, entity: string): TodoList {
    const connection = hass.connection as object;
    let known = lists.get(connection);
    if (!known) lists.set(connection, (known = new Map<string, TodoList>()));
    const name = `${hass.user?.id ?? ''} ${entity}`;
    let list = known.get(name);
    if (!list) known.set(name, (list = new TodoList(hass, entity, () => known.delete(name))));
    list.update(hass);
    return list;
  }

  /** The last error of reading the list. */
  error: unknown;
  readonly #entity: string;
  readonly #cache: CardCache;
  readonly #query: Query<TodoItem[]>;
  readonly #subscription: Subscription;
  readonly #forget: () => void;
  readonly #listeners = new Set<() => void>();
  readonly #writing = new Map<string, Promise<unknown>>();
  #pending: Pending[] = [];
  #hass: CardHass;
  #server: TodoItem[] | undefined;
  #shown: TodoItem[] | undefined;
  #stop: (() => void) | undefined;
  #linger: ReturnType<typeof setTimeout> | undefined;

  private constructor(hass: CardHass, entity: string, forget: () => void) {
    this.#hass = hass;
    this.#entity = entity;
    this.#forget = forget;
    this.#cache = openHassCache(hass, OPTIONS);
    const connection = hass.connection as SubscribableConnection;
    const message = { type: 'todo/item/subscribe', entity_id: entity };
    this.#subscription = new Subscription(connection, message, (pushed) => this.#heard(readItems(pushed)));
    this.#query = {
      ...policy,
      key: key(ENDPOINT, null, entity),
      fetcher: async ({ signal }) => readItems(await this.#subscription.first(signal)),
    };
    this.#server = this.#cache.get<TodoItem[]>(this.#query.key);
  }

  /** The items to show; undefined until something is known. */
  get items(): TodoItem[] | undefined {
    this.#shown ??= this.#server && this.#pending.reduce((items, { change }) => change.apply(items), this.#server);
    return this.#shown;
  }

  /** The server's last list. */
  get confirmed(): TodoItem[] {
    return this.#server ?? [];
  }

  /** The age of that list, in ms. */
  get age(): number | undefined {
    return this.#cache.age(this.#query.key);
  }

  /** What the list lets one do. */
  get features(): Features {
    return featuresOf(this.entity?.attributes?.supported_features);
  }

  get entity(): ListEntity | undefined {
    return this.#hass.states[this.#entity] as ListEntity | undefined;
  }

  /** Calls the listener for every change until the returned function is called. */
  follow(listener: () => void): () => void {
    clearTimeout(this.#linger);
    this.#listeners.add(listener);
    this.#start();
    return () => {
      if (!this.#listeners.delete(listener) || this.#listeners.size > 0) return;
      this.#linger = setTimeout(() => this.#end(), LINGER);
    };
  }

  /** Takes each new `hass` that may matter. If an integration was loaded or came back, its subscription has ended. */
  update(hass: CardHass): void {
    const before = this.#hass;
    if (before === hass) return;
    this.#hass = hass;
    openHassCache(hass, OPTIONS);
    const isUp = (of: CardHass): boolean => of.config?.state === 'RUNNING' && isAvailable(of, this.#entity);
    if (isUp(hass) && !isUp(before)) this.#subscription.renew();
  }

  /** Requests the list from the server now. `error` holds the outcome. */
  async refresh(): Promise<void> {
    await this.#cache.coordinator(this.#query.key)?.refresh();
  }

  /** Shows a change at once and writes it. If the server refuses, rolls it back and rejects. */
  async write(change: Change): Promise<void> {
    if (!this.#hass.connected) throw connectionLost();
    const pending = pendingOf(change);
    this.#pending.push(pending);
    this.#changed();
    try {
      await this.#inTurn(change);
    } catch (error) {
      this.#drop(pending);
      // The server may have done it all the same.
      void this.refresh();
      throw error;
    }
    pending.isDone = true;
    if (pending.isSeen) this.#drop(pending);
    else pending.late = setTimeout(() => this.#giveUp(pending), SHOWN_WITHIN);
  }

  /** Moves an item behind another, or to the top. */
  async move(uid: string, previous: string | undefined): Promise<void> {
    const place = previous !== undefined && { previous_uid: previous };
    await this.#hass.callWS({ type: 'todo/item/move', entity_id: this.#entity, uid, ...place });
  }

  /** Resolves when the server's list shows the change, or after the time allowed for that. */
  async settled(change: Change): Promise<void> {
    await this.#pending.find((pending) => pending.change === change)?.settled;
  }

  async #inTurn(change: Change): Promise<void> {
    const { service, data, uids = [] } = change;
    const earlier = uids.map(async (uid) => this.#writing.get(uid));
    const call = async (): Promise<void> => {
      await Promise.allSettled(earlier);
      await this.#hass.callService('todo', service, data, { entity_id: this.#entity }, false, false);
    };
    const written = call();
    for (const uid of uids) this.#writing.set(uid, written);
    try {
      await written;
    } finally {
      for (const uid of uids) if (this.#writing.get(uid) === written) this.#writing.delete(uid);
    }
  }

  #start(): void {
    if (this.#stop) return;
    this.#stop = this.#cache.watch(
      this.#query,
      ({ data, error }) => {
        this.error = error;
        if (data && data !== this.#server) this.#take(data);
        this.#changed();
      },
      { interval: Infinity },
    );
    this.#subscription.start();
  }

  /** The cache notifies every card and tab, unless the list is unchanged. */
  #heard(items: TodoItem[]): void {
    this.#cache.set(this.#query.key, items, policy);
    if (this.error === undefined) return;
    this.error = undefined;
    this.#changed();
  }

  #take(items: TodoItem[]): void {
    this.#server = items;
    for (const pending of this.#pending) pending.isSeen ||= pending.change.isIn(items);
    for (const pending of this.#pending.filter(({ isDone, isSeen }) => isDone && isSeen)) this.#drop(pending);
  }

  #giveUp(pending: Pending): void {
    this.#drop(pending);
    void this.refresh();
  }

  #drop(pending: Pending): void {
    clearTimeout(pending.late);
    this.#pending = this.#pending.filter((other) => other !== pending);
    pending.settle();
    this.#changed();
  }

  #changed(): void {
    this.#shown = undefined;
    for (const listener of [...this.#listeners]) listener();
  }

  #end(): void {
    this.#stop?.();
    this.#stop = undefined;
    this.#subscription.stop();
    this.#forget();
  }
}

function pendingOf(change: Change): Pending {
  let settle = (): void => undefined;
  const settled = new Promise<void>((resolve) => (settle = resolve));
  return { change, isDone: false, isSeen: false, settle, settled };
}

function isAvailable(hass: CardHass, entity: string): boolean {
  const state = hass.states[entity] as ListEntity | undefined;
  return state !== undefined && state.state !== 'unavailable';
}
