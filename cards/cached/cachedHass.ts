import { key, type CardCache, type Key } from '../../js/index.ts';
import { openHassCache } from '../../js/hass/index.ts';
import { copyOf } from '../copyOf.ts';
import type { CardHass } from '../hass.ts';
import { changedAt, followConnection } from './changes.ts';
import type { ReadRule } from './config.ts';
import { saysNotNow } from './notNow.ts';
import { Opening } from './opening.ts';
import { realOf, standingFor } from './realHass.ts';
import { fetchName, requestOf, type Asked } from './requests.ts';
import { kindOf, type RequestKind } from './requestKinds.ts';
import { requestText } from './requestText.ts';
import { wrapConnection, type Connection } from './wrappedConnection.ts';

const ENDPOINT = 'reads';

/** One object for all: openHassCache looks at options once. Reads of history can take a while. */
const OPTIONS = { policies: { [ENDPOINT]: { version: '1', timeout: 60_000 } } };

/** How long a write takes that is sent without waiting for its answer (ms). */
const SOON = 1_000;

/** The parts of `hass` that are put in the way of. */
interface AskingHass extends Omit<CardHass, 'callService'> {
  connection: Connection;
  callApi(method: string, path: string, ...rest: unknown[]): Promise<unknown>;
  callApiRaw(method: string, path: string, ...rest: unknown[]): Promise<unknown>;
  callService(domain: string, service: string, ...rest: unknown[]): Promise<unknown>;
  fetchWithAuth(path: string, init?: RequestInit): Promise<unknown>;
  sendWS(message: Message): void;
}
type Message = Record<string, unknown>;

/**
 * A `hass` for one wrapped card: all that it reads is Home Assistant's own, but for the requests that the rules name. Their
 * answers come from the cache, each time as a copy, for some cards sort or cut what they were given.
 */
export class CachedHass {
  readonly #rules: readonly ReadRule[];
  readonly #opening: Opening;
  #hass: AskingHass | undefined;
  #cache: CardCache | undefined;
  #connection: { real: Connection; wrapped: Connection } | undefined;
  #substitutes = new WeakMap<object, object>();
  /** What the card has asked, and since when its answers count (ms since 1970): what it was told of was true from then on. */
  readonly #asked = new Set<Key>();
  #toldAt = 0;
  #statesAtOpening: CardHass['states'] | undefined;

  /** `outdated`: some of what the card was given past its end has come anew and is another. */
  constructor(rules: readonly ReadRule[], outdated: () => void) {
    this.#rules = rules;
    this.#opening = new Opening(outdated);
  }

  /** A card is made, again where what the one before was given was outdated. It finds nothing that the one before has kept. */
  open(isAgain: boolean): void {
    this.#connection = undefined;
    this.#substitutes = new WeakMap();
    if (!isAgain) this.#statesAtOpening = this.#hass?.states;
    this.#opening.begin(isAgain);
  }

  /** The `hass` for the card; the same one for the same. */
  wrap(given: CardHass): CardHass {
    const real = realOf(given);
    const hass = (this.#hass = real as AskingHass);
    this.#cache = openHassCache(real, OPTIONS);
    this.#statesAtOpening ??= hass.states;
    followConnection(realOf(hass.connection));
    return this.substitute(given);
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
      callApiRaw: this.#callApiRaw,
      callService: this.#callService,
      fetchWithAuth: this.#fetchWithAuth,
      sendWS: this.#sendWS,
      connection: isConnectionIn(value) ? this.#connectionFor(realOf(value.connection)) : undefined,
    };
    const replaced = Object.entries(own).filter(([name, replacement]) => name in value && replacement !== undefined);
    const substitute =
      replaced.length === 0 ? value : { ...value, ...Object.fromEntries(replaced), ...standingFor(realOf(value)) };
    this.#substitutes.set(value, substitute);
    return substitute;
  }

  readonly #callWS = (message: Message): Promise<unknown> => this.#command(message, (own) => this.#newest.callWS(own));

