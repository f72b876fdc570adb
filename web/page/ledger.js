import { Generations } from './generations.js';

/** Several reads of one answer within this time are one question: a card that renders twice asks once. */
const ONE_QUESTION = 1000;
const PAID = 'get_daily_plan_encouragement';
const isPaid = (key) => key.startsWith('encouragement:');

/**
 * What the same questions would have cost without the cache. The calls really sent are counted by the server; this adds what
 * never became a call, each in one of four ways, so that the sum can be checked against the cache's own events:
 * `memory` and `storage` (a card asked, the cache had it), `joined` (two asked at once, one call went out) and `spared` (an event
 * that does not concern a user, or text that is kept over it: without the cache every card that hears an event asks again).
 */
export class Ledger {
  #counts;
  #generations;
  #lastAnswer = new Map();
  #onChange;

  constructor(kept, onChange) {
    this.#counts = { sent: 0, memory: 0, storage: 0, joined: 0, spared: 0, ...kept?.counts };
    this.#generations = new Generations(kept?.generations);
    this.#onChange = onChange;
  }

  get counts() {
    return this.#counts;
  }

  get generations() {
    return this.#generations.count;
  }

  get avoided() {
    const { memory, storage, joined, spared } = this.#counts;
    return memory + storage + joined + spared;
  }

  /** A service call left this page. */
  sent(user, { service, data }) {
    if (service === PAID) this.#generations.asked(user, Date.now(), data.force_refresh === true);
    if (service === 'invalidate_cache') this.#generations.changed(user);
    this.#add('sent');
  }

  /** The cache answered a question of a card from `tier`. */
  answered(user, key, tier) {
    if (!this.#isNewQuestion(user, key)) return;
    if (isPaid(key)) this.#generations.asked(user, Date.now());
    this.#add(tier);
  }

  /** An answer arrived or was asked for at the server: reading it at once is no further question. */
  noteFetched(user, key) {
    this.#lastAnswer.set(`${user} ${key}`, Date.now());
  }

  joined(count) {
    this.#add('joined', count);
  }

  /** An event was heard, and these watched answers of the user were not asked for again. */
  heard(user, notRefetched) {
    this.#generations.changed(user);
    for (const key of notRefetched) if (isPaid(key)) this.#generations.asked(user, Date.now());
    this.#add('spared', notRefetched.length);
  }

  toJSON() {
    return { counts: this.#counts, generations: this.#generations };
  }

  #isNewQuestion(user, key) {
    const id = `${user} ${key}`;
    const now = Date.now();
    const last = this.#lastAnswer.get(id);
    this.#lastAnswer.set(id, now);
    return last === undefined || now - last >= ONE_QUESTION;
  }

  #add(what, count = 1) {
    if (count === 0) return;
    this.#counts[what] += count;
    this.#onChange();
  }
}
