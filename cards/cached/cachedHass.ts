import { key, type CardCache } from '../../js/index.ts';
import { openHassCache } from '../../js/hass/index.ts';
import { copyOf } from '../copyOf.ts';
import type { CardHass } from '../hass.ts';
import { isRecord } from '../records.ts';
import type { ReadRule } from './config.ts';
import { WRITES, type RequestName } from './patterns.ts';
import { requestText } from './requestText.ts';

const ENDPOINT = 'reads';

/** One object for all: openHassCache looks at options once. Reads of history can take a while. */
const OPTIONS = { policies: { [ENDPOINT]: { version: '1', timeout: 60_000 } } };

/** A card asks when it is made, as soon as its code is there. */
const OPENING = 5_000;

/** The parts of `hass` that are put in the way of. */
interface AskingHass extends CardHass {
  callApi(method: string, path: string, ...rest: unknown[]): Promise<unknown>;
}
type Connection = object & { sendMessagePromise(message: Record<string, unknown>): Promise<unknown> };
type CallService = (
  domain: string,
  service: string,
  data?: object,
  target?: object,
  notifyOnError?: boolean,
  returnResponse?: boolean,
) => Promise<unknown>;

/**
 * A `hass` for one wrapped card: all that it reads is Home Assistant's own, but for the requests that the rules name. Their
 * answers come from the cache, each time as a copy, for some cards sort or cut what they were given.
 */
export class CachedHass {
  readonly #rules: readonly ReadRule[];
  readonly #outdated: () => void;
  /** Until when answers past their end are given (ms): later the card shows something, and can wait for a good one. */
  #opensUntil: number | undefined;
  /** How many of those the card was given are being fetched anew, and whether any has come out another. */
  #renewing = 0;
  #isOutdated = false;
  #hass: AskingHass | undefined;
  #cache: CardCache | undefined;
  #connection: { real: Connection; wrapped: object } | undefined;
  readonly #substitutes = new WeakMap<object, object>();

  /** `outdated`: what the card was given past its end has come anew and is another. Said once. */
  constructor(rules: readonly ReadRule[], outdated: () => void) {
    this.#rules = rules;
    this.#outdated = outdated;
  }

  /** The `hass` for the card; the same one for the same. */
  wrap(real: CardHass): CardHass {
    this.#hass = real as AskingHass;
    this.#cache = openHassCache(real, OPTIONS);
    this.#opensUntil ??= Date.now() + OPENING;
    return this.substitute(real);
  }

  /**
   * What stands for `hass`, or for a part of it that Home Assistant hands out: a copy, made for each state that changes. Ten
   * wrapped cards and ten others take 0.06 ms for that (tests/ha/cached_card.test.mjs prints it), and then read it as fast as
   * ever, which they would not through a proxy.
   */
  substitute<T extends object>(value: T): T {
    const known = this.#substitutes.get(value) as T | undefined;
    if (known) return known;
    const own: Record<string, unknown> = {
      callWS: this.#callWS,
      callApi: this.#callApi,
      callService: this.#callService,
      connection: isConnectionIn(value) ? this.#connectionFor(value.connection) : undefined,
    };
    const replaced = Object.entries(own).filter(([name, replacement]) => name in value && replacement !== undefined);
    const substitute = replaced.length === 0 ? value : { ...value, ...Object.fromEntries(replaced) };
    this.#substitutes.set(value, substitute);
    return substitute;
  }

  readonly #callWS = (message: Record<string, unknown>): Promise<unknown> =>
    this.#command(message, () => this.#newest.callWS(message));

