/**
 * Carries invalidations between processes: a client of Redis or Valkey, whichever of these shapes it has. node-redis (`redis`,
 * `@redis/client`) calls the listener for each message; ioredis and iovalkey call it once, when they have subscribed, and tell messages by
 * `on('message', (channel, text) => …)`; Valkey GLIDE is asked for them, and takes text and channel the other way round. A client
 * that has `duplicate` is left free for other commands: a duplicate of it listens, until the last cache has closed.
 */
export interface PubSub {
  publish(channel: string, text: string): Promise<unknown>;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- what it is called with differs by client
  subscribe(channel: string, listener: (...told: any[]) => void): unknown;
}

type Listener = (...told: unknown[]) => void;

/** What else of clients is used, where they have it. */
interface Client {
  publish(first: string, second: string): unknown;
  subscribe(channel: unknown, listener: unknown): unknown;
  unsubscribe?(channel: unknown, listener?: unknown): unknown;
  on?(event: string, listener: Listener): unknown;
  off?(event: string, listener: Listener): unknown;
  duplicate?(): Client;
  /** node-redis: false until `connect`. */
  isOpen?: boolean;
  connect?(): Promise<unknown>;
  destroy?(): unknown;
  disconnect?(): unknown;
  /** GLIDE. */
  getPubSubMessage?(): Promise<{ channel: unknown; message: unknown }>;
}

/** GLIDE waits this long for the server to confirm, ms. */
const CONFIRMED_WITHIN = 5_000;

/** One name on which processes tell each other texts. */
export class Channel {
  readonly #name: string;
  readonly #publisher: Client;
  readonly #given: Client;
  /** Whether one client is there for both. */
  readonly #isOne: boolean;
  readonly #heard: (text: string) => void;
  readonly #connected: () => void;
  #isOpen = false;
  /** A duplicate of ours, or the client that was given. */
  #subscriber: Client | undefined;
  #subscribed: Promise<void> | undefined;

  /** `connected` is called when it listens, at first and again: what was told until then may have been missed. */
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

  /** Rejects where the text is not taken, or where this process does not hear the others': that fails nowhere else. */
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
    const subscriber = this.#subscriber;
    this.#isOpen = false;
    this.#subscriber = this.#subscribed = undefined;
    if (subscriber) this.#leave(subscriber).catch(() => undefined);
  }

  #listening(): Promise<void> {
    this.#subscribed ??= this.#subscribe().then(
      () => {
        if (this.#isOpen) this.#connected();
      },
      (error: unknown) => {
        // The next one who publishes tries again.
        this.#subscribed = undefined;
        throw error;
      },
    );
    return this.#subscribed;
  }

  async #subscribe(): Promise<void> {
    const subscriber = (this.#subscriber ??= this.#begin());
    if (subscriber !== this.#given && subscriber.isOpen === false) await subscriber.connect?.();
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
    // Without a listener some clients throw, others write to the console. They connect again by themselves.
    if (subscriber !== this.#given) subscriber.on?.('error', () => undefined);
    subscriber.on?.('message', this.#onMessage);
    subscriber.on?.('ready', this.#onReady);
    return subscriber;
  }

  /** Called with each message, or once, when the client has subscribed. */
  readonly #listener = quietly((first, second) => {
    if (first instanceof Error) this.#refused(first);
    else if (first != null) this.#tell(first);
    else if (typeof second === 'number' && !this.#subscriber?.on) this.#refused(new TypeError(NO_MESSAGES));
  });

  #refused: (error: Error) => void = () => undefined;

  readonly #onMessage = quietly((channel, text) => {
    if (String(channel) === this.#name) this.#tell(text);
  });

  /** A new connection: clients subscribe again by themselves, and once more tells when that is done. */
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
      // It was closed.
    }
  }

  async #leave(subscriber: Client): Promise<void> {
    if (subscriber !== this.#given) {
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

/** What a client tells may be somebody else's words, or no text: nothing is thrown into the client. */
function quietly(listener: Listener): Listener {
  return (...told) => {
    try {
      listener(...told);
    } catch {
      // No words of ours.
    }
  };
}

const NO_MESSAGES =
  "cardcache: this client tells messages by on('message'): give keyvTier the client itself as pubsub, or as subscriber";

function clientWith(method: 'publish' | 'subscribe', client: unknown, option: string): Client {
  if (typeof (client as Partial<Client> | null | undefined)?.[method] === 'function') return client as Client;
  throw new TypeError(
    `cardcache: ${option} must be a client of Redis or Valkey, or have publish(channel, text) and subscribe(channel, listener)`,
  );
}
