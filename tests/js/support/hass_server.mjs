// A server that speaks Home Assistant's WebSocket protocol as far as event sources need it, for the real client library.
import { createConnection, createLongLivedTokenAuth } from 'home-assistant-js-websocket';
import { WebSocket, WebSocketServer } from 'ws';

const COMMAND = 'tasktracker/subscribe_events';
const AREAS = 'config/area_registry/list';

/** Refuses and forgets subscriptions as Home Assistant does. `asked` holds what was asked of it, in order. */
export class HassServer {
  asked = [];
  /** Whether the integration is set up: without it its command is unknown. */
  loaded = true;
  /** Whether its command is there at all, and whether it lets this user in. */
  hasCommand = true;
  commandRefuses = false;
  /** What the commands for areas answer. */
  areas = [];
  #server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  #sockets = new Set();

  /** Ends with the test. */
  static async start(t) {
    const server = new HassServer();
    await new Promise((resolve) => server.#server.once('listening', resolve));
    server.#server.on('connection', (socket) => server.#serve(socket));
    t.after(() => server.stop());
    return server;
  }

  get url() {
    return `http://127.0.0.1:${this.#server.address().port}`;
  }

  get subscriptions() {
    return [...this.#sockets].flatMap(({ subscriptions }) => [...subscriptions.values()]);
  }

  /** How often each kind of thing was asked for. */
  count(type) {
    return this.asked.filter((message) => message.type === type).length;
  }

  fire(event_type, data = {}) {
    for (const { socket, subscriptions } of this.#sockets) {
      for (const [id, { kind, type }] of subscriptions) {
        if (type !== event_type) continue;
        const event = kind === 'command' ? { event_type, data } : { event_type, data, origin: 'LOCAL', context: {} };
        socket.send(JSON.stringify({ id, type: 'event', event }));
      }
    }
  }

  /** As a restart does: every connection is lost, and with it its subscriptions. */
  dropConnections() {
    for (const { socket } of this.#sockets) socket.terminate();
  }

  async stop() {
    this.dropConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #serve(socket) {
    const session = { socket, subscriptions: new Map(), isAdmin: false };
    const send = (message) => socket.send(JSON.stringify(message));
    socket.on('close', () => this.#sockets.delete(session));
    socket.on('message', (text) => {
      const message = JSON.parse(text);
      if (message.type === 'auth') {
        session.isAdmin = message.access_token === 'admin';
        this.#sockets.add(session);
        send({ type: 'auth_ok', ha_version: '2026.11.0' });
        return;
      }
      this.asked.push(message);
      const code = this.#refusal(session, message);
      if (code) send({ id: message.id, type: 'result', success: false, error: { code, message: code } });
      else if (message.type === 'ping') send({ id: message.id, type: 'pong' });
      else send({ id: message.id, type: 'result', success: true, result: message.type === AREAS ? this.areas : null });
    });
    send({ type: 'auth_required', ha_version: '2026.11.0' });
  }

  /** Why a message is refused; does what it asks where it is not. */
  #refusal({ subscriptions, isAdmin }, { id, type, event_type, subscription }) {
    switch (type) {
      case 'supported_features':
      case 'ping':
      case AREAS:
        return undefined;
      case COMMAND:
        if (!this.hasCommand || !this.loaded) return 'unknown_command';
        if (this.commandRefuses) return 'unauthorized';
        subscriptions.set(id, { kind: 'command', type: event_type });
        return undefined;
      case 'subscribe_events':
        if (!isAdmin) return 'unauthorized';
        subscriptions.set(id, { kind: 'events', type: event_type });
        return undefined;
      case 'unsubscribe_events':
        return subscriptions.delete(subscription) ? undefined : 'not_found';
      default:
        return 'unknown_command';
    }
  }
}

/** A `hass` object as the frontend gives it, on a real connection; `hass.next(changes)` is the one of the next state change. */
export async function openHass(t, server, { id = 'id-sara', name = 'Sara', is_admin = false } = {}) {
  // Node has none of its own at this age.
  globalThis.WebSocket ??= WebSocket;
  const auth = createLongLivedTokenAuth(server.url, is_admin ? 'admin' : 'user');
  const connection = await createConnection({ auth });
  t.after(() => connection.close());
  const make = (given) => ({ ...given, next: (changes) => make({ ...given, ...changes }) });
  return make({
    connection,
    user: { id, name, is_admin },
    connected: true,
    states: {},
    config: { state: 'RUNNING' },
    callService: () => Promise.reject(new Error('no service is called here')),
    callWS: (message) => connection.sendMessagePromise(message),
  });
}

export const SUBSCRIBE_COMMAND = COMMAND;
