import type { Core } from './core.ts';
import { Word, type LinearMemory } from './linearMemory.ts';
import type { Key } from './types.ts';

/** What AES-GCM takes in or gives out, and what it is bound to without being encrypted: where it lies and how old it is. */
export interface Bound {
  bytes: Uint8Array<ArrayBuffer>;
  binding: Uint8Array<ArrayBuffer>;
}

/** A sealed record that was decrypted: what was inside, and which one it was. */
export interface Opened {
  plain: Uint8Array;
  /** The end of its box, which AES-GCM makes from all of it. */
  tag: Uint8Array;
}

/** Encrypted records as the core keeps them: what is in them only the page can tell, whose key never comes here. */
export class SealedRecords {
  readonly #core: Core;

  constructor(core: Core) {
    this.#core = core;
  }

  /** Whose records lie sealed in storage, and could be served. */
  keys(): Key[] {
    return this.#core.call(({ module, page, now }) => module.sealedKeys(page, now));
  }

  /** When the key's answer was true, if it lies sealed and memory has none to serve. */
  timestampOf(key: Key): number | undefined {
    return this.#core.call(({ module, page, now, memory }) => {
      memory.stage().name(key);
      const timestamp = module._findSealed(page, now);
      return Number.isNaN(timestamp) ? undefined : timestamp;
    });
  }

  read(key: Key): Bound | undefined {
    return this.#core.call(({ module, page, now, memory }) => {
      memory.stage().name(key);
      return Number.isNaN(module._findSealed(page, now)) ? undefined : boundOf(memory);
    });
  }

  /** It cannot be decrypted: removes it if it still lies there. */
  reject(key: Key, box: Uint8Array): void {
    this.#core.call(({ module, page, now, memory }) => {
      memory.stage().name(key).bytes(box);
      module._rejectSealed(page, now);
    });
  }

  /** What is to be encrypted for the set that gave the ticket; undefined where something has made it void since. */
  prepare(ticket: number, json: string): Bound | undefined {
    return this.#core.call(({ module, page, now, memory }) => {
      memory.stage().text(json);
      return module._prepareSealing(page, now, ticket) ? boundOf(memory) : undefined;
    });
  }

  /** Stores it, unless something has made it void since. */
  write(ticket: number, box: Uint8Array): void {
    const started = performance.now();
    this.#core.call(({ module, page, now, memory }) => {
      memory.stage().bytes(box);
      module._writeSealed(page, now, ticket);
    });
    this.#core.addLatency('persist', started);
  }

  /** It will not be written. */
  abandon(ticket: number): void {
    this.#core.call(({ module, page }) => module._endSealing(page, ticket));
  }

  /** Removes what an endpoint's records say in the clear, now that they may not. */
  removePlain(endpoint: string): void {
    this.#core.call(({ module, page, now, memory }) => {
      memory.stage().name(endpoint);
      module._removePlain(page, now);
    });
  }
}

function boundOf(memory: LinearMemory): Bound {
  const { words } = memory;
  const copy = (at: number, size: number) => memory.bytesAt(words[at] ?? 0, words[size] ?? 0);
  return { bytes: copy(Word.boxAt, Word.boxSize), binding: copy(Word.bindingAt, Word.bindingSize) };
}
