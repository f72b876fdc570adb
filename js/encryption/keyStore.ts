const DATABASE = 'cardcache';
const KEYS = 'keys';

/** Whether this page can encrypt and store a key: a page on plain http has no `crypto.subtle`. */
export function hasKeyStore(): boolean {
  try {
    return Boolean(globalThis.crypto?.subtle && globalThis.indexedDB);
  } catch {
    return false;
  }
}

/**
 * The key of this name. If there is none, creates one with `make`, else resolves to undefined. The key cannot be exported. Tabs
 * that create it at the same time get the same one. Rejects if the browser refuses, as some do in private windows. Does not
 * settle while the browser hangs.
 */
export async function storedKey(name: string, make: boolean): Promise<CryptoKey | undefined> {
  // Generate the key before the transaction: a transaction ends while its page awaits anything else.
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
          // In private windows Firefox stores no keys.
          reject(error instanceof Error ? error : new Error(String(error)));
        }
      };
      transaction.oncomplete = () => resolve(key);
      transaction.onabort = () => reject(transaction.error ?? new Error('the browser aborted the request for the key'));
    });
  } finally {
    // An open connection would block a deletion of the database.
    database.close();
  }
}

function openDatabase(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open(DATABASE, 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore(KEYS);
    opening.onsuccess = () => resolve(opening.result);
    opening.onerror = () => reject(opening.error ?? new Error('IndexedDB, which holds the keys, cannot be opened'));
  });
}
