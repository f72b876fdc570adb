import { personOfToken } from './people.mjs';
import { ServiceError } from './service_error.mjs';
import { eventTypes } from './tasktracker.mjs';

/**
 * One WebSocket in the protocol of Home Assistant: `auth_required`, `auth`, then numbered commands with a `result` each and
 * `event`s under the number of their subscription. `demo/…` are this server's own.
 */
export class Connection {
  #socket;
  #tracker;
  #counts;
  #delays;
  #person;
  #session;
  #subscriptions = new Map();

  constructor(socket, { tracker, counts, delays }) {
    this.#socket = socket;
    this.#tracker = tracker;
    this.#counts = counts;
    this.#delays = delays;
    socket.on('message', (text) => this.#receive(text));
    socket.on('close', () => this.#end());
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
    if (!this.#person) this.#authenticate(message);
    else void this.#answer(message);
  }

  #authenticate({ type, access_token: token, session }) {
    const person = type === 'auth' ? personOfToken(token) : undefined;
    if (!person || typeof session !== 'string') {
      this.#send({ type: 'auth_invalid', message: 'Invalid access token' });
      this.#socket.close();
      return;
    }
    this.#person = person;
    this.#session = session;
    this.#send({ type: 'auth_ok', ha_version: 'cardcache demo' });
  }

  async #answer(message) {
    const { id } = message ?? {};
    try {
      const command = this.#commands[message.type];
      if (!command) throw new ServiceError('unknown_command', 'Unknown command.');
      this.#send({ id, type: 'result', success: true, result: (await command(message)) ?? null });
    } catch (error) {
      if (!(error instanceof ServiceError)) console.error(error);
      const told = error instanceof ServiceError ? error : new ServiceError('unknown_error', String(error.message));
      this.#send({ id, type: 'result', success: false, error: told });
    }
  }

  #commands = {
    ping: (message) => this.#send({ id: message.id, type: 'pong' }),

    call_service: async ({ domain, service, service_data: data, return_response: returnResponse }) => {
      if (domain !== 'tasktracker') {
        throw new ServiceError('not_found', `Service ${domain}.${service} not found.`);
      }
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
      const unsubscribe = this.#tracker.onEvent((event) => {
        if (event.event_type === type) this.#send({ id, type: 'event', event });
      });
      this.#subscriptions.set(id, unsubscribe);
    },

    // Home Assistant keeps custom events from everybody but administrators, and nobody here is one.
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
      this.#subscriptions.set(id, this.#counts.onChange(this.#session, send));
      send(this.#counts.of(this.#session));
    },

    'demo/start_over': () => this.#tracker.startOver(),
  };

  #send(message) {
    // A socket that closed while the answer was worked out has nobody left to hear it.
    if (this.#socket.readyState === this.#socket.OPEN) this.#socket.send(JSON.stringify(message));
  }

  #end() {
    for (const unsubscribe of this.#subscriptions.values()) unsubscribe();
    this.#subscriptions.clear();
  }
}
