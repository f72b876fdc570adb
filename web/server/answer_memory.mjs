/**
 * The answers that the integration itself keeps, which is why asking it twice does not always cost twice. An answer is kept for its life or
 * until anything changes. Concurrent requests are not joined: each waits for its own work.
 */
export class AnswerMemory {
  #answers = new Map();
  #clock;
  #epoch = 0;

  constructor(clock = Date.now) {
    this.#clock = clock;
  }

  get(key) {
    const kept = this.#answers.get(key);
    return kept && this.#clock() < kept.end ? kept.answer : undefined;
  }

  /** Read it before the work and pass it to `put`: an answer overtaken by a change is not kept. */
  get epoch() {
    return this.#epoch;
  }

  put(key, answer, life, epoch) {
    if (epoch === this.#epoch) this.#answers.set(key, { answer, end: this.#clock() + life });
  }

  forgetAll() {
    this.#epoch += 1;
    this.#answers.clear();
  }
}
