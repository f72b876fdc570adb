import type { CardCache, Query, Update } from '../index.ts';
import type { CachedDataOptions } from './types.ts';

/** The used part of a Lit element: any ReactiveControllerHost. */
interface Host {
  addController(controller: object): void;
  requestUpdate(): void;
}

/**
 * A controller for Lit elements: re-renders its host only when the query's data changed. It watches while the host is connected.
 * `data` already holds the cached answer in the host's first render.
 */
export class CachedData<T> {
  readonly #host: Host;
  readonly #options: CachedDataOptions<T>;
  #cache: CardCache | undefined;
  #key: string | undefined;
  #update: Update<T> | undefined;
  #stop: (() => void) | undefined;
  #connected = false;

  constructor(host: unknown, options: CachedDataOptions<T>) {
    const { addController, requestUpdate } = (host ?? {}) as Partial<Host>;
    if (typeof addController !== 'function' || typeof requestUpdate !== 'function') {
      throw new TypeError('cardcache: new CachedData(host, options): host must be a Lit element');
    }
    const { cache, query } = (options ?? {}) as Partial<CachedDataOptions<T>>;
    if (typeof cache !== 'function' || typeof query !== 'function') {
      throw new TypeError('cardcache: new CachedData(host, options): options must have the functions cache and query');
    }
    this.#host = host as Host;
    this.#options = options;
    this.#host.addController(this);
  }

  get data(): T | undefined {
    const shown = this.#update?.data;
    if (shown !== undefined) return shown;
    const query = this.#options.query();
    return query && this.#options.cache()?.peek<T>(query.key);
  }

  get error(): unknown {
    return this.#update?.error;
  }

  get fresh(): boolean {
    return this.#update?.fresh ?? false;
  }

  get fetching(): boolean {
    return this.#update?.fetching ?? false;
  }

  get timestamp(): number | undefined {
    return this.#update?.timestamp;
  }

  async refresh(): Promise<void> {
    if (this.#key !== undefined) await this.#cache?.coordinator(this.#key)?.refresh();
  }

  hostConnected(): void {
    this.#connected = true;
    this.#follow();
  }

  /** Called before each render, because cache and query may have changed. Lit may render a host after its removal. */
  hostUpdate(): void {
    if (this.#connected) this.#follow();
  }

  hostDisconnected(): void {
    this.#connected = false;
    this.#leave();
  }

  #leave(): void {
    this.#stop?.();
    this.#stop = this.#cache = this.#key = undefined;
  }

  #follow(): void {
    const cache = this.#options.cache();
    const query: Query<T> | undefined = this.#options.query();
    if (cache === this.#cache && query?.key === this.#key) return;
    this.#leave();
    this.#update = undefined;
    if (!cache || !query) return;
    this.#cache = cache;
    this.#key = query.key;
    this.#stop = cache.watch(query, (update) => this.#onUpdate(update), this.#options.watch);
  }

  #onUpdate(update: Update<T>): void {
    this.#update = update;
    this.#host.requestUpdate();
  }
}
