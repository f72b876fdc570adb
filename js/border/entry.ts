import { callSafely } from '../common/emitter.ts';
import { Policies } from '../common/policies.ts';
import type { Policy } from '../types.ts';
import type { Message } from './message.ts';

/** Everything that is said of an entry, whoever brings it; the same as `EntryMessage` in wasm/border/entry.hpp. */
export interface Entry {
  /** When it was true; NaN: now, or when its fetch began. */
  timestamp: number;
  /** Milliseconds; NaN: as long as the core gives what says nothing. */
  ttl: number;
  expiresAt: number;
  cost: number;
  bytes: number;
  /** For how long past its end it may serve, in ms. */
  grace: number;
  /** Mutation events leave it alone. */
  exempt: boolean;
  /** The tab that brought it has written it to storage. */
  stored: boolean;
  version: string;
  tags: readonly string[];
}

const NO_TAGS: readonly string[] = [];

/** What a policy says of a value. */
export function entryOf(policy: Policy, value: unknown, bytes: number): Entry {
  const { ttl = NaN, version = '', tags = NO_TAGS, cost = 1, onEvent } = policy;
  return {
    timestamp: NaN,
    ttl,
    expiresAt: endOf(policy, value),
    cost,
    bytes,
    grace: Policies.graceOf(policy),
    exempt: onEvent === 'keep',
    stored: false,
    version,
    tags,
  };
}

export function writeEntry(message: Message, entry: Entry): Message {
  const { timestamp, ttl, expiresAt, cost, bytes, grace, exempt, stored, version, tags } = entry;
  message.number(timestamp).number(ttl).number(expiresAt).number(cost).number(bytes).number(grace);
  return message.flag(exempt).flag(stored).name(version).names(tags);
}

/** What a policy's own `expiresAt` says; one that fails or says nothing sets no end. */
function endOf(policy: Policy, value: unknown): number {
  if (!policy.expiresAt) return Infinity;
  let end: unknown;
  callSafely(() => {
    end = policy.expiresAt?.(value);
  });
  if (end instanceof Date) end = end.getTime();
  return typeof end === 'number' && !Number.isNaN(end) ? end : Infinity;
}
