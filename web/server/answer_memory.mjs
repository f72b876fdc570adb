/**
 * What the integration itself remembers, and the reason why asking it twice is not always paid twice: an answer is kept for
 * its life or until anything changes. It knows no flights: two who ask at once both wait for work of their own.
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

  /** Take it before the work and give it to `put`: an answer that something overtook is not kept. */
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
