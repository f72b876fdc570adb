import type { Core, Opened } from './border/core.ts';
import { FOREIGN_NAMESPACE } from './border/engine.ts';
import { mayReachStorage, Policies } from './policies.ts';
import type { SharedCache } from './sharedCache.ts';
import type { Key, Policy } from './types.ts';
import { Vault, type Opening } from './vault.ts';

/** What of a cache lies encrypted in storage: records that are written and read later than others. */
export class Encrypted {
  readonly #cache: SharedCache;
  readonly #core: Core;
  /** Undefined where nothing may be encrypted: no storage, or another program reads it. */
  readonly #vault: Vault | undefined;
  readonly #hushed = new Set<string>();
  readonly #foreign: boolean;

  /** `owner`: whose key; undefined where there is nothing to write to. */
  constructor(cache: SharedCache, core: Core, namespace: string, owner: string | undefined) {
    this.#cache = cache;
    this.#core = core;
    // What another program reads has one form, and that one is plain.
    this.#foreign = namespace === FOREIGN_NAMESPACE;
    if (owner === undefined || this.#foreign) return;
    this.#vault = new Vault(core, owner, {
      failed: (key, cause) => core.noteError('crypto', key, cause),
      refused: (cause) =>
        cache.log.once({ level: 'warn', what: 'encrypted answers are kept in memory only', detail: cause }),
    });
  }

  /** Whether an answer that has to be encrypted can be. */
  get works(): boolean {
    return this.#vault?.works ?? false;
  }

  /** Keeps what the set with this ticket kept. */
  seal(key: Key, ticket: number, json: string): void {
    this.#vault?.seal(key, ticket, json);
  }

  /** What lies sealed under the key, on its way out; undefined at once where nothing does that may be asked for. */
  opening(key: Key, policy: Policy): Opening | undefined {
    const vault = this.#vault;
    return (vault?.active || policy.encrypted) && mayReachStorage(policy) ? vault?.open(key) : undefined;
  }

  /** Makes what lies sealed resident. */
  restore(key: Key, policy: Policy): Promise<unknown> | undefined {
    return this.opening(key, policy)?.opened.then((opened) => opened && this.#admit(key, policy, opened));
  }

  /** Makes all that lies sealed resident. */
  async restoreAll(): Promise<void> {
    await this.#vault?.openAll((key, opened) => {
      const policy = this.#cache.policyFor(key);
      if (mayReachStorage(policy)) this.#admit(key, policy, opened);
    });
  }

  /** Another tab has written a sealed record under the key. */
  async takeChanged(key: Key): Promise<void> {
    if (this.#vault) this.#vault.active = true;
    const value = await this.restore(key, this.#cache.policyFor(key));
    if (value !== undefined) this.#cache.watches.changed(key, value, 'tab');
  }

  /** Removes what the records of these endpoints say in the clear, now that policies forbid it. */
  removePlain(endpoints: Iterable<string>): void {
    if (this.#foreign) return;
    for (const endpoint of endpoints) {
      if (this.#hushed.has(endpoint)) continue;
      this.#hushed.add(endpoint);
      this.#core.removePlain(endpoint);
    }
  }

  /** What is written late has been written. */
  async settled(): Promise<void> {
    await this.#vault?.settled();
  }

  close(): void {
    this.#vault?.close();
  }

  #admit(key: Key, policy: Policy, opened: Opened): unknown {
    return this.#core.lookUp(key, { policy, opened, quiet: true, grace: Policies.graceOf(policy) })?.value;
  }
}
