import type { Core, Wanted } from './border/core.ts';
import { FOREIGN_NAMESPACE, type SpaceSizes } from './border/engine.ts';
import type { Landed } from './flights.ts';
import { isSecret, Policies } from './policies.ts';
import { receive } from './received.ts';
import type { SharedCache } from './sharedCache.ts';
import { localArea } from './border/storageArea.ts';
import { Tabs, type Answer } from './tabs.ts';
import type { Key, Policy } from './types.ts';

/** Tabs agree where they share localStorage, by which each learns of the others' invalidations. */
export function openTabs(cache: SharedCache, { namespace, area }: SpaceSizes, user: string | null): Tabs | undefined {
  if (typeof document === 'undefined' || !area || area !== localArea()) return undefined;
  const notes = namespace === FOREIGN_NAMESPACE ? undefined : `${namespace}!lease:`;
  return Tabs.open(JSON.stringify([namespace, user]), area, notes, (answer) => take(cache, answer));
}

export function answerOf(
  key: Key,
  json: string,
  times: { timestamp: number; end: number },
  policy: Policy,
  stored: boolean,
): Answer {
  const { version = '', tags = [], cost = 1, onEvent } = policy;
  const { timestamp, end } = times;
  const grace = Policies.graceOf(policy);
  return { key, json, timestamp, end, version, tags, cost, grace, kept: onEvent === 'keep', stored };
}

/** Takes another tab's answer where somebody here wants to know it. Throws for what is none. */
function take(cache: SharedCache, answer: Answer): void {
  const { core, watches } = cache;
  const { key, version } = answer;
  const resident = core?.resident(key);
  const known = resident === undefined ? undefined : cache.policyFor(key);
  const policy = cache.flights.policyOf(key) ?? watches.policyOf(key) ?? known;
  if (!core || !policy || isSecret(policy)) return;
  const value: unknown = JSON.parse(answer.json);
  const ownGrace = Policies.graceOf(policy);
  const { grace = 0, json } = answer;
  const facts = { ...answer, bytes: json.length * 2, grace: Math.max(ownGrace, grace) || ownGrace };
  receive(cache, core, { key, value, version, policy, source: 'tab' }, (kept) => core.adoptFromTab(key, kept, facts));
}

/** What came meanwhile and will do. */
export function answerFor(core: Core | undefined, key: Key, wanted: Wanted): Landed | undefined {
  const there = core?.lookUp(key, { ...wanted, peek: true });
  // What lies in storage becomes resident only by a look-up that counts.
  const found = there?.source === 'storage' ? core?.lookUp(key, wanted) : there;
  return found && { value: found.value, timestamp: found.timestamp, source: 'tab' };
}
