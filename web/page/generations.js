const KEPT_FOR = 300_000;

/**
 * How many texts would have been paid for had every question gone to the server. The server itself remembers a text for five
 * minutes or until something changes, so not every question costs one; this follows the same rule, user by user.
 */
export class Generations {
  #ends;
  #count;

  constructor({ count = 0, ends = {} } = {}) {
    this.#count = count;
    this.#ends = ends;
  }

  get count() {
    return this.#count;
  }

  asked(user, now, forced = false) {
    if (!forced && now < (this.#ends[user] ?? 0)) return;
    this.#count += 1;
    this.#ends[user] = now + KEPT_FOR;
  }

  /** Something changed, and this user's side heard of it. */
  changed(user) {
    delete this.#ends[user];
  }

  toJSON() {
    return { count: this.#count, ends: this.#ends };
  }
}
