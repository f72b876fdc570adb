import { checkMembers, shown, type Kind, type Kinds } from './checks.ts';
import { Log } from './log.ts';
import { formatOf } from './namespaceFormat.ts';
import type { CacheOptions, EventRule, Policy, WatchOptions } from '../types.ts';

type StorageOptions = Exclude<NonNullable<CacheOptions['storage']>, false>;

const OPTIONS = {
  namespace: 'any',
  user: 'any',
  memory: 'object',
  storage: 'any',
  remote: 'any',
  policies: 'object',
  rules: 'object',
  alerts: 'object',
  log: 'function',
  clock: 'function',
} as const satisfies Kinds<CacheOptions>;
/** Options of connectHass and openHassCache, listed here as well; a test keeps both lists equal. */
const OF_LINKS = {
  events: 'texts',
  subscribeCommand: 'any',
  revisionEntity: 'any',
  pollInterval: 'positive',
  username: 'any',
} as const;
const ALL = { ...OPTIONS, ...OF_LINKS };
const MEMORY = {
  ttl: 'span',
  maxEntries: 'span',
  maxBytes: 'span',
} as const satisfies Kinds<NonNullable<CacheOptions['memory']>>;
const STORAGE = {
  ttl: 'span',
  maxBytes: 'span',
  compressAbove: 'span',
  area: 'any',
} as const satisfies Kinds<StorageOptions>;
const ALERTS = {
  hitRateBelow: 'span',
  errorsAbove: 'span',
  storageAbove: 'span',
} as const satisfies Kinds<NonNullable<CacheOptions['alerts']>>;
const RULE = {
  endpoints: 'texts',
  subject: ['username', 'assigned_users'],
  assignees: 'function',
} as const satisfies Kinds<EventRule>;

const POLICY = {
  ttl: 'span',
  expiresAt: 'function',
  tier: ['memory', 'both'],
  sensitive: 'any',
  encrypted: 'any',
  staleWhileRevalidate: 'span',
  staleIfError: 'span',
  staleWhen: 'function',
  retry: 'object',
  timeout: 'span',
  tags: 'texts',
  version: 'string',
  check: 'function',
  cost: 'any',
  refetchOnLoad: ['stale', 'always'],
  onEvent: ['refresh', 'invalidate', 'keep'],
  forceRefresh: 'any',
  maxAge: 'span',
  signal: 'any',
  interval: 'positive',
  debounce: 'span',
  whileHidden: 'any',
  states: 'any',
} as const satisfies Kinds<WatchOptions>;
const RETRY = {
  attempts: 'span',
  baseDelay: 'span',
  maxDelay: 'span',
  maxBackoff: 'span',
  when: 'function',
} as const satisfies Kinds<NonNullable<Policy['retry']>>;

/** Throws a TypeError if the options are wrong. */
export function checkOptions(options: CacheOptions, log = new Log((options as CacheOptions | null)?.log)): void {
  checkMembers(options, ALL, log);
  const { namespace = 'cardcache_', user, memory = {}, storage = {}, remote, alerts = {} } = options;
  if (typeof namespace !== 'string' || !/^[a-z0-9]+_$/.test(namespace)) {
    throw new TypeError(
      `cardcache: a namespace consists of lower-case letters and digits and ends with one _, not ${String(namespace)}`,
    );
  }
  // Values other than strings have no distinct string form, so all such users would share one cache.
  if (user === '' || (user != null && typeof user !== 'string')) {
    throw new TypeError('cardcache: user must be a string that is not empty, or null: then all users share the cache');
  }
  if (user != null && !formatOf(namespace).users) {
    throw new TypeError(`cardcache: ${namespace} is AgileTrack's own and knows no users: leave user out`);
  }
  if (remote && (['get', 'set', 'invalidate'] as const).some((name) => typeof remote[name] !== 'function')) {
    throw new TypeError('cardcache: remote must be a RemoteTier, such as keyvTier of cardcache/node returns');
  }
  checkMembers(memory, MEMORY, log, 'memory.');
  checkMembers(alerts, ALERTS, log, 'alerts.');
  if (storage !== false) {
    checkMembers(storage, STORAGE, log, 'storage.');
    const { area } = storage;
    if (area !== undefined && typeof area !== 'object') {
      throw new TypeError(`cardcache: storage.area must be a Storage or null, not ${shown(area)}`);
    }
  }
  checkMerged(options, log);
}

/** Checks the options that a later opener merges. */
export function checkMerged({ policies = {}, rules = {} }: CacheOptions, log: Log): void {
  checkMembers(policies, objects(policies), log, 'policies.');
  checkMembers(rules, objects(rules), log, 'rules.');
  for (const policy of Object.values(policies)) checkPolicy(policy, log);
  for (const rule of Object.values(rules)) checkMembers(rule, RULE, log, 'a rule’s ');
}

/** Throws a TypeError if a policy, or the options of a fetch or a watch, are wrong. */
export function checkPolicy(policy: WatchOptions, log: Log): void {
  checkMembers(policy, POLICY, log);
  const { cost, signal, retry } = policy;
  if (retry) checkMembers(retry, RETRY, log, 'retry.');
  // An AbortSignal may come from another frame, so `instanceof` would not do.
  if (signal && typeof signal.addEventListener !== 'function')
    throw new TypeError('cardcache: signal must be an AbortSignal');
  if (cost !== undefined && !(cost >= 0 && cost < Infinity)) {
    throw new TypeError(`cardcache: cost must be a number ≥ 0, not ${shown(cost)}`);
  }
}

function objects(named: object): Record<string, Kind> {
  return Object.fromEntries(Object.keys(named).map((name) => [name, 'object']));
}