  readonly #callApi = (method: string, path: string, ...rest: unknown[]): Promise<unknown> => {
    const verb = method.toUpperCase();
    const name = verb === 'GET' ? `api:${path}` : `api/${verb}:${path}`;
    // The path stands in the name as far as patterns go; what makes the answer are all of it and the parameters.
    return this.#answer(name, [path, ...rest], () => this.#newest.callApi(method, path, ...rest));
  };

  readonly #callService: CallService = (domain, service, ...rest) => {
    const [data, target, , returnResponse] = rest;
    const ask = (): Promise<unknown> =>
      (this.#newest as { callService: CallService }).callService(domain, service, ...rest);
    return this.#service(`service:${domain}.${service}`, [data, target], ask, returnResponse === true);
  };

  /** Services can be called by the websocket's own command as well. */
  #command(message: Record<string, unknown>, ask: () => Promise<unknown>): Promise<unknown> {
    const { type, domain, service, service_data: data, target, return_response: response } = message;
    if (type !== 'call_service') return this.#answer(`ws:${String(type)}`, message, ask);
    return this.#service(`service:${String(domain)}.${String(service)}`, [data, target], ask, response === true);
  }

  /** What has no response is no read, whatever the rules say. */
  #service(name: RequestName, request: unknown, ask: () => Promise<unknown>, responds: boolean): Promise<unknown> {
    return responds ? this.#answer(name, request, ask) : this.#pass(name, ask);
  }

  get #newest(): AskingHass {
    if (!this.#hass) throw new TypeError('the wrapped card has not been given a hass');
    return this.#hass;
  }

  #answer(name: RequestName, request: unknown, ask: () => Promise<unknown>): Promise<unknown> {
    const rule = this.#rules.find(({ reads }) => reads.matches(name));
    return rule ? this.#read(name, request, ask, rule) : this.#pass(name, ask);
  }

  async #read(name: RequestName, request: unknown, ask: () => Promise<unknown>, rule: ReadRule): Promise<unknown> {
    const cache = this.#cache;
    if (!cache) return ask();
    // Paths and messages hold times; they count as the text says.
    const kind = name.startsWith('service:') ? name : name.slice(0, name.indexOf(':'));
    const readKey = key(ENDPOINT, null, kind, requestText(request, Date.now(), rule.round));
    const { ttl, stale } = rule;
    const fetcher = async (): Promise<unknown> => (await ask()) ?? null;
    const policy = { ttl, staleIfError: stale };
    const isOpening = Date.now() < (this.#opensUntil ?? 0);
    const answer = await cache.getOrFetch<unknown>(readKey, fetcher, {
      ...policy,
      ...(isOpening && { staleWhileRevalidate: stale }),
    });
    // Fetched just now it would be there.
    if (isOpening && !cache.has(readKey))
      void this.#renew(answer, () => cache.getOrFetch<unknown>(readKey, fetcher, policy));
    return copyOf(answer);
  }

  /** Waits for what is on its way already. The card is told when all of it has come: it is shown anew once. */
  async #renew(answer: unknown, newer: () => Promise<unknown>): Promise<void> {
    this.#renewing++;
    try {
      // An equal answer is the same one.
      if ((await newer()) !== answer) this.#isOutdated = true;
    } catch {
      // What it has is the best there is.
    }
    if (--this.#renewing > 0 || !this.#isOutdated) return;
    this.#isOutdated = false;
    this.#opensUntil = 0;
    this.#outdated();
  }

  /** A write, or a request that nobody has named. */
  #pass(name: RequestName, ask: () => Promise<unknown>): Promise<unknown> {
    return this.#cache && WRITES.matches(name) ? this.#cache.mutate(ask, { invalidate: ENDPOINT }) : ask();
  }

  /** Cards may ask the connection itself; and compare it, and keep things by it, so it is the same for as long as the real one. */
  #connectionFor(real: Connection): object {
    const known = this.#connection;
    if (known?.real === real) return known.wrapped;
    const send = (message: unknown): Promise<unknown> =>
      isRecord(message)
        ? this.#command(message, () => real.sendMessagePromise(message))
        : real.sendMessagePromise(message as Record<string, unknown>);
    const wrapped = new Proxy(real, {
      get: (target, name) => (name === 'sendMessagePromise' ? send : (Reflect.get(target, name) as unknown)),
    });
    this.#connection = { real, wrapped };
    return wrapped;
  }
}

function isConnectionIn(value: object): value is { connection: Connection } {
  const { connection } = value as { connection?: Partial<Connection> };
  return typeof connection?.sendMessagePromise === 'function';
}
