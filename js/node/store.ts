/** The used part of a Keyv. */
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
 * A Keyv whose failures reject. Keyv itself reports a failure by an event, by `false`, or not at all, and resolves with undefined
 * as for a missing key.
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
    // A concurrent request may have caused the event: then this request counts as one more failure, which costs one answer.
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

/** A view of the Keyv with `throwOnErrors`, for Keyv 5; the Keyv itself stays unchanged for its other users. */
function withErrors(keyv: Keyv): Keyv {
  if (!('_throwOnErrors' in keyv)) return keyv;
  return Object.create(keyv, { _throwOnErrors: { value: true, writable: true } }) as Keyv;
}

function isMissing(answer: unknown): boolean {
  return answer == null;
}

export async function put(keyv: Store, key: string, value: unknown, ttl: number): Promise<void> {
  if ((await keyv.set(key, value, ttl)) === false) throw new Error(`cardcache: the store refused to store ${key}`);
}

export function isKeyv(keyv: unknown): keyv is Keyv {
  const { get, getMany, set } = (keyv ?? {}) as Partial<Record<string, unknown>>;
  return [get, getMany, set].every((each) => typeof each === 'function');
}
