import { callSafely } from './emitter.ts';
import { endpointOf, escapeSegment } from './keys.ts';
import type { Log } from './log.ts';
import { checkPolicy } from './options.ts';
import type { Key, Policy } from '../types.ts';

/** Whether a value under this policy may leave memory. It may be stored in plain text only if it is no secret. */
export function mayReachStorage(policy: Policy): boolean {
  return policy.tier !== 'memory' && !policy.sensitive;
}

/** Whether an answer under this policy may be stored where other processes read it. */
export function mayBeRemote(policy: Policy): boolean {
  return mayReachStorage(policy) && !policy.encrypted;
}

/** Whether the answer must not be readable where it is stored. */
export function isSecret(policy: Policy): boolean {
  return Boolean(policy.sensitive || policy.encrypted);
}

const MAX_BACKOFF = 300_000;

/** The longest back-off, in ms. */
export function longestWait({ retry }: Policy): number {
  return retry?.maxBackoff ?? MAX_BACKOFF;
}

/** Whether `staleIfError` covers this failure. If `staleWhen` throws, it covers none, and the caller gets the fetcher's error. */
export function covers(policy: Policy, error: unknown): boolean {
  let covered = false;
  callSafely(() => {
    covered = policy.staleWhen?.(error) ?? true;
  });
  return covered;
}

const NO_POLICY: Policy = {};

/** Policies by endpoint. The policy of a call overrides its endpoint's field by field. */
export class Policies {
  readonly #byEndpoint = new Map<string, Policy>();
  readonly #log: Log;

  constructor(log: Log) {
    this.#log = log;
  }

  /** Escaped endpoints whose answers must not be readable where they are stored. */
  get secret(): string[] {
    return [...this.#byEndpoint].filter(([, policy]) => isSecret(policy)).map(([endpoint]) => endpoint);
  }

  /** Escaped endpoints, each with the time for which its answers may be served past their end. */
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

  /** The longest time for which an answer may be served past its end. */
  static graceOf({ staleWhileRevalidate = 0, staleIfError = 0 }: Policy): number {
    return Math.max(staleWhileRevalidate, staleIfError);
  }
}
