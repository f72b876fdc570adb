// A user's websocket to Home Assistant, as small as the tests need it.
import WebSocket from 'ws';

const ANSWER_TIMEOUT = 30_000;

/** What Home Assistant rejected, with its code and everything else it said. */
export class Refused extends Error {
  constructor(error) {
    super(`${error.code}: ${error.message}`);
    this.error = error;
  }
}

/** For assert.rejects: the error is a refusal with this code. */
export function refusedWith(code) {
  return (error) => error instanceof Refused && error.error.code === code;
}

export class HaConnection {
  #socket;
  #lastId = 0;
  #waiting = new Map();
  #listeners = new Map();

  static async open(url, token) {
    const socket = new WebSocket(`${url.replace('http', 'ws')}/api/websocket`);
    const connection = new HaConnection(socket);
    await new Promise((resolve, reject) => {
      socket.once('error', reject);
      socket.on('message', (text) => {
        const message = JSON.parse(text);
        if (message.type === 'auth_required') socket.send(JSON.stringify({ type: 'auth', access_token: token }));
        else if (message.type === 'auth_ok') resolve();
        else if (message.type === 'auth_invalid') reject(new Error(message.message));
        else connection.#receive(message);
      });
      socket.once('close', () => {
        reject(new Error('the socket closed'));
        connection.#fail(new Error('the socket closed'));
      });
    });
    return connection;
  }

  constructor(socket) {
    this.#socket = socket;
  }

  /** Resolves with the result, rejects with Refused. */
  send(message) {
    const id = ++this.#lastId;
    const answer = new Promise((resolve, reject) => {
      const late = setTimeout(() => reject(new Error(`no answer to ${message.type}`)), ANSWER_TIMEOUT);
      this.#waiting.set(id, { resolve, reject, late });
    });
    this.#socket.send(JSON.stringify({ id, ...message }));
    return answer;
  }

  /** `{ context, response }`; services of TaskTracker answer only when a response is asked for. */
  callService(service, data = {}, { domain = 'tasktracker', returnResponse = true } = {}) {
    return this.send({
      type: 'call_service',
      domain,
      service,
      service_data: data,
      return_response: returnResponse,
    });
  }

  /** A subscription as a queue: `next()` waits for an event, `seen` holds all there were, `stop()` unsubscribes. */
  async subscribe(message) {
    const seen = [];
    const readers = [];
    let taken = 0;
    // Known before it is sent: the first event may come in the same breath as the result.
    const id = this.#lastId + 1;
    this.#listeners.set(id, (event) => {
      seen.push(event);
      readers.shift()?.();
    });
    try {
      await this.send(message);
    } catch (error) {
      this.#listeners.delete(id);
      throw error;
    }
    return {
      seen,
      next: async () => {
        if (taken >= seen.length) await new Promise((resolve) => readers.push(resolve));
        return seen[taken++];
      },
      stop: async () => {
        this.#listeners.delete(id);
        await this.send({ type: 'unsubscribe_events', subscription: id });
      },
    };
  }

  close() {
    this.#socket.close();
  }

  #receive(message) {
    if (message.type === 'event') {
      this.#listeners.get(message.id)?.(message.event);
      return;
    }
    const waiting = this.#waiting.get(message.id);
    if (!waiting) return;
    this.#waiting.delete(message.id);
    clearTimeout(waiting.late);
    if (message.success === false) waiting.reject(new Refused(message.error));
    else waiting.resolve(message.result);
  }

  #fail(error) {
    for (const { reject, late } of this.#waiting.values()) {
      clearTimeout(late);
      reject(error);
    }
    this.#waiting.clear();
  }
}