  readonly #callApi = (method: string, path: string, ...rest: unknown[]): Promise<unknown> => {
    const [parameters, headers, ...more] = rest;
    // The path stands in the name as far as patterns go; what makes the answer are all of it and the parameters.
    const request = requestOf({ method, path, parameters, headers });
    const pass = (): Promise<unknown> => this.#newest.callApi(method, path, ...rest);
    return this.#answer(request, pass, (own) =>
      this.#newest.callApi(method, path, own.parameters, own.headers, ...more),
    );
  };

  /** Its answer is a stream, which nobody can be given twice. */
  readonly #callApiRaw = (method: string, path: string, ...rest: unknown[]): Promise<unknown> =>
    this.#pass(kindOf(fetchName(path, method)), () => this.#newest.callApiRaw(method, path, ...rest));

  readonly #fetchWithAuth = (path: string, init?: RequestInit): Promise<unknown> =>
    this.#pass(kindOf(fetchName(path, init?.method)), () => this.#newest.fetchWithAuth(path, init));

  readonly #callService = (domain: string, service: string, ...rest: unknown[]): Promise<unknown> => {
    const [data, target, notifyOnError, responds, ...more] = rest;
    const request = requestOf({
      type: 'call_service',
      domain,
      service,
      service_data: data,
      target,
      return_response: responds,
    });
    const pass = (): Promise<unknown> => this.#newest.callService(domain, service, ...rest);
    return this.#answer(request, pass, (own) =>
      this.#newest.callService(domain, service, own.service_data, own.target, notifyOnError, responds, ...more),
    );
  };

  readonly #sendWS = (message: Message): void => this.#tell(message, () => this.#newest.sendWS(message));

  #command(message: Message, send: (message: Message) => Promise<unknown>): Promise<unknown> {
    return this.#answer(
      requestOf(message),
      () => send(message),
      (own) => send({ ...own }),
    );
  }

  /** For what is sent without waiting for an answer: when it is done nobody is told, so its effect is taken to come soon. */
  #tell(message: Message, send: () => void): void {
    const { name, kind = kindOf(name) } = requestOf(message);
    send();
    if (!isWrite(kind)) return;
    this.#opening.end();
    this.#cache?.invalidate(ENDPOINT);
    setTimeout(() => this.#cache?.invalidate(ENDPOINT), SOON);
  }

  get #newest(): AskingHass {
    if (!this.#hass) throw new TypeError('the wrapped card has not been given a hass');
    return this.#hass;
  }

  /** Reads that a rule names are answered from the cache, for which `ask` is given the request as it was when the card asked. */
  #answer(request: Asked, pass: () => Promise<unknown>, ask: (request: Message) => Promise<unknown>): Promise<unknown> {
    const { name, content, question } = request;
    const rule = this.#rules.find(({ reads }) => reads.matches(name));
    const kind = request.kind ?? kindOf(name, rule?.reads.includes(name));
    return rule && content && kind === 'read'
      ? this.#read(name, question, () => ask(content), rule)
      : this.#pass(kind, pass);
  }

  async #read(name: string, question: unknown, ask: () => Promise<unknown>, rule: ReadRule): Promise<unknown> {
    const cache = this.#cache;
    if (!cache) return ask();
    // Paths and messages hold times; they count as the text says.
    const kind = name.startsWith('service:') ? name : name.slice(0, name.indexOf(':'));
    const readKey = key(ENDPOINT, null, kind, requestText(question, Date.now(), rule.round, this.#zones));
    const { ttl, stale } = rule;
    const staleWhen = (error: unknown): boolean => saysNotNow(error, kind.startsWith('service:'));
    const fetcher = async (): Promise<unknown> => {
      try {
        return (await ask()) ?? null;
      } catch (error) {
        // What was refused is no longer so; nor is it after the next reload.
        if (!staleWhen(error)) cache.delete(readKey);
        throw error;
      }
    };
    const limit = this.#limit(name, readKey);
    this.#asked.add(readKey);
    const answer = await this.#opening.read(readKey, (isStaleWelcome) =>
      cache.getOrFetch<unknown>(readKey, fetcher, {
        ttl,
        staleIfError: stale,
        staleWhen,
        ...(isStaleWelcome && { staleWhileRevalidate: stale }),
        ...limit,
      }),
    );
    return copyOf(answer);
  }

  /** No answer from before something that the card, or whoever looks at it, knows of. */
  #limit(name: string, question: string): { maxAge?: number } {
    const { connection, states } = this.#newest;
    const known = { connection, states, atOpening: this.#statesAtOpening ?? states };
    const since = Math.max(this.#toldAt, changedAt(name, question, known));
    return since > 0 ? { maxAge: Math.max(0, Date.now() - since) } : {};
  }

  /** The card asks anew what it hears has changed, and so will the one after the next reload. */
  #changed(): void {
    this.#toldAt = Date.now();
    this.#opening.end();
    if (this.#asked.size > 0) this.#cache?.invalidate({ keys: this.#asked });
  }

  /** A write, or a request that nobody has named. */
  #pass(kind: RequestKind, ask: () => Promise<unknown>): Promise<unknown> {
    if (!this.#cache || !isWrite(kind)) return ask();
    this.#opening.end();
    return this.#cache.mutate(ask, { invalidate: ENDPOINT });
  }

  /** The server's, and the one that the browser's clock shows, in which cards reckon. */
  get #zones(): string[] {
    const { timeZone } = new Intl.DateTimeFormat().resolvedOptions();
    return [this.#newest.config?.time_zone ?? timeZone, timeZone];
  }

  /** Cards may ask the connection itself; and compare it, and keep things by it, so it is the same for as long as the real one. */
  #connectionFor(real: Connection): Connection {
    const known = this.#connection;
    if (known?.real === real) return known.wrapped;
    const wrapped = wrapConnection(real, {
      send: (message) => this.#command(message, (own) => real.sendMessagePromise(own)),
      tell: (message, ...rest) => this.#tell(message, () => real.sendMessage?.(message, ...rest)),
      changed: () => this.#changed(),
    });
    this.#connection = { real, wrapped };
    return wrapped;
  }
}

function isConnectionIn(value: object): value is { connection: Connection } {
  const { connection } = value as { connection?: Partial<Connection> };
  return typeof connection?.sendMessagePromise === 'function';
}

/** What nobody can tell may write, and fresh answers come before spared requests. */
function isWrite(kind: RequestKind): boolean {
  return kind === 'write' || kind === 'unknown';
}
