import { key, type CardCache, type Key } from '../../js/index.ts';
import { openHassCache } from '../../js/hass/index.ts';
import { copyOf } from '../copyOf.ts';
import type { CardHass } from '../hass.ts';
import { changedAt, followConnection, toldBy } from './changes.ts';
import type { ReadRule } from './config.ts';
import { ALL_READS, CACHE_OPTIONS, endpointOf } from './endpoints.ts';
import { saysNotNow } from './notNow.ts';
import { Opening } from './opening.ts';
import { realOf, standingFor } from './realHass.ts';
import { fetchName, requestOf, type Asked } from './requests.ts';
import { kindOf, type RequestKind } from './requestKinds.ts';
import { requestText, shortestWindow } from './requestText.ts';
import { wrapConnection, type Connection } from './wrappedConnection.ts';

/**
 * Of a window that moves with the clock an answer may lack so large a part before it is past its end, and before it is of no use:
 * with the first, a card that adds what comes to what it has loses next to nothing, and "the last hour" is still answered for
 * 5 minutes (the usual `ttl`); with the second, such a card is never given its own last answer again, which is as old as the window.
 */
const LACKING = { fresh: 0.1, stale: 0.9 };

/** When a wrapped card last wrote something through a cache, ms since 1970. */
const wroteAt = new WeakMap<CardCache, number>();

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
  /** What the card has asked since it last heard of a change, and when that was (ms since 1970): older answers do not count. */
  readonly #asked = new Set<Key>();
  #toldAt = 0;
  #statesAtOpening: CardHass['states'] | undefined;

  /** `outdated` is called when the card was given an old answer, and the new one turns out to be another. */
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
    const cache = openHassCache(real, CACHE_OPTIONS);
    // What somebody else was given while the card opened.
    if (this.#cache && cache !== this.#cache) this.#opening.end();
    this.#cache = cache;
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
    const cache = this.#cache;
    const drop = (): void => {
      if (!cache) return;
      wroteAt.set(cache, Date.now());
      cache.invalidate(ALL_READS);
    };
    drop();
    setTimeout(drop, SOON);
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
    const now = Date.now();
    const readKey = key(endpointOf(name), null, kind, requestText(question, now, rule.round, this.#zones));
    const window = shortestWindow(question, now, this.#zones);
    const ttl = Math.min(rule.ttl, window * LACKING.fresh);
    const stale = Math.min(rule.stale, Math.max(0, window * LACKING.stale - ttl));
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
    const maxAge = Math.min(this.#maxAge(name, readKey), window * LACKING.fresh);
    this.#asked.add(readKey);
    const answer = await this.#opening.read(readKey, maxAge, (isStaleWelcome) =>
      cache.getOrFetch<unknown>(readKey, fetcher, {
        ttl,
        staleIfError: stale,
        staleWhen,
        ...(isStaleWelcome && { staleWhileRevalidate: stale }),
        ...(maxAge < Infinity && { maxAge }),
      }),
    );
    return copyOf(answer);
  }

  /** How old an answer may be (ms): not from before something that the card, or whoever looks at it, knows of. */
  #maxAge(name: string, question: string): number {
    const { connection, states } = this.#newest;
    const known = { connection, states, atOpening: this.#statesAtOpening ?? states };
    const wrote = (this.#cache && wroteAt.get(this.#cache)) ?? 0;
    const since = Math.max(this.#toldAt, wrote, changedAt(name, question, known));
    return since > 0 ? Math.max(0, Date.now() - since) : Infinity;
  }

  /** The card asks anew what it hears has changed, and so will the one after the next reload. */
  #changed(connection: Connection, message: unknown): void {
    const told = toldBy(connection, message, this);
    this.#toldAt = told.at;
    this.#opening.end();
    const keys = [...this.#asked].filter((one) => !told.keys.has(one));
    this.#asked.clear();
    for (const one of keys) told.keys.add(one);
    if (keys.length > 0) this.#cache?.invalidate({ keys });
  }

  /** A write, or a request that nobody has named. */
  #pass(kind: RequestKind, ask: () => Promise<unknown>): Promise<unknown> {
    const cache = this.#cache;
    if (!cache || !isWrite(kind)) return ask();
    this.#opening.end();
    return cache.mutate(ask, { invalidate: ALL_READS }).finally(() => wroteAt.set(cache, Date.now()));
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
      changed: (message) => this.#changed(real, message),
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
