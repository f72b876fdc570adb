import { FOREIGN_NAMESPACE } from './engine.ts';
import { checkMembers, checkPolicy, type Kind } from './policies.ts';
import type { CacheOptions } from './types.ts';

const OPTIONS = { memory: 'object', alerts: 'object', log: 'function', clock: 'function' } as const;
const MEMORY = { ttl: 'span', maxEntries: 'span', maxBytes: 'span' } as const;
const STORAGE = { ttl: 'span', maxBytes: 'span', compressAbove: 'span' } as const;
const ALERTS = { hitRateBelow: 'span', errorsAbove: 'span', storageAbove: 'span' } as const;
const RULE = { endpoints: 'texts', assignees: 'function' } as const;

/** TypeError for what no cache can be opened with. */
export function checkOptions(options: CacheOptions): void {
  const { namespace = 'cardcache_', user, memory = {}, storage = {}, remote, alerts = {} } = options;
  if (typeof namespace !== 'string' || !/^[a-z0-9]+_$/.test(namespace)) {
    throw new TypeError(
      `cardcache: a namespace is small letters and digits with one _ at its end, not ${String(namespace)}`,
    );
  }
  // What is no text has no characters of its own: all such users would be the same one.
  if (user === '' || (user != null && typeof user !== 'string')) {
    throw new TypeError('cardcache: a user is a text that is not empty; null means not separated');
  }
  if (namespace === FOREIGN_NAMESPACE && user != null) {
    throw new TypeError(`cardcache: ${namespace} is AgileTrack's own and knows no users`);
  }
  if (remote && (['get', 'set', 'invalidate'] as const).some((name) => typeof remote[name] !== 'function')) {
    throw new TypeError('cardcache: remote must be a RemoteTier, such as keyvTier of cardcache/node gives');
  }
  checkMembers(options, OPTIONS);
  checkMembers(memory, MEMORY, 'memory.');
  checkMembers(alerts, ALERTS, 'alerts.');
  if (storage !== false) {
    checkMembers({ storage }, { storage: 'object' });
    checkMembers(storage, STORAGE, 'storage.');
    if (storage.area !== null) checkMembers(storage, { area: 'object' }, 'storage.');
  }
  checkMerged(options);
}

/** Of those that a further opener brings as well. */
export function checkMerged({ policies = {}, rules = {} }: CacheOptions): void {
  checkMembers({ policies, rules }, { policies: 'object', rules: 'object' });
  checkMembers(policies, objects(policies), 'policies.');
  checkMembers(rules, objects(rules), 'rules.');
  for (const policy of Object.values(policies)) checkPolicy(policy);
  for (const rule of Object.values(rules)) {
    checkMembers(rule, RULE, 'a rule’s ');
    const { subject = 'username' } = rule;
    if (subject !== 'username' && subject !== 'assigned_users') {
      throw new TypeError(`cardcache: a rule's subject is 'assigned_users' or 'username', not ${String(subject)}`);
    }
  }
}

function objects(named: object): Record<string, Kind> {
  return Object.fromEntries(Object.keys(named).map((name) => [name, 'object']));
}
