// The integration's own commands for tests, by gabriel's connection: what the server counted, its state, its weather.
import { setTimeout as pause } from 'node:timers/promises';

const PATIENCE = 20_000;
const POLL = 50;

export class Tracker {
  #admin;

  constructor(admin) {
    this.#admin = admin;
  }

  /** Since the last reset: `{ services, calls, requests, generations, live_subscriptions, … }`. */
  report() {
    return this.#admin.send({ type: 'tasktracker_test/calls' });
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
  reset({ household = false } = {}) {
    return this.#admin.send({ type: 'tasktracker_test/reset', household });
  }

  /** How an endpoint of the API behaves until the next reset: `{ delay: seconds, failure, message }`. */
  weather(endpoint, weather) {
    return this.#admin.send({ type: 'tasktracker_test/weather', endpoint, ...weather });
  }

  /** A change that Home Assistant is not told of. */
  changeSilently(taskType, taskId, changes) {
    return this.#admin.send({ type: 'tasktracker_test/change_task', task_type: taskType, task_id: taskId, changes });
  }
}
