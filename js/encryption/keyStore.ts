const DATABASE = 'cardcache';
const KEYS = 'keys';

/** Whether this page may encrypt and keep a key: plain http is no secure context and has no `crypto.subtle`. */
export function hasKeyStore(): boolean {
  try {
    return Boolean(globalThis.crypto?.subtle && globalThis.indexedDB);
  } catch {
    return false;
  }
}

/**
 * The key of this name; undefined where there is none and none is to be made. It never leaves the browser: what may use it
 * cannot read it. Tabs that make it at the same time agree on one. Rejects where the browser refuses, as some do in private
 * windows; where it hangs, so does this.
 */
export async function storedKey(name: string, make: boolean): Promise<CryptoKey | undefined> {
  // Before the transaction, which would end while it waits for anything else.
  const fresh = make
    ? await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt'])
    : undefined;
  const database = await openDatabase();
  try {
    return await new Promise((resolve, reject) => {
      const transaction = database.transaction(KEYS, fresh ? 'readwrite' : 'readonly');
      const keys = transaction.objectStore(KEYS);
      const asked = keys.get(name);
      let key: CryptoKey | undefined;
      asked.onsuccess = () => {
        key = asked.result instanceof CryptoKey ? asked.result : fresh;
        if (key === undefined || key !== fresh) return;
        try {
          keys.put(key, name);
        } catch (error) {
          // Firefox's private windows: keys cannot be written down there.
          reject(error instanceof Error ? error : new Error(String(error)));
        }
      };
      transaction.oncomplete = () => resolve(key);
      transaction.onabort = () => reject(transaction.error ?? new Error('the key store gave up'));
    });
  } finally {
    // Nobody who wants to delete the database has to wait for this page.
    database.close();
  }
}

function openDatabase(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open(DATABASE, 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore(KEYS);
    opening.onsuccess = () => resolve(opening.result);
    opening.onerror = () => reject(opening.error ?? new Error('there is no key store'));
  });
}
