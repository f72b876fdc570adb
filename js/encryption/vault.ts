import type { CryptoInput, Core, Decrypted } from '../border/core.ts';
import { hasKeyStore, storedKey } from './keyStore.ts';
import { mayReachStorage, Policies } from '../common/policies.ts';
import type { Key, Policy } from '../types.ts';

/**
 * How long callers wait for the browser's key store, which may hang: TIMEOUTS timers of TIMEOUT ms in a row. A page that was
 * busy or asleep delays one timer only.
 */
const TIMEOUT = 500;
const TIMEOUTS = 4;
/** AES-GCM takes 96 bits; each record gets new random ones. */
const IV_SIZE = 12;
const AUTH_TAG_SIZE = 16;
/** How many records are decrypted in parallel when a cache opens. */
const AT_ONCE = 32;

export interface VaultHost {
  policyFor(key: Key): Policy;
  /** Called when another tab's answer was decrypted. */
  changed(key: Key, value: unknown): void;
  /** Called when this page cannot encrypt, or the browser stores no keys. */
  refused(cause: unknown): void;
}

/** A decryption in progress. */
export interface Decryption {
  /** The timestamp of the answer. */
  timestamp: number;
  /** Resolves to undefined if the record cannot be decrypted, or not in time. */
  result: Promise<Decrypted | undefined>;
}

/**
 * The encrypted answers of a cache: encrypts them on their way to storage, and decrypts them on their way back. Each user has one
 * key, which the browser keeps in IndexedDB and does not export. The core decides what is written, and whether it is still
 * current once it is encrypted.
 */
export class Vault {
  /** False until the first encrypted record is met: then look-ups can skip the vault. */
  #active = false;
  readonly #core: Core;
  readonly #owner: string | undefined;
  readonly #host: VaultHost;
  /** The newest set of each key that is not encrypted yet. */
  readonly #waiting = new Map<Key, { encryption: number; json: string }>();
  readonly #writing = new Set<Promise<void>>();
  readonly #decrypting = new Map<Key, Decryption>();
  readonly #asked = new Map<boolean, Promise<CryptoKey | null | undefined>>();
  /** Endpoints whose plain records were removed. */
  readonly #scrubbed = new Set<string>();
  #key: CryptoKey | undefined;
  #refused: boolean;
  #closed = false;

  /**
   * `owner` names the key. Undefined if nothing can be stored encrypted: there is no storage, or another program reads the
   * records.
   */
  constructor(core: Core, owner: string | undefined, host: VaultHost) {
    this.#core = core;
    this.#owner = owner;
    this.#host = host;
    this.#refused = owner === undefined;
  }

