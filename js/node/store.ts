/** What of a Keyv is used. */
export interface Store {
  namespace?: string | undefined;
  get(key: string): Promise<unknown>;
  getMany(keys: string[]): Promise<unknown[]>;
  set(key: string, value: unknown, ttl: number): Promise<unknown>;
}

interface Keyv extends Store {
  on?(event: 'error' | 'disconnect', listener: (error: unknown) => void): unknown;
}

/**
 * A Keyv whose failures are errors: by itself it says them by an event, by `false`, or not at all, and gives nothing, as where
 * nothing lies.
 */
export function storeOf(keyv: Keyv): Store {
  const store = stores.get(keyv) ?? listenedTo(keyv);
  stores.set(keyv, store);
  return store;
}

const stores = new WeakMap<Keyv, Store>();

function listenedTo(keyv: Keyv): Store {
  let failures = 0;
  let last: unknown;
  keyv.on?.('error', (error) => {
    failures++;
    last = error;
  });
  const loud = withErrors(keyv);
  const watched = async <T>(act: () => Promise<T>, isNothing: (answer: T) => boolean): Promise<T> => {
    const before = failures;
    const answer = await act();
    // Side by side with another's failure it may be no failure: then it is one answer less.
    if (failures !== before && isNothing(answer)) throw last instanceof Error ? last : new Error(String(last));
    return answer;
  };
  return {
    namespace: keyv.namespace,
    get: (key) => watched(() => loud.get(key), isMissing),
    getMany: (keys) =>
      watched(
        () => loud.getMany(keys),
        (answers) => answers.every(isMissing),
      ),
    set: (key, value, ttl) =>
      watched(
        () => loud.set(key, value, ttl),
        () => true,
      ),
  };
}

/** The same Keyv with `throwOnErrors`, where its fields are as in Keyv 5; for its other users it stays as it is. */
function withErrors(keyv: Keyv): Keyv {
  if (!('_throwOnErrors' in keyv)) return keyv;
  return Object.create(keyv, { _throwOnErrors: { value: true, writable: true } }) as Keyv;
}

function isMissing(answer: unknown): boolean {
  return answer == null;
}

export async function put(keyv: Store, key: string, value: unknown, ttl: number): Promise<void> {
  if ((await keyv.set(key, value, ttl)) === false) throw new Error(`cardcache: the store did not take ${key}`);
}

export function isKeyv(keyv: unknown): keyv is Keyv {
  const { get, getMany, set } = (keyv ?? {}) as Partial<Record<string, unknown>>;
  return [get, getMany, set].every((each) => typeof each === 'function');
}
