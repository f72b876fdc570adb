/**
 * A keyv store over the memory tier. Keyv's prefix `namespace:` is an endpoint to the cache, so that a namespace is cleared by
 * a selector. The cache holds what Keyv hands over and decides itself when that is no longer fresh.
 */
export class KeyvAdapter {
  namespace = undefined;
  // Keyv asks for an iterator only where the dialect is one of those it knows.
  opts = { dialect: 'redis' };
  #cache;

  constructor(cache) {
    this.#cache = cache;
  }

  // Part of Keyv's interface for stores; nothing here fails later than its call.
  on() {
    return this;
  }

  async get(key) {
    return this.#cache.get(key);
  }

  async getMany(keys) {
    const found = this.#cache.getMany(keys);
    return keys.map((key) => found.get(key));
  }

  async set(key, value, ttl) {
    this.#cache.set(key, value, { tier: 'memory', ...(ttl === undefined ? {} : { ttl }) });
    return true;
  }

  async setMany(entries) {
    for (const { key, value, ttl } of entries) await this.set(key, value, ttl);
    return entries.map(() => true);
  }

  async has(key) {
    return this.#cache.has(key);
  }

  async delete(key) {
    return this.#cache.delete(key);
  }

  async deleteMany(keys) {
    return this.#cache.deleteMany(keys) === keys.length;
  }

  async clear() {
    this.#cache.invalidate(this.namespace ?? '*');
  }

  async *iterator(namespace) {
    for (const key of this.#cache.keys(namespace ?? '*')) yield [key, this.#cache.get(key)];
  }
}