  /** Whether this page can encrypt. Reports the reason if it cannot. */
  get works(): boolean {
    if (this.#refused) return false;
    if (hasKeyStore()) return true;
    this.#refuse(new Error('this page has no WebCrypto (which needs https) or no IndexedDB'));
    return false;
  }

  /** Encrypts and writes the JSON of a set, in the background; `settled` waits for it. */
  write(key: Key, encryption: number, json: string): void {
    this.#active = true;
    // Several sets of a key may wait for the encryption key: the first to continue takes the newest one, and the others find
    // nothing to do.
    this.#waiting.set(key, { encryption, json });
    const writing = this.#write(key).finally(() => this.#writing.delete(writing));
    this.#writing.add(writing);
  }

  /** Resolves when every pending write has ended. */
  async settled(): Promise<void> {
    while (this.#writing.size > 0) await Promise.all(this.#writing);
  }

  /** Begins to decrypt the key's record. Returns undefined at once if there is no usable encrypted record. */
  decryption(key: Key, policy: Policy): Decryption | undefined {
    return (this.#active || policy.encrypted) && mayReachStorage(policy) ? this.#begin(key) : undefined;
  }

  #begin(key: Key): Decryption | undefined {
    if (this.#closed || this.#refused) return undefined;
    const running = this.#decrypting.get(key);
    if (running) return running;
    const timestamp = this.#core.encryptedTimestampOf(key);
    if (timestamp === undefined || !this.works) return undefined;
    this.#active = true;
    const decryption = { timestamp, result: this.#decrypt(key).finally(() => this.#decrypting.delete(key)) };
    this.#decrypting.set(key, decryption);
    return decryption;
  }

  /** Decrypts the key's record and makes it resident. */
  restore(key: Key, policy: Policy): Promise<unknown> | undefined {
    return this.decryption(key, policy)?.result.then((decrypted) => decrypted && this.#admit(key, policy, decrypted));
  }

  /** Decrypts all records and makes them resident. */
  async restoreAll(): Promise<void> {
    if (this.#refused) return;
    const keys = this.#core.encryptedKeys();
    for (let from = 0; from < keys.length && !this.#closed; from += AT_ONCE) {
      const some = keys.slice(from, from + AT_ONCE);
      const decrypted = await Promise.all(some.map((key) => this.#begin(key)?.result ?? Promise.resolve(undefined)));
      decrypted.forEach((one, index) => {
        const key = some[index] ?? '';
        const policy = this.#host.policyFor(key);
        if (one && !this.#closed && mayReachStorage(policy)) this.#admit(key, policy, one);
      });
    }
  }

  /** Called when another tab has written an encrypted record. */
  async takeChanged(key: Key): Promise<void> {
    if (this.#owner !== undefined) this.#active = true;
    const value = await this.restore(key, this.#host.policyFor(key));
    if (value !== undefined) this.#host.changed(key, value);
  }

  /** Removes the plain records of these endpoints, because their policies now demand encryption. */
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

  #admit(key: Key, policy: Policy, decrypted: Decrypted): unknown {
    if (this.#closed) return undefined;
    return this.#core.lookUp(key, { policy, decrypted, quiet: true, grace: Policies.graceOf(policy) })?.value;
  }

  async #write(key: Key): Promise<void> {
    const cryptoKey = await this.#obtain(true);
    const set = this.#waiting.get(key);
    this.#waiting.delete(key);
    if (!set) return;
    try {
      const wanted = this.#core.prepareEncryption(set.encryption, set.json);
      if (!wanted) return;
      if (!cryptoKey) throw new Error('the browser gave no key to encrypt with');
      const ciphertext = await encrypt(cryptoKey, wanted);
      if (!this.#closed) this.#core.writeEncrypted(set.encryption, ciphertext);
    } catch (error) {
      if (this.#closed) return;
      this.#core.abandonEncryption(set.encryption);
      this.#core.noteError('crypto', key, error);
    }
  }

  async #decrypt(key: Key): Promise<Decrypted | undefined> {
    for (let attempt = 1; ; attempt++) {
      const cryptoKey = await this.#obtain(false);
      // While it is unknown whether there is a key, leave the records alone.
      if (cryptoKey === undefined || this.#closed) return undefined;
      const record = this.#core.findEncrypted(key);
      if (!record) return undefined;
      const plain = cryptoKey && (await decrypt(cryptoKey, record));
      if (this.#closed) return undefined;
      if (plain) return { plain, authTag: record.bytes.subarray(-AUTH_TAG_SIZE) };
      if (cryptoKey && attempt === 1) {
        // Another tab may have lost this key and created a new one.
        if (this.#key === cryptoKey) this.#key = undefined;
        continue;
      }
      this.#core.rejectEncrypted(key, record.bytes);
      return undefined;
    }
  }

  /** The user's key; null if there is none, undefined if the store does not answer in time. */
  async #obtain(make: boolean): Promise<CryptoKey | null | undefined> {
    if (this.#key) return this.#key;
    let asked = this.#asked.get(make);
    if (!asked) {
      // Share the pending request, so that later callers do not wait a second time.
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

async function encrypt(key: CryptoKey, { bytes, aad }: CryptoInput): Promise<Uint8Array> {
  const iv = crypto.getRandomValues(new Uint8Array(IV_SIZE));
  const encrypted = await crypto.subtle.encrypt({ name: 'AES-GCM', iv, additionalData: aad }, key, bytes);
  const ciphertext = new Uint8Array(IV_SIZE + encrypted.byteLength);
  ciphertext.set(iv);
  ciphertext.set(new Uint8Array(encrypted), IV_SIZE);
  return ciphertext;
}

/** Undefined if the ciphertext or its aad do not match this key. */
async function decrypt(key: CryptoKey, { bytes, aad }: CryptoInput): Promise<Uint8Array | undefined> {
  const algorithm = { name: 'AES-GCM', iv: bytes.subarray(0, IV_SIZE), additionalData: aad };
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
      timer = setTimeout(() => (left > 1 ? wait(left - 1) : resolve(undefined)), TIMEOUT);
    };
    wait(TIMEOUTS);
    answer.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
