import { callSafely } from '../common/emitter.ts';
import { Policies } from '../common/policies.ts';
import type { Policy } from '../types.ts';
import type { Message } from './message.ts';

/**
 * The facts of an entry, whether this page sets it or another tab or process sends it; the same as `EntryMessage` in
 * wasm/border/entry.hpp.
 */
export interface Entry {
  /** NaN: now, or the beginning of its fetch. */
  timestamp: number;
  /** Milliseconds; NaN: the core's default. */
  ttl: number;
  expiresAt: number;
  cost: number;
  bytes: number;
  /** For how many ms past its end it may be served. */
  grace: number;
  /** Mutation events do not invalidate it. */
  exempt: boolean;
  /** The sending tab has written it to storage. */
  stored: boolean;
  version: string;
  tags: readonly string[];
}

const NO_TAGS: readonly string[] = [];

/** A copy of a policy's tags: reading the page's own list may run its code, which must not call the cache while a message is written. */
export function tagsOf({ tags }: Policy): readonly string[] {
  return tags ? [...tags] : NO_TAGS;
}

/** The facts that a policy gives a value. */
export function entryOf(policy: Policy, value: unknown, bytes: number): Entry {
  const { ttl = NaN, version = '', cost = 1, onEvent } = policy;
  return {
    timestamp: NaN,
    ttl,
    expiresAt: expiresAtOf(policy, value),
    cost,
    bytes,
    grace: Policies.graceOf(policy),
    exempt: onEvent === 'keep',
    stored: false,
    version,
    tags: tagsOf(policy),
  };
}

export function writeEntry(message: Message, entry: Entry): Message {
  const { timestamp, ttl, expiresAt, cost, bytes, grace, exempt, stored, version, tags } = entry;
  message.number(timestamp).number(ttl).number(expiresAt).number(cost).number(bytes).number(grace);
  return message.flag(exempt).flag(stored).name(version).names(tags);
}

/** The result of the policy's `expiresAt`; Infinity if it throws or returns nothing. */
function expiresAtOf(policy: Policy, value: unknown): number {
  if (!policy.expiresAt) return Infinity;
  let expiresAt: unknown;
  callSafely(() => {
    expiresAt = policy.expiresAt?.(value);
  });
  if (expiresAt instanceof Date) expiresAt = expiresAt.getTime();
  return typeof expiresAt === 'number' && !Number.isNaN(expiresAt) ? expiresAt : Infinity;
}
