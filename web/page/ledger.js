import { Generations } from './generations.js';

/** Several reads of one answer within this time, in ms, count as one question, because a card that renders twice asks once. */
const ONE_QUESTION = 1000;
/** A call for what the cache has just answered means that the cache verifies the answer. That question did cost a call. */
const MAKING_SURE = 5000;
const PAID = 'encouragement';
const endpoints = {
  get_daily_plan: 'daily_plan',
  get_daily_plan_encouragement: PAID,
  get_available_users: 'available_users',
};
const endpointOf = (key) => key.split(':')[0];
const isPaid = (key) => endpointOf(key) === PAID;

/**
 * What the same questions would have cost without the cache. The server counts the calls that were sent. This class adds those that were
 * not, so that the sum can be checked against the cache's own events: `memory` and `storage` (the cache answered a card), and `spared` (an
 * event that does not concern the user, or a text that is exempt from events: without the cache every card that hears an event asks again).
 */
export class Ledger {
  #counts;
  #generations;
  #lastAnswer = new Map();
  #unchecked = new Map();
  #onChange;

  constructor(kept, onChange) {
    this.#counts = { sent: 0, memory: 0, storage: 0, spared: 0, ...kept?.counts };
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
    const { memory, storage, spared } = this.#counts;
    return memory + storage + spared;
  }

  /** A service call was sent. */
  sent(user, { service, data }) {
    const endpoint = endpoints[service];
    if (endpoint === PAID) this.#generations.asked(user, Date.now(), data.force_refresh === true);
    if (service === 'invalidate_cache') this.#generations.changed(user);
    this.#add('sent');
    const answered = this.#unchecked.get(`${user} ${endpoint}`);
    this.#unchecked.delete(`${user} ${endpoint}`);
    if (answered && Date.now() - answered.at < MAKING_SURE) this.#add(answered.tier, -1);
  }

  /** The cache answered a card's question from `tier`. */
  answered(user, key, tier) {
    if (!this.#isNewQuestion(user, key)) return;
    if (isPaid(key)) this.#generations.asked(user, Date.now());
    this.#unchecked.set(`${user} ${endpointOf(key)}`, { tier, at: Date.now() });
    this.#add(tier);
  }

  /** An answer arrived, or was requested: reading it right after is no further question. */
  noteFetched(user, key) {
    this.#lastAnswer.set(`${user} ${key}`, Date.now());
  }

  /** An event was heard, and these watched answers of the user were not requested again. */
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
