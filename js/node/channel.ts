/**
 * A client of Redis or Valkey that carries invalidations between processes, in one of these forms. node-redis (`redis`,
 * `@redis/client`) calls the listener for each message. ioredis and iovalkey call it once, after subscribing, and deliver
 * messages by `on('message', (channel, text) => …)`. Valkey GLIDE is polled for messages, and takes text and channel in the other
 * order. If a client has `duplicate`, a duplicate listens until the last cache has closed, so that the client stays free for
 * other commands.
 */
export interface PubSub {
  publish(channel: string, text: string): Promise<unknown>;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- what it is called with differs by client
  subscribe(channel: string, listener: (...told: any[]) => void): unknown;
}

type Listener = (...told: unknown[]) => void;

/** Further methods that clients may have. */
interface Client {
  publish(first: string, second: string): unknown;
  subscribe(channel: unknown, listener: unknown): unknown;
  unsubscribe?(channel: unknown, listener?: unknown): unknown;
  on?(event: string, listener: Listener): unknown;
  off?(event: string, listener: Listener): unknown;
  duplicate?(): Client;
  /** node-redis only: false until `connect`. */
  isOpen?: boolean;
  connect?(): Promise<unknown>;
  destroy?(): unknown;
  disconnect?(): unknown;
  /** GLIDE only. */
  getPubSubMessage?(): Promise<{ channel: unknown; message: unknown }>;
}

/** How long GLIDE waits for the server's confirmation, in ms. */
const CONFIRMED_WITHIN = 5_000;

/** A pub/sub channel on which processes send each other texts. */
export class Channel {
  readonly #name: string;
  readonly #publisher: Client;
  readonly #given: Client;
  /** True if one client both publishes and subscribes. */
  readonly #isOne: boolean;
  readonly #heard: (text: string) => void;
  readonly #connected: () => void;
  #isOpen = false;
  /** Our duplicate, or the given client. */
  #subscriber: Client | undefined;
  #subscribed: Promise<void> | undefined;
  /** The duplicate's connection attempt. */
  #connecting: Promise<unknown> | undefined;

  /** `connected` is called after each subscription, the first and later ones: earlier messages may have been missed. */
  constructor(
    name: string,
    publisher: unknown,
    subscriber: unknown,
    heard: (text: string) => void,
    connected: () => void,
  ) {
    this.#name = name;
    this.#publisher = clientWith('publish', publisher, 'pubsub');
    this.#isOne = subscriber === undefined || subscriber === publisher;
    this.#given = clientWith('subscribe', this.#isOne ? publisher : subscriber, this.#isOne ? 'pubsub' : 'subscriber');
    this.#heard = heard;
    this.#connected = connected;
  }

  /** Rejects if the text cannot be sent, or if this process cannot subscribe, which shows nowhere else. */
  async publish(text: string): Promise<void> {
    const publisher = this.#publisher;
    const [first, second] = publisher.getPubSubMessage ? [text, this.#name] : [this.#name, text];
    await Promise.all([publisher.publish(first, second), this.#isOpen ? this.#listening() : undefined]);
  }

  open(): void {
    this.#isOpen = true;
    this.#listening().catch(() => undefined);
  }

  close(): void {
    const [subscriber, connecting] = [this.#subscriber, this.#connecting];
    this.#isOpen = false;
    this.#subscriber = this.#subscribed = this.#connecting = undefined;
    if (subscriber) this.#leave(subscriber, connecting).catch(() => undefined);
  }

  #listening(): Promise<void> {
    this.#subscribed ??= this.#subscribe().then(
      () => {
        if (this.#isOpen) this.#connected();
      },
      (error: unknown) => {
        // The next publish tries again.
        this.#subscribed = undefined;
        throw error;
      },
    );
    return this.#subscribed;
  }

  async #subscribe(): Promise<void> {
    const subscriber = (this.#subscriber ??= this.#begin());
    if (subscriber !== this.#given && subscriber.isOpen === false) {
      this.#connecting = subscriber.connect?.();
      await this.#connecting;
      // The channel was closed meanwhile.
      if (this.#subscriber !== subscriber) return;
      this.#connecting = undefined;
    }
    if (subscriber.getPubSubMessage) {
      await subscriber.subscribe([this.#name], CONFIRMED_WITHIN);
      void this.#poll(subscriber);
      return;
    }
    const refused = new Promise<never>((_, reject) => (this.#refused = reject));
    await Promise.race([refused, subscriber.subscribe(this.#name, this.#listener)]);
  }

  #begin(): Client {
    const subscriber = (this.#isOne && this.#given.duplicate?.()) || this.#given;
    // Some clients throw without an error listener, others write to the console. Clients reconnect by themselves.
    if (subscriber !== this.#given) subscriber.on?.('error', () => undefined);
    subscriber.on?.('message', this.#onMessage);
    subscriber.on?.('ready', this.#onReady);
    return subscriber;
  }

  /** Called with each message, or once after subscribing, depending on the client. */
  readonly #listener = quietly((first, second) => {
    if (first instanceof Error) this.#refused(first);
    else if (first != null) this.#tell(first);
    else if (typeof second === 'number' && !this.#subscriber?.on) this.#refused(new TypeError(NO_MESSAGES));
  });

  #refused: (error: Error) => void = () => undefined;

  readonly #onMessage = quietly((channel, text) => {
    if (String(channel) === this.#name) this.#tell(text);
  });

  /** Called after a reconnect. Clients subscribe again by themselves; our own subscribe tells when that is done. */
  readonly #onReady: Listener = () => {
    if (!this.#isOpen) return;
    this.#subscribed = undefined;
    this.#listening().catch(() => undefined);
  };

  #tell(text: unknown): void {
    if (this.#isOpen) this.#heard(String(text));
  }

  async #poll(subscriber: Client): Promise<void> {
    try {
      while (this.#subscriber === subscriber) {
        const told = await subscriber.getPubSubMessage?.();
        if (told) this.#onMessage(told.channel, told.message);
      }
    } catch {
      // The client was closed.
    }
  }

  async #leave(subscriber: Client, connecting: Promise<unknown> | undefined): Promise<void> {
    if (subscriber !== this.#given) {
      if (connecting) {
        // Destroyed while it connects, a node-redis client leaves that connection open. One that cannot connect would try for ever.
        const failed = new Promise((resolve) => subscriber.on?.('error', resolve));
        await Promise.race([connecting, failed]).catch(() => undefined);
      }
      await (subscriber.destroy ?? subscriber.disconnect)?.call(subscriber);
      return;
    }
    subscriber.off?.('message', this.#onMessage);
    subscriber.off?.('ready', this.#onReady);
    await (subscriber.getPubSubMessage
      ? subscriber.unsubscribe?.([this.#name], CONFIRMED_WITHIN)
      : subscriber.unsubscribe?.(this.#name, this.#listener));
  }
}

/** Wraps a listener: the message may be another program's, or no text, and nothing must be thrown into the client. */
function quietly(listener: Listener): Listener {
  return (...told) => {
    try {
      listener(...told);
    } catch {
      // Not our message.
    }
  };
}

const NO_MESSAGES =
  "cardcache: this client delivers messages by on('message'): pass the client itself to keyvTier, as pubsub or subscriber";

function clientWith(method: 'publish' | 'subscribe', client: unknown, option: string): Client {
  if (typeof (client as Partial<Client> | null | undefined)?.[method] === 'function') return client as Client;
  throw new TypeError(
    `cardcache: ${option} must be a client of Redis or Valkey, or have publish(channel, text) and subscribe(channel, listener)`,
  );
}
