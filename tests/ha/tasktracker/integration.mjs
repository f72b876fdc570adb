// The TaskTracker integration as it was recorded: the demo's household and services, behind what the real integration keeps inside Home
// Assistant. A plan never ages by time, other answers live 300 s. Nothing joins concurrent requests. A request that is in flight during
// a mutation leaves its outdated answer behind. Beside that it counts what it is asked, and fails where a test orders it.
import { setTimeout as pause } from 'node:timers/promises';
import { readServices } from '../../../web/server/read_services.mjs';
import { apiError, ServiceError } from '../../../web/server/service_error.mjs';
import { checkFields } from '../../../web/server/service_fields.mjs';
import { writeServices } from '../../../web/server/write_services.mjs';

const TIMED_LIFE = 300_000;
const ORDERED = 'Failure ordered by a test';

/** The name that `weather` and `requests` have for a service's request to the API. */
const endpointOf = (service) => service.replace(/^(get|list)_/, '').replace('daily_plan_', '');

export class Integration {
  generations = 0;
  #household;
  /** One slot a user: a request with another filter takes its place. */
  #plans = new Map();
  #timed = new Map();
  #calls = [];
  #requests = {};
  #weather = new Map();

  constructor(household) {
    this.#household = household;
  }

  /** Home Assistant has started: it keeps no answer from before, and the counts begin at zero. */
  restart() {
    this.#forget();
    this.reset();
  }

  reset({ household = false } = {}) {
    this.#calls = [];
    this.#requests = {};
    this.#weather.clear();
    if (!household) return;
    this.#household.startOver();
    this.generations = 0;
    this.#forget();
  }

  /** Until the next reset this endpoint takes `delay` seconds; `failure`: 'error', 'hang_up' or 'unsuccessful'. */
  weather(endpoint, { delay, failure, message = ORDERED }) {
    this.#weather.set(endpoint, { delay, failure, message });
  }

  report() {
    const services = {};
    for (const { service, caller } of this.#calls) {
      services[service] ??= {};
      services[service][caller] = (services[service][caller] ?? 0) + 1;
    }
    return { services, calls: this.#calls, requests: this.#requests, generations: this.generations };
  }

  /** `{ answer, event }`, or a `ServiceError`. `delay` of a plan, in seconds, is ours: the answer is made first and sent later. */
  async call(service, { delay = 0, ...data }, caller) {
    this.#calls.push({ at: Date.now(), service, caller, data });
    if (service === 'invalidate_cache') {
      await this.#renew();
      return { answer: { success: true, message: 'All caches invalidated and coordinators refreshed' } };
    }
    const read = readServices[service];
    const known = read ?? writeServices[service];
    checkFields(known.fields, data);
    const answer = read ? await this.#read(service, data, caller) : await this.#ask(service, data, caller);
    if (delay) await pause(delay * 1000);
    if (read || !answer.success) return { answer };
    // First the plans are fetched again, then the event tells whose task it was: it has left the plans by then.
    await this.#renew();
    return { answer, event: known.event(this.#household, data, answer, { caller }) };
  }

  async #read(service, { force_refresh: force, ...data }, caller) {
    if (service === 'get_daily_plan') return this.#plan(data, caller);
    const key = JSON.stringify([service, { username: caller, ...data }]);
    const kept = this.#timed.get(key);
    if (kept && !force && Date.now() < kept.end) return kept.answer;
    const answer = await this.#ask(service, data, caller);
    if (answer.success) this.#timed.set(key, { answer, end: Date.now() + TIMED_LIFE });
    return answer;
  }

  async #plan({ username, ...filters }, caller) {
    const user = username ?? caller;
    const wanted = JSON.stringify([this.#household.today, filters]);
    const slot = this.#plans.get(user);
    if (slot?.wanted === wanted) return slot.answer;
    const answer = await this.#ask('get_daily_plan', { username: user, ...filters }, caller);
    if (answer.success) this.#plans.set(user, { wanted, answer });
    return answer;
  }

  /** After a mutation. A plan that cannot be fetched now is fetched when somebody asks for it. */
  async #renew() {
    this.#timed.clear();
    for (const { username } of this.#household.people) {
      this.#plans.delete(username);
      await this.#plan({ username }).catch((error) => {
        if (!(error instanceof ServiceError)) throw error;
      });
    }
  }

  #forget() {
    this.#plans.clear();
    this.#timed.clear();
  }

  /** One request to the API: answered from the household as it is when it begins; the delay comes after, as on a real wire. */
  async #ask(service, data, caller) {
    const endpoint = endpointOf(service);
    const counted = `${endpoint} ${data.username ?? caller}`;
    this.#requests[counted] = (this.#requests[counted] ?? 0) + 1;
    const { delay = 0, failure, message } = this.#weather.get(endpoint) ?? {};
    let answer;
    try {
      answer = this.#answer(service, data, caller, failure, message);
    } catch (error) {
      await pause(delay * 1000);
      throw error;
    }
    if (delay) await pause(delay * 1000);
    return answer;
  }

  #answer(service, data, caller, failure, message) {
    const unsuccessful = { success: false, message };
    if (failure === 'hang_up') throw new ServiceError('unknown_error', 'Network error: Server disconnected');
    if (failure === 'error') throw apiError(500, unsuccessful);
    if (failure === 'unsuccessful') return unsuccessful;
    const { work, paid, withoutContext } = readServices[service] ?? writeServices[service];
    const generation = paid ? ++this.generations : undefined;
    return {
      success: true,
      ...work(this.#household, data, { caller, generation }),
      ...(!withoutContext && { user_context: this.#household.userContext }),
    };
  }
}
