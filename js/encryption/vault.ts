import type { Bound, Core, Opened } from '../border/core.ts';
import { hasKeyStore, storedKey } from './keyStore.ts';
import { mayReachStorage, Policies } from '../common/policies.ts';
import type { Key, Policy } from '../types.ts';

/** A card waits this long, and so often in a row, for the browser's key store, which may hang. A page that was busy or asleep counts once. */
const PATIENCE = 500;
const PATIENCES = 4;
/** 96 bits, as AES-GCM wants, drawn anew for each record. */
const IV_SIZE = 12;
const TAG_SIZE = 16;
/** Decrypted side by side when a cache opens. */
const AT_ONCE = 32;

export interface VaultHost {
  policyFor(key: Key): Policy;
  /** Another tab's answer has been decrypted. */
  changed(key: Key, value: unknown): void;
  /** This page cannot encrypt, or the browser keeps no keys for it. */
  refused(cause: unknown): void;
}

/** An encrypted record that is being decrypted. */
export interface Opening {
  /** When its answer was true. */
  timestamp: number;
  /** Undefined where it cannot be decrypted, or not in time. */
  opened: Promise<Opened | undefined>;
}

/**
 * What of a cache lies encrypted in storage. Encrypts answers on their way there and decrypts them on their way back, with one key a
 * user, which the browser keeps in IndexedDB and shows to nobody. The core says what is written and what is still wanted when it has
 * been encrypted.
 */
export class Vault {
  /** False while no encrypted record was met: then nobody has to look for one. */
  #active = false;
  readonly #core: Core;
  readonly #owner: string | undefined;
  readonly #host: VaultHost;
  /** The newest set of each key that has not been encrypted yet. */
  readonly #waiting = new Map<Key, { ticket: number; json: string }>();
  readonly #writing = new Set<Promise<void>>();
  readonly #opening = new Map<Key, Opening>();
  readonly #asked = new Map<boolean, Promise<CryptoKey | null | undefined>>();
  /** Endpoints whose plain records have been removed. */
  readonly #scrubbed = new Set<string>();
  #key: CryptoKey | undefined;
  #refused: boolean;
  #closed = false;

  /** `owner`: whose key; undefined where nothing may be encrypted: no storage, or another program reads it. */
  constructor(core: Core, owner: string | undefined, host: VaultHost) {
    this.#core = core;
    this.#owner = owner;
    this.#host = host;
    this.#refused = owner === undefined;
  }

