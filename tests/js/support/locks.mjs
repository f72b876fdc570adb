/** Web Locks over the pages of a `Browser`: exclusive ones, as the cache asks for them. What is granted is heard of later. */
export class Locks {
  #browser;
  /** By name: who holds it, and who waits, in order. */
  #names = new Map();

  constructor(browser) {
    this.#browser = browser;
  }

  /** `navigator.locks` of a page. */
  of(page) {
    return {
      request: (name, { signal, steal = false }, hold) =>
        new Promise((resolve, reject) => {
          if (signal?.aborted) return reject(signal.reason);
          const request = { page, hold, resolve, reject, signal };
          signal?.addEventListener('abort', () => this.#withdraw(name, request, signal.reason));
          const lock = this.#names.get(name) ?? { holder: undefined, waiting: [] };
          this.#names.set(name, lock);
          if (steal) {
            const { holder } = lock;
            lock.holder = undefined;
            if (holder) this.#tell(holder, () => holder.reject(new DOMException('stolen', 'AbortError')));
            lock.waiting.unshift(request);
          } else {
            lock.waiting.push(request);
          }
          this.#grant(lock);
        }),
    };
  }

  /** What a page that is gone held or waited for. */
  leave(page) {
    for (const lock of this.#names.values()) {
      lock.waiting = lock.waiting.filter((request) => request.page !== page);
      if (lock.holder?.page === page) this.#release(lock, lock.holder);
    }
  }

  #grant(lock) {
    if (lock.holder || lock.waiting.length === 0) return;
    const request = (lock.holder = lock.waiting.shift());
    this.#tell(request, async () => {
      if (request.signal?.aborted) {
        request.reject(request.signal.reason);
        return this.#release(lock, request);
      }
      try {
        request.resolve(await request.hold());
      } catch (error) {
        request.reject(error);
      }
      return this.#release(lock, request);
    });
  }

  #release(lock, request) {
    if (lock.holder !== request) return;
    lock.holder = undefined;
    this.#grant(lock);
  }

  /** A request that was granted already cannot be withdrawn. */
  #withdraw(name, request, reason) {
    const lock = this.#names.get(name);
    const at = lock?.waiting.indexOf(request) ?? -1;
    if (at < 0) return;
    lock.waiting.splice(at, 1);
    request.reject(reason);
  }

  #tell(request, work) {
    this.#browser.post(request.page, this.#browser.someTime(5), work);
  }
}
