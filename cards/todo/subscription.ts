import { connectionLost } from '../errors.ts';

/** The parts of home-assistant-js-websocket's Connection that are used here. */
export interface SubscribableConnection {
  readonly connected: boolean;
  subscribeMessage(
    listener: (message: unknown) => void,
    message: object,
    options: { resubscribe: boolean },
  ): Promise<() => Promise<void> | void>;
  addEventListener(type: 'ready' | 'disconnected', listener: () => void): void;
  removeEventListener(type: 'ready' | 'disconnected', listener: () => void): void;
}

interface Waiter {
  resolve: (message: unknown) => void;
  reject: (error: unknown) => void;
}

/**
 * A subscription that is renewed whenever it may have ended. After a reconnect Home Assistant renews subscriptions, but reports nothing if
 * it has to refuse one because its integration has not loaded yet. So this class renews its own.
 */
export class Subscription {
  readonly #connection: SubscribableConnection;
  readonly #message: object;
  readonly #heard: (message: unknown) => void;
  #waiters: Waiter[] = [];
  #end: (() => Promise<void> | void) | undefined;
  #round = 0;
  #isOpening = false;
  #isActive = false;

  constructor(connection: SubscribableConnection, message: object, heard: (message: unknown) => void) {
    this.#connection = connection;
    this.#message = message;
    this.#heard = heard;
  }

  start(): void {
    if (this.#isActive) return;
    this.#isActive = true;
    this.#connection.addEventListener('ready', this.#onReady);
    this.#connection.addEventListener('disconnected', this.#onDisconnected);
    this.renew();
  }

  stop(): void {
    this.#isActive = false;
    this.#connection.removeEventListener('ready', this.#onReady);
    this.#connection.removeEventListener('disconnected', this.#onDisconnected);
    this.#leave();
    this.#fail(connectionLost());
  }

  /** Subscribes again; ends an existing subscription. */
  renew(): void {
    if (!this.#isActive || !this.#connection.connected) return;
    this.#leave();
    this.#isOpening = true;
    const round = this.#round;
    const isCurrent = (): boolean => round === this.#round;
    this.#connection
      .subscribeMessage((message) => isCurrent() && this.#hear(message), { ...this.#message }, { resubscribe: false })
      .then(
        (end) => {
          if (isCurrent()) this.#end = end;
          else quietly(end);
        },
        (error: unknown) => isCurrent() && this.#fail(error),
      );
  }

  /** The first message of the subscription under way, or of a new one; the listener does not get it. */
  first(signal: AbortSignal): Promise<unknown> {
    if (!this.#isActive || !this.#connection.connected) return Promise.reject(connectionLost());
    return new Promise((resolve, reject) => {
      const waiter = { resolve, reject };
      this.#waiters.push(waiter);
      signal.addEventListener('abort', () => {
        this.#waiters = this.#waiters.filter((other) => other !== waiter);
      });
      if (!this.#isOpening) this.renew();
    });
  }

  readonly #onReady = (): void => this.renew();

  readonly #onDisconnected = (): void => {
    // The server has forgotten it, so there is nothing to unsubscribe.
    this.#end = undefined;
    this.#leave();
    this.#fail(connectionLost());
  };

  #hear(message: unknown): void {
    this.#isOpening = false;
    const waiters = this.#waiters.splice(0);
    try {
      if (waiters.length === 0) this.#heard(message);
    } catch (error) {
      // The connection has others to tell.
      console.error('cardcache: a list could not be taken', error);
    }
    for (const { resolve } of waiters) resolve(message);
  }

  #fail(error: unknown): void {
    this.#isOpening = false;
    for (const { reject } of this.#waiters.splice(0)) reject(error);
  }

  #leave(): void {
    this.#round++;
    this.#isOpening = false;
    if (this.#end) quietly(this.#end);
    this.#end = undefined;
  }
}

/** Unsubscribing fails if the server has already forgotten it; that is harmless. */
function quietly(end: () => Promise<void> | void): void {
  new Promise((ended) => ended(end())).catch(() => undefined);
}
