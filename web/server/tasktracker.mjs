import { AnswerMemory } from './answer_memory.mjs';
import { readServices } from './read_services.mjs';
import { checkFields } from './service_fields.mjs';
import { ServiceError } from './service_error.mjs';
import { writeServices } from './write_services.mjs';

/** The event types that tasktracker/subscribe_events accepts, one per subscription. */
export const eventTypes = [
  'task_completed',
  'task_created',
  'task_updated',
  'task_deleted',
  'leftover_created',
  'leftover_disposed',
  'completion_updated',
  'completion_deleted',
  'daily_state_set',
  'daily_plan',
  'goal_created',
  'goal_updated',
  'goal_deleted',
].map((name) => `tasktracker_${name}`);

/** Delays in ms. `call`: a read or a write; `kept`: an answer that the integration still has; `encouragement`: the language model. */
export const usualDelays = { call: 80, kept: 8, encouragement: 1500 };

/** Own properties only: what every object inherits is not a service. */
const servicesBy = (name) => [readServices, writeServices].find((services) => Object.hasOwn(services, name))?.[name];

const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Half of the delay passes before the work and half after it, so that a change may overtake an answer. */
async function after(delay, work) {
  await wait(delay / 2);
  const result = work();
  await wait(delay / 2);
  return result;
}

/** The TaskTracker integration's services for a household, with its delays, its kept answers and its events. */
export class TaskTracker {
  #household;
  #memory;
  #generations = 0;
  #listeners = new Set();

  constructor(household, clock) {
    this.#household = household;
    this.#memory = new AnswerMemory(clock);
  }

  /** Subscribes to mutation events; returns the function that unsubscribes. */
  onEvent(listener) {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  startOver() {
    this.#household.startOver();
    this.#memory.forgetAll();
  }

  /** `count(what)` is called for each cost: 'worked' for work, 'generation' for a paid text. */
  async call(service, data, { caller, delays, returnResponse, count }) {
    const known = servicesBy(service);
    if (!known && service !== 'invalidate_cache') {
      throw new ServiceError('not_found', `Service tasktracker.${service} not found.`, {
        translation_key: 'service_not_found',
        translation_placeholders: { domain: 'tasktracker', service },
        translation_domain: 'homeassistant',
      });
    }
    checkFields(known?.fields ?? {}, data);
    if (!returnResponse) {
      throw new ServiceError(
        'service_validation_error',
        'Validation error: The action requires responses and must be called with return_response=True',
        { translation_key: 'service_lacks_response_request', translation_domain: 'homeassistant' },
      );
    }
    if (service === 'invalidate_cache') {
      return after(delays.call, () => {
        this.#memory.forgetAll();
        return { success: true, message: 'All caches invalidated' };
      });
    }
    return Object.hasOwn(writeServices, service)
      ? this.#write(known, data, { caller, delays, count })
      : this.#read(service, known, data, { caller, delays, count });
  }

  async #read(name, service, data, { caller, delays, count }) {
    const { force_refresh: force, ...asked } = { username: caller, ...data };
    const key = JSON.stringify([name, this.#household.today, Object.entries(asked).sort()]);
    const kept = force ? undefined : this.#memory.get(key);
    if (kept) return after(delays.kept, () => kept);

    count('worked');
    const generation = service.paid ? ++this.#generations : undefined;
    if (service.paid) count('generation');
    const { epoch } = this.#memory;
    const answer = await after(delays[service.slow], () =>
      this.#envelope(service.work(this.#household, data, { caller, generation }), !service.withoutContext),
    );
    this.#memory.put(key, answer, service.life, epoch);
    return answer;
  }

  async #write(service, data, { caller, delays, count }) {
    count('worked');
    return after(delays.call, () => {
      const answer = this.#envelope(service.work(this.#household, data, { caller }), true);
      this.#memory.forgetAll();
      const event = service.event(this.#household, data, answer, { caller });
      for (const listener of this.#listeners) listener(event);
      return answer;
    });
  }

  #envelope(answer, withContext) {
    return { success: true, ...answer, ...(withContext && { user_context: this.#household.userContext }) };
  }
}