  /** Whether an answer that has to be encrypted can be. Where the page is why not, it says so. */
  get works(): boolean {
    if (this.#refused) return false;
    if (hasKeyStore()) return true;
    this.#refuse(new Error('no WebCrypto or no IndexedDB'));
    return false;
  }

  /** Encrypts what the set with this ticket stored; only `settled` waits for it. */
  seal(key: Key, ticket: number, json: string): void {
    this.#active = true;
    // Of those that wait for the key the first to go on takes the newest, and the others find nothing left to do.
    this.#waiting.set(key, { ticket, json });
    const writing = this.#seal(key).finally(() => this.#writing.delete(writing));
    this.#writing.add(writing);
  }

  /** Resolves when all that was to be written has been, or never will be. */
  async settled(): Promise<void> {
    while (this.#writing.size > 0) await Promise.all(this.#writing);
  }

  /** Begins to decrypt what lies under the key; undefined at once where no encrypted record that may be used lies there. */
  opening(key: Key, policy: Policy): Opening | undefined {
    return (this.#active || policy.encrypted) && mayReachStorage(policy) ? this.#begin(key) : undefined;
  }

  #begin(key: Key): Opening | undefined {
    if (this.#closed || this.#refused) return undefined;
    const running = this.#opening.get(key);
    if (running) return running;
    const timestamp = this.#core.sealedTimestampOf(key);
    if (timestamp === undefined || !this.works) return undefined;
    this.#active = true;
    const opening = { timestamp, opened: this.#open(key).finally(() => this.#opening.delete(key)) };
    this.#opening.set(key, opening);
    return opening;
  }

  /** Makes what lies encrypted resident. */
  restore(key: Key, policy: Policy): Promise<unknown> | undefined {
    return this.opening(key, policy)?.opened.then((opened) => opened && this.#admit(key, policy, opened));
  }

  /** Makes all that lies encrypted resident. */
  async restoreAll(): Promise<void> {
    if (this.#refused) return;
    const keys = this.#core.sealedKeys();
    for (let from = 0; from < keys.length && !this.#closed; from += AT_ONCE) {
      const some = keys.slice(from, from + AT_ONCE);
      const opened = await Promise.all(some.map((key) => this.#begin(key)?.opened ?? Promise.resolve(undefined)));
      opened.forEach((one, index) => {
        const key = some[index] ?? '';
        const policy = this.#host.policyFor(key);
        if (one && !this.#closed && mayReachStorage(policy)) this.#admit(key, policy, one);
      });
    }
  }

  /** Another tab has written an encrypted record under the key. */
  async takeChanged(key: Key): Promise<void> {
    if (this.#owner !== undefined) this.#active = true;
    const value = await this.restore(key, this.#host.policyFor(key));
    if (value !== undefined) this.#host.changed(key, value);
  }

  /** Removes what the records of these endpoints say in the clear, now that policies forbid it. */
  removePlain(endpoints: Iterable<string>): void {
    if (this.#owner === undefined) return;
    for (const endpoint of endpoints) {
      if (this.#scrubbed.has(endpoint)) continue;
      this.#scrubbed.add(endpoint);
      this.#core.removePlain(endpoint);
    }
  }

  close(): void {
    this.#closed = true;
    this.#waiting.clear();
  }

  #admit(key: Key, policy: Policy, opened: Opened): unknown {
    return this.#core.lookUp(key, { policy, opened, quiet: true, grace: Policies.graceOf(policy) })?.value;
  }

  async #seal(key: Key): Promise<void> {
    const cryptoKey = await this.#obtain(true);
    const set = this.#waiting.get(key);
    this.#waiting.delete(key);
    if (!set) return;
    try {
      const wanted = this.#core.prepareSealing(set.ticket, set.json);
      if (!wanted) return;
      if (!cryptoKey) throw new Error('there is no key to encrypt with');
      const box = await encrypt(cryptoKey, wanted);
      if (!this.#closed) this.#core.writeSealed(set.ticket, box);
    } catch (error) {
      if (this.#closed) return;
      this.#core.abandonSealing(set.ticket);
      this.#core.noteError('crypto', key, error);
    }
  }

  async #open(key: Key): Promise<Opened | undefined> {
    for (let attempt = 1; ; attempt++) {
      const cryptoKey = await this.#obtain(false);
      // Where it is not known whether there is a key, its records are left alone.
      if (cryptoKey === undefined || this.#closed) return undefined;
      const sealed = this.#core.readSealed(key);
      if (!sealed) return undefined;
      const plain = cryptoKey && (await decrypt(cryptoKey, sealed));
      if (this.#closed) return undefined;
      if (plain) return { plain, tag: sealed.bytes.subarray(-TAG_SIZE) };
      if (cryptoKey && attempt === 1) {
        // Another tab may have lost this key since, and made one anew.
        if (this.#key === cryptoKey) this.#key = undefined;
        continue;
      }
      this.#core.rejectSealed(key, sealed.bytes);
      return undefined;
    }
  }

  /** The user's key; null where there is none, undefined where the store does not answer in time. */
  async #obtain(make: boolean): Promise<CryptoKey | null | undefined> {
    if (this.#key) return this.#key;
    let asked = this.#asked.get(make);
    if (!asked) {
      // Remembered until the store answers: later callers do not wait a second time.
      asked = inTime(this.#ask(make).finally(() => this.#asked.delete(make)));
      this.#asked.set(make, asked);
    }
    return asked;
  }

  async #ask(make: boolean): Promise<CryptoKey | null | undefined> {
    try {
      const key = await storedKey(this.#owner ?? '', make);
      this.#key ??= key;
      return key ?? null;
    } catch (error) {
      this.#refuse(error);
      return undefined;
    }
  }

  #refuse(cause: unknown): void {
    this.#refused = true;
    if (!this.#closed) this.#host.refused(cause);
  }
}

async function encrypt(key: CryptoKey, { bytes, binding }: Bound): Promise<Uint8Array> {
  const iv = crypto.getRandomValues(new Uint8Array(IV_SIZE));
  const encrypted = await crypto.subtle.encrypt({ name: 'AES-GCM', iv, additionalData: binding }, key, bytes);
  const box = new Uint8Array(IV_SIZE + encrypted.byteLength);
  box.set(iv);
  box.set(new Uint8Array(encrypted), IV_SIZE);
  return box;
}

/** Undefined for what this key did not encrypt, or not for this place and time. */
async function decrypt(key: CryptoKey, { bytes, binding }: Bound): Promise<Uint8Array | undefined> {
  const algorithm = { name: 'AES-GCM', iv: bytes.subarray(0, IV_SIZE), additionalData: binding };
  try {
    return new Uint8Array(await crypto.subtle.decrypt(algorithm, key, bytes.subarray(IV_SIZE)));
  } catch {
    return undefined;
  }
}

function inTime<T>(answer: Promise<T>): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    let timer: ReturnType<typeof setTimeout>;
    const wait = (left: number) => {
      timer = setTimeout(() => (left > 1 ? wait(left - 1) : resolve(undefined)), PATIENCE);
    };
    wait(PATIENCES);
    answer.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
