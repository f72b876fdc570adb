/** What of a Keyv is used. */
export interface Store {
  namespace?: string | undefined;
  get(key: string): Promise<unknown>;
  getMany(keys: string[]): Promise<unknown[]>;
  set(key: string, value: unknown, ttl: number): Promise<unknown>;
}

/** Keyv says by false, and not by an error, that its store took nothing. */
export async function put(keyv: Store, key: string, value: unknown, ttl: number): Promise<void> {
  if ((await keyv.set(key, value, ttl)) === false) throw new Error(`cardcache: the store did not take ${key}`);
}

export function isStore(keyv: unknown): keyv is Store {
  const { get, getMany, set } = (keyv ?? {}) as Partial<Record<string, unknown>>;
  return [get, getMany, set].every((each) => typeof each === 'function');
}
