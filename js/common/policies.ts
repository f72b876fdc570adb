import { callSafely } from './emitter.ts';
import { endpointOf, escapeSegment } from './keys.ts';
import type { Log } from './log.ts';
import { checkPolicy } from './options.ts';
import type { Key, Policy } from '../types.ts';

/** Whether a value under this policy may leave memory; in the clear only where it is no secret. */
export function mayReachStorage(policy: Policy): boolean {
  return policy.tier !== 'memory' && !policy.sensitive;
}

/** Whether an answer under this policy may be where other processes read it. */
export function mayBeRemote(policy: Policy): boolean {
  return mayReachStorage(policy) && !policy.encrypted;
}

/** Whether nobody may read it where it is at rest. */
export function isSecret(policy: Policy): boolean {
  return Boolean(policy.sensitive || policy.encrypted);
}

const MAX_BACKOFF = 300_000;

/** How long failures in a row are waited out at most, in ms. */
export function longestWait({ retry }: Policy): number {
  return retry?.maxBackoff ?? MAX_BACKOFF;
}

/** Whether `staleIfError` covers this failure. A `staleWhen` that fails itself covers nothing: the error to be told is the fetcher's. */
export function covers(policy: Policy, error: unknown): boolean {
  let covered = false;
  callSafely(() => {
    covered = policy.staleWhen?.(error) ?? true;
  });
  return covered;
}

const NO_POLICY: Policy = {};

/** Policies by endpoint. A call's own policy goes over its endpoint's, field by field. */
export class Policies {
  readonly #byEndpoint = new Map<string, Policy>();
  readonly #log: Log;

  constructor(log: Log) {
    this.#log = log;
  }

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
    checkPolicy(own, this.#log);
    if (!general) return own;
    const stated = Object.fromEntries(Object.entries(own).filter(([, value]) => value !== undefined));
    return { ...general, ...stated };
  }

  /** The longest an entry may be wanted past its end. */
  static graceOf({ staleWhileRevalidate = 0, staleIfError = 0 }: Policy): number {
    return Math.max(staleWhileRevalidate, staleIfError);
  }
}
