import { endpointOf, escapeSegment } from './keys.ts';
import type { FetchOptions, Key, Policy } from './types.ts';

/** Whether a value under this policy may leave memory; in the clear only where it is no secret. */
export function mayReachStorage(policy: Policy): boolean {
  return policy.tier !== 'memory' && !policy.sensitive;
}

/** Whether nobody may read it where it is at rest. */
export function isSecret(policy: Policy): boolean {
  return Boolean(policy.sensitive || policy.encrypted);
}

const POLICY = {
  ttl: 'span',
  staleWhileRevalidate: 'span',
  staleIfError: 'span',
  timeout: 'span',
  maxAge: 'span',
  expiresAt: 'function',
  check: 'function',
  version: 'string',
  tags: 'texts',
  retry: 'object',
} as const;
const RETRY = { attempts: 'span', baseDelay: 'span', maxDelay: 'span', when: 'function' } as const;

/** TypeError for what no policy, and no options of a fetch, can mean. */
export function checkPolicy(policy: FetchOptions): void {
  checkMembers(policy, POLICY);
  if (policy.retry) checkMembers(policy.retry, RETRY, 'retry.');
  const { tier, cost, onEvent, signal } = policy;
  // One of another frame is a signal, too.
  if (signal && typeof signal.addEventListener !== 'function') throw new TypeError('cardcache: signal must be one');
  if (tier !== undefined && tier !== 'memory' && tier !== 'both') {
    throw new TypeError(`cardcache: tier is 'memory' or 'both', not ${String(tier)}`);
  }
  if (cost !== undefined && !(cost >= 0 && cost < Infinity)) {
    throw new TypeError(`cardcache: cost must be a number ≥ 0, not ${String(cost)}`);
  }
  if (onEvent !== undefined && !['refresh', 'invalidate', 'keep'].includes(onEvent)) {
    throw new TypeError(`cardcache: onEvent is 'refresh', 'invalidate' or 'keep', not ${String(onEvent)}`);
  }
}

/** A time, a size or a count: a number ≥ 0 or Infinity. */
export function checkSpan(span: number | undefined, name: string): void {
  if (span === undefined || (typeof span === 'number' && span >= 0)) return;
  throw new TypeError(`cardcache: ${name} must be a number ≥ 0 or Infinity, not ${String(span)}`);
}

export type Kind = 'function' | 'object' | 'span' | 'string' | 'texts';

/** TypeError where a member is there and is none of its kind. */
export function checkMembers(owner: object, kinds: Readonly<Record<string, Kind>>, before = ''): void {
  for (const name in kinds) {
    const value = (owner as Record<string, unknown>)[name];
    if (value === undefined) continue;
    const kind = kinds[name];
    if (kind === 'span') checkSpan(value as number, before + name);
    else if (!(kind === 'texts' ? isTexts(value) : typeof value === kind && value !== null))
      throw new TypeError(
        `cardcache: ${before}${name} must be ${kind === 'texts' ? 'a list of texts' : `of type ${kind}`}`,
      );
  }
}

const NO_POLICY: Policy = {};

function isTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every((text) => typeof text === 'string');
}

/** Policies by endpoint. A call's own policy goes over its endpoint's, field by field. */
export class Policies {
  readonly #byEndpoint = new Map<string, Policy>();

  /** Endpoints, as they stand in keys, of which nothing may be read where it is at rest. */
  get secret(): string[] {
    return [...this.#byEndpoint].filter(([, policy]) => isSecret(policy)).map(([endpoint]) => endpoint);
  }

  /** Endpoints and how long past their end their answers may serve. */
  get graces(): [endpoint: string, grace: number][] {
    return [...this.#byEndpoint].map(([endpoint, policy]) => [endpoint, Policies.graceOf(policy)]);
  }

  merge(policies: Record<string, Policy> | undefined): void {
    for (const [endpoint, policy] of Object.entries(policies ?? {})) {
      const name = escapeSegment(endpoint);
      this.#byEndpoint.set(name, { ...this.#byEndpoint.get(name), ...policy });
    }
  }

  for(key: Key, own?: Policy): Policy {
    const general = this.#byEndpoint.size > 0 ? this.#byEndpoint.get(endpointOf(key)) : undefined;
    if (!own) return general ?? NO_POLICY;
    checkPolicy(own);
    if (!general) return own;
    const stated = Object.fromEntries(Object.entries(own).filter(([, value]) => value !== undefined));
    return { ...general, ...stated };
  }

  /** The longest an entry may be wanted past its end. */
  static graceOf({ staleWhileRevalidate = 0, staleIfError = 0 }: Policy): number {
    return Math.max(staleWhileRevalidate, staleIfError);
  }
}
