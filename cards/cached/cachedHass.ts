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
 * How much of a moving window an answer may lack: before it counts as past its end, and before it is useless. The first limit lets a card
 * that adds new rows to what it has lose next to nothing, and still reuses "the last hour" for 5 minutes (the usual `ttl`). The second
 * keeps such a card from getting its own last answer again, which is as old as the window.
 */
const LACKING = { fresh: 0.1, stale: 0.9 };

/** When a wrapped card last wrote something through a cache, in ms since 1970. */
const wroteAt = new WeakMap<CardCache, number>();

/** How long to wait for a write whose answer nobody awaits, in ms. */
const SOON = 1_000;

/** The parts of `hass` that this class replaces. */
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
 * A `hass` for one wrapped card. Everything is Home Assistant's own, except the requests that the rules name: the cache answers those. Each
 * answer is a copy, because some cards sort or cut what they get.
 */
export class CachedHass {
  readonly #rules: readonly ReadRule[];
  readonly #opening: Opening;
  #hass: AskingHass | undefined;
  #cache: CardCache | undefined;
  #connection: { real: Connection; wrapped: Connection } | undefined;
  #substitutes = new WeakMap<object, object>();
  /**
   * The questions the card has asked since it last heard of a change, and when that change was (ms since 1970). Older answers do not count.
   */
  readonly #asked = new Set<Key>();
  #toldAt = 0;
  #statesAtOpening: CardHass['states'] | undefined;

  /** `outdated` is called when the card got an old answer and the new one differs. */
  constructor(rules: readonly ReadRule[], outdated: () => void) {
    this.#rules = rules;
    this.#opening = new Opening(outdated);
  }

  /** A card was created. `isAgain`: it replaces one that got outdated answers. It does not see what its predecessor kept. */
  open(isAgain: boolean): void {
    this.#connection = undefined;
    this.#substitutes = new WeakMap();
    if (!isAgain) this.#statesAtOpening = this.#hass?.states;
    this.#opening.begin(isAgain);
  }

  /** The `hass` for the card. The same `hass` always gives the same object. */
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
   * The replacement for `hass`, or for a part of it that Home Assistant hands out. It is a copy, made for each state change, so that cards
   * read it as fast as the original; a proxy would be slower.
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
    // Patterns match the beginning of the path. The answer depends on the whole path and the parameters.
    const request = requestOf({ method, path, parameters, headers });
    const pass = (): Promise<unknown> => this.#newest.callApi(method, path, ...rest);
    return this.#answer(request, pass, (own) =>
      this.#newest.callApi(method, path, own.parameters, own.headers, ...more),
    );
  };

  /** The answer is a stream, which cannot be given twice. */
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

  /** For messages sent without waiting for an answer. Nobody reports their end, so they count as done after a short while. */
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
    if (!this.#hass) throw new TypeError('cardcache: the wrapped card sent a request before it got a hass');
    return this.#hass;
  }

  /** Answers reads that a rule names from the cache. `ask` gets the request as it was when the card asked. */
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
    // Paths and messages contain times; requestText.ts decides which of them are equal.
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
        // A refusal drops the old answer, also for the next reload.
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

  /** The oldest acceptable answer, in ms. It must be younger than any change the card, or the page, knows of. */
  #maxAge(name: string, question: string): number {
    const { connection, states } = this.#newest;
    const known = { connection, states, atOpening: this.#statesAtOpening ?? states };
    const wrote = (this.#cache && wroteAt.get(this.#cache)) ?? 0;
    const since = Math.max(this.#toldAt, wrote, changedAt(name, question, known));
    return since > 0 ? Math.max(0, Date.now() - since) : Infinity;
  }

  /** The card has heard of a change. It will ask again, and so will the card after the next reload. */
  #changed(connection: Connection, message: unknown): void {
    const told = toldBy(connection, message, this);
    this.#toldAt = told.at;
    this.#opening.end();
    const keys = [...this.#asked].filter((one) => !told.keys.has(one));
    this.#asked.clear();
    for (const one of keys) told.keys.add(one);
    if (keys.length > 0) this.#cache?.invalidate({ keys });
  }

  /** A write, or a request of unknown kind. */
  #pass(kind: RequestKind, ask: () => Promise<unknown>): Promise<unknown> {
    const cache = this.#cache;
    if (!cache || !isWrite(kind)) return ask();
    this.#opening.end();
    return cache.mutate(ask, { invalidate: ALL_READS }).finally(() => wroteAt.set(cache, Date.now()));
  }

  /** The server's time zone, and the browser's, in which cards calculate. */
  get #zones(): string[] {
    const { timeZone } = new Intl.DateTimeFormat().resolvedOptions();
    return [this.#newest.config?.time_zone ?? timeZone, timeZone];
  }

  /** Cards may use the connection directly, compare it, and key things by it. So it stays the same object as long as the real one does. */
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

/** A request of unknown kind may be a write. Correct answers matter more than saved requests. */
function isWrite(kind: RequestKind): boolean {
  return kind === 'write' || kind === 'unknown';
}
