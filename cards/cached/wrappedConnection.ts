import { hasOwn, isRecord } from '../records.ts';
import { asksForReal } from './realHass.ts';

/** What a wrapped connection replaces; everything else is the real connection's. */
export interface Connection {
  sendMessagePromise(message: Record<string, unknown>): Promise<unknown>;
  sendMessage?(message: Record<string, unknown>, ...rest: unknown[]): void;
  subscribeMessage?(callback: Listener, ...rest: unknown[]): Promise<unknown>;
  subscribeEvents?(callback: Listener, eventType?: string): Promise<unknown>;
  addEventListener?(type: string, callback: Listener): void;
  removeEventListener?(type: string, callback: Listener): void;
}

export interface ConnectionHooks {
  /** Answers what the card sends. */
  send: (message: Record<string, unknown>) => Promise<unknown>;
  /** Sends a message that the card awaits no answer to. */
  tell: (message: Record<string, unknown>, ...rest: unknown[]) => void;
  /** The card is about to receive this message about a change. */
  changed: (message: unknown) => void;
}

type Listener = (...args: unknown[]) => void;
type Members = Record<PropertyKey, unknown>;

/** Events about states. Cards see states in `hass`, and there are hundreds of these events a minute. */
const STATES = new Set(['state_changed', 'state_reported']);

/** Home Assistant's subscriptions that push data, beginning with the first message, and not news of a change. */
const DATA =
  /^(render_template|subscribe_(entities|condition|bootstrap_integrations)|(history|logbook|weather|calendar\/event|todo\/item|camera|frontend|persistent_notification|hardware|system_log|system_health|conversation|assist_pipeline|bluetooth|mqtt|zwave_js|zha|labs|config_entries)\/.*)$/;

/**
 * A connection for one wrapped card. Home Assistant and cards keep collections on the connection object (`getCollection`), whose fetchers
 * ask through it. Collections made on this object stay here; otherwise Home Assistant itself would get answers from the cache. Collections
 * of the real connection are visible here, too.
 */
export function wrapConnection<T extends Connection>(real: T, { send, tell, changed }: ConnectionHooks): T {
  const kept = Object.create(Object.getPrototypeOf(real) as object) as Members;
  const listening =
    (callback: Listener, type: unknown): Listener =>
    (event, ...rest) => {
      try {
        if (tellsOfChange(type, event)) changed(event);
      } catch (error) {
        // The card hears it all the same.
        console.error('cardcache: a change could not be followed', error);
      }
      callback(event, ...rest);
    };
  const own: Members = {
    sendMessagePromise: async (message: unknown) => {
      if (!isRecord(message)) return real.sendMessagePromise(message as Record<string, unknown>);
      const answer = await send(message);
      // In a task of its own, as if it came from the socket: reactions to a collection's answer have finished by then.
      await new Promise((resolve) => setTimeout(resolve, 0));
      return answer;
    },
    sendMessage: tell,
    subscribeMessage: (callback: Listener, message: unknown, ...rest: unknown[]) =>
      real.subscribeMessage?.(listening(callback, isRecord(message) && message.type), message, ...rest),
    subscribeEvents: (callback: Listener, ...rest: [string?]) =>
      real.subscribeEvents?.(listening(callback, 'subscribe_events'), ...rest),
    addEventListener: (type: string, callback: Listener) => real.addEventListener?.(type, told(callback)),
    removeEventListener: (type: string, callback: Listener) => real.removeEventListener?.(type, told(callback)),
  };
  /** Listeners get the real connection as the argument. */
  const told = memoized(
    (callback) =>
      (connection, ...rest) =>
        callback(connection === real ? wrapped : connection, ...rest),
  );
  /** The library keeps its state in fields, some of them private, so its methods must run on the real connection. */
  const bound = memoized((method) => method.bind(real));

  const wrapped = new Proxy(kept, {
    get(_, name) {
      if (asksForReal(name)) return real;
      if (hasOwn(kept, name)) return kept[name];
      const value: unknown = Reflect.get(real, name, real);
      if (hasOwn(own, name) && typeof value === 'function') return own[name];
      const isMethod = typeof value === 'function' && !(name in Object.prototype) && !hasOwn(real, name);
      return isMethod ? bound(value as Listener) : value;
    },
    set: (_, name, value) => Reflect.set(hasSetter(real, name) ? real : kept, name, value),
    has: (_, name) => name in kept || name in real,
    deleteProperty: (_, name) =>
      name in real ? Reflect.set(kept, name, undefined) : Reflect.deleteProperty(kept, name),
    ownKeys: () => [...new Set([...Reflect.ownKeys(kept), ...Reflect.ownKeys(real)])],
    getOwnPropertyDescriptor(_, name) {
      const descriptor = Reflect.getOwnPropertyDescriptor(kept, name) ?? Reflect.getOwnPropertyDescriptor(real, name);
      return descriptor && { ...descriptor, configurable: true };
    },
  });
  return wrapped as unknown as T;
}

function tellsOfChange(subscription: unknown, message: unknown): boolean {
  const type = isRecord(message) ? message.event_type : undefined;
  return typeof type === 'string' ? !STATES.has(type) : !DATA.test(String(subscription));
}

function hasSetter(object: object, name: PropertyKey): boolean {
  for (let owner: object | null = object; owner; owner = Object.getPrototypeOf(owner) as object | null) {
    const descriptor = Object.getOwnPropertyDescriptor(owner, name);
    if (descriptor) return descriptor.set !== undefined;
  }
  return false;
}

/** The same function for the same method, because cards compare methods and remove their listeners. */
function memoized(make: (one: Listener) => Listener): (one: Listener) => Listener {
  const made = new WeakMap<Listener, Listener>();
  return (one) => {
    const known = made.get(one) ?? make(one);
    made.set(one, known);
    return known;
  };
}
