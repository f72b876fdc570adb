import { isRecord } from './service_fields.mjs';
import { personOfToken } from './people.mjs';
import { ServiceError } from './service_error.mjs';
import { eventTypes } from './tasktracker.mjs';

const LONGEST_NAME = 100;
/** Per connection; a page of the demo has about twenty. */
const MOST_SUBSCRIPTIONS = 100;
const MOST_UNDER_WAY = 100;
/** The limit, in bytes, for messages to a page that does not read. */
const MOST_WAITING = 1_000_000;
const SIGN_IN_WITHIN = 10_000;

const isName = (value) => typeof value === 'string' && value.length <= LONGEST_NAME;
const isId = (value) => Number.isSafeInteger(value) && value > 0;

/**
 * One WebSocket in Home Assistant's protocol: `auth_required`, `auth`, then numbered commands with a `result` each, and `event`s under the
 * number of their subscription. Commands that begin with `demo/` are this server's own.
 */
export class Connection {
  #socket;
  #tracker;
  #counts;
  #delays;
  #person;
  #session;
  #subscriptions = new Map();
  #underWay = 0;
  #late;

  constructor(socket, { tracker, counts, delays }) {
    this.#socket = socket;
    this.#tracker = tracker;
    this.#counts = counts;
    this.#delays = delays;
    socket.on('message', (text) => this.#receive(text));
    socket.on('close', () => this.#end());
    // The library closes the socket after invalid or oversized frames; there is nothing else to do.
    socket.on('error', () => undefined);
    this.#late = setTimeout(() => socket.close(1008, 'signed in too late'), SIGN_IN_WITHIN).unref();
    this.#send({ type: 'auth_required', ha_version: 'cardcache demo' });
  }

  #receive(text) {
    let message;
    try {
      message = JSON.parse(text);
    } catch {
      this.#socket.close(1003, 'not JSON');
      return;
    }
    if (!isRecord(message)) this.#socket.close(1003, 'no message');
    else if (!this.#person) this.#authenticate(message);
    else void this.#answer(message);
  }

  #authenticate({ type, access_token: token, session }) {
    const person = type === 'auth' ? personOfToken(token) : undefined;
    if (!person || !isName(session)) {
      this.#send({ type: 'auth_invalid', message: 'Invalid access token' });
      this.#socket.close();
      return;
    }
    clearTimeout(this.#late);
    this.#person = person;
    this.#session = session;
    this.#send({ type: 'auth_ok', ha_version: 'cardcache demo' });
  }

  async #answer(message) {
    const id = isId(message.id) ? message.id : null;
    this.#underWay += 1;
    try {
      if (id === null || !isName(message.type))
        throw new ServiceError('invalid_format', 'Message incorrectly formatted.');
      if (this.#underWay > MOST_UNDER_WAY) throw new ServiceError('too_many', 'Too many messages at once.');
      // Own properties only: what every object inherits is not a command.
      if (!Object.hasOwn(this.#commands, message.type)) throw new ServiceError('unknown_command', 'Unknown command.');
      const result = (await this.#commands[message.type](message)) ?? null;
      this.#send({ id, type: 'result', success: true, result });
    } catch (error) {
      if (!(error instanceof ServiceError)) console.error(error);
      const told = error instanceof ServiceError ? error : new ServiceError('unknown_error', String(error.message));
      this.#send({ id, type: 'result', success: false, error: told });
    } finally {
      this.#underWay -= 1;
    }
  }

  /** `subscribe()` returns the function that unsubscribes. */
  #subscribe(id, subscribe) {
    if (this.#subscriptions.has(id)) throw new ServiceError('id_reuse', 'Identifier values have to increase.');
    if (this.#subscriptions.size >= MOST_SUBSCRIPTIONS) throw new ServiceError('too_many', 'Too many subscriptions.');
    this.#subscriptions.set(id, subscribe());
  }

  #commands = {
    ping: (message) => this.#send({ id: message.id, type: 'pong' }),

    call_service: async ({ domain, service, service_data: data, return_response: returnResponse }) => {
      if (!isName(domain) || !isName(service)) throw new ServiceError('invalid_format', 'expected str');
      if (domain !== 'tasktracker') {
        throw new ServiceError('not_found', `Service ${domain}.${service} not found.`);
      }
      if (!isRecord(data ?? {})) throw new ServiceError('invalid_format', 'expected a dictionary');
      this.#counts.call(this.#session, service);
      const response = await this.#tracker.call(service, data ?? {}, {
        caller: this.#person.username,
        delays: this.#delays,
        returnResponse,
        count: (what) => this.#counts.cost(this.#session, what),
      });
      return { context: { id: `${this.#session}-${Date.now()}`, parent_id: null, user_id: this.#person.id }, response };
    },

    'tasktracker/subscribe_events': ({ id, event_type: type }) => {
      if (!eventTypes.includes(type)) {
        throw new ServiceError('invalid_format', `Event type ${type} is not a valid TaskTracker event`);
      }
      this.#subscribe(id, () =>
        this.#tracker.onEvent((event) => {
          if (event.event_type === type) this.#send({ id, type: 'event', event });
        }),
      );
    },

    // Home Assistant shows custom events to administrators only, and nobody here is one.
    subscribe_events: () => {
      throw new ServiceError('unauthorized', 'Unauthorized');
    },

    unsubscribe_events: ({ subscription }) => {
      const unsubscribe = this.#subscriptions.get(subscription);
      if (!unsubscribe) throw new ServiceError('not_found', 'Subscription not found.');
      this.#subscriptions.delete(subscription);
      unsubscribe();
    },

    'demo/subscribe_counts': ({ id }) => {
      const send = (event) => this.#send({ id, type: 'event', event });
      this.#subscribe(id, () => this.#counts.onChange(this.#session, send));
      send(this.#counts.of(this.#session));
    },

    'demo/start_over': () => this.#tracker.startOver(),
  };

  #send(message) {
    // The socket may have closed in the meantime.
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    if (this.#socket.bufferedAmount > MOST_WAITING) this.#socket.terminate();
    else this.#socket.send(JSON.stringify(message));
  }

  #end() {
    clearTimeout(this.#late);
    for (const unsubscribe of this.#subscriptions.values()) unsubscribe();
    this.#subscriptions.clear();
  }
}
