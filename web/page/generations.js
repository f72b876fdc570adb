const KEPT_FOR = 300_000;

/**
 * How many texts would have been paid for if every question had reached the server. The server keeps a text for five minutes or until
 * something changes; this class applies the same rule per user.
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

  /** This user's half heard of a change. */
  changed(user) {
    delete this.#ends[user];
  }

  toJSON() {
    return { count: this.#count, ends: this.#ends };
  }
}
