import { endpointOf, escapeSegment } from './keys.ts';
import type { Key, Policy } from './types.ts';

/** Whether a value under this policy may leave memory; in the clear only where it is no secret. */
export function mayReachStorage(policy: Policy): boolean {
  return policy.tier !== 'memory' && !policy.sensitive;
}

/** Whether nobody may read it where it is at rest. */
export function isSecret(policy: Policy): boolean {
  return Boolean(policy.sensitive || policy.encrypted);
}

/** TypeError for what no policy can mean. */
export function checkPolicy(policy: Policy): void {
  checkSpan(policy.ttl, 'ttl');
  checkSpan(policy.staleWhileRevalidate, 'staleWhileRevalidate');
  checkSpan(policy.staleIfError, 'staleIfError');
  checkSpan(policy.timeout, 'timeout');
  const { tier, cost, onEvent } = policy;
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

/** A span of milliseconds: a number ≥ 0 or Infinity. */
export function checkSpan(span: number | undefined, name: string): void {
  if (span === undefined) return;
  if (typeof span !== 'number' || !(span >= 0)) {
    throw new TypeError(`cardcache: ${name} must be milliseconds ≥ 0 or Infinity, not ${String(span)}`);
  }
}

const NO_POLICY: Policy = {};

/** Policies by endpoint. A call's own policy goes over its endpoint's, field by field. */
export class Policies {
  readonly #byEndpoint = new Map<string, Policy>();

  /** Endpoints, as they stand in keys, of which nothing may be read where it is at rest. */
  get secret(): string[] {
    return [...this.#byEndpoint].filter(([, policy]) => isSecret(policy)).map(([endpoint]) => endpoint);
  }

  merge(policies: Record<string, Policy> | undefined): void {
    for (const [endpoint, policy] of Object.entries(policies ?? {})) {
      checkPolicy(policy);
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
