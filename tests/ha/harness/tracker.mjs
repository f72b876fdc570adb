// What tests ask of TaskTracker and order from it, and what Home Assistant counts for them (by gabriel's connection).
import { setTimeout as pause } from 'node:timers/promises';

const PATIENCE = 20_000;
const POLL = 50;

export class Tracker {
  #admin;
  #integration;
  #household;

  constructor(admin, integration, household) {
    this.#admin = admin;
    this.#integration = integration;
    this.#household = household;
  }

  /** Since the last reset: `{ services, calls, requests, generations, live_subscriptions, … }`. */
  async report() {
    const subscriptions = await this.#admin.send({ type: 'tasktracker_test/subscriptions' });
    return { ...this.#integration.report(), ...subscriptions };
  }

  /** How many service calls a user made, of one service or of all. */
  async callsOf(username, service) {
    const { calls } = await this.report();
    return calls.filter((call) => call.caller === username && (service === undefined || call.service === service))
      .length;
  }

  /** Waits for a report that fits. */
  async until(fits, what) {
    const deadline = Date.now() + PATIENCE;
    for (;;) {
      const report = await this.report();
      if (fits(report)) return report;
      if (Date.now() > deadline) throw new Error(`never: ${what}; last ${JSON.stringify(report)}`);
      await pause(POLL);
    }
  }

  /** Counts from zero on what pages ask of the rest of Home Assistant: these websocket commands, and all HTTP. */
  countRequests(...commands) {
    return this.#admin.send({ type: 'tasktracker_test/count_requests', commands });
  }

  /** How many requests there were since of a command, or by HTTP of paths that begin with `GET /…`. */
  async requestsOf(name) {
    const counts = await this.#admin.send({ type: 'tasktracker_test/requests' });
    const matching = Object.entries(counts).filter(([request]) => request.startsWith(name));
    return matching.reduce((sum, [, count]) => sum + count, 0);
  }

  /** Counts at zero and good weather; with `household: true` its first state again, too. */
  async reset({ household = false } = {}) {
    this.#integration.reset({ household });
    await this.#admin.send({ type: 'tasktracker_test/subscriptions', reset: true });
  }

  /** How an endpoint of the API behaves until the next reset: `{ delay: seconds, failure, message }`. */
  weather(endpoint, weather) {
    this.#integration.weather(endpoint, weather);
  }

  /** A change that Home Assistant is not told of. */
  changeSilently(taskType, taskId, changes) {
    this.#household.update(taskType, taskId, changes);
  }
}
