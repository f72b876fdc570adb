import type { Core, Wanted } from './core.ts';
import { FOREIGN_NAMESPACE, type SpaceSizes } from './engine.ts';
import type { Landed } from './flights.ts';
import { Word } from './linearMemory.ts';
import { isSecret, Policies } from './policies.ts';
import { receive } from './received.ts';
import type { SharedCache } from './sharedCache.ts';
import { localArea } from './storageArea.ts';
import { Tabs, type Answer } from './tabs.ts';
import type { FetchOptions, Key, Policy } from './types.ts';

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
  receive(cache, core, { key, value, version, policy, source: 'tab' }, (kept) =>
    adopt(core, answer, Policies.graceOf(policy), kept),
  );
}

export function hearStored(core: Core, { key, newValue }: StorageEvent): void {
  core.call(({ module, page, now }) => module.onAreaChange(page, now, key, newValue));
}

/** Keys that another tab wrote, whose watchers are to be told. */
export function takeChangedElsewhere(core: Core): Key[] {
  return core.call(({ module, page }) => module.takeChangedElsewhere(page));
}

/** False where the core does not keep it. */
function adopt(
  core: Core,
  { key, timestamp, end, version, tags, cost, grace = 0, kept, stored, json }: Answer,
  ownGrace: number,
  value: unknown,
): boolean {
  return core.keep(key, value, ({ module, memory, page, now }) => {
    const { words } = memory.stage().name(key).name(version).names(tags).number(Number(kept)).number(Number(stored));
    words[Word.timestamp] = timestamp;
    words[Word.end] = end;
    words[Word.cost] = cost;
    words[Word.bytes] = json.length * 2;
    words[Word.grace] = Math.max(ownGrace, grace) || ownGrace;
    return module._adopt(page, now) === 1;
  });
}

/** From which timestamp on another tab's answer will do for a fetch that is asked for now. */
export function oldestToTake(core: Core, key: Key, { forceRefresh = false, maxAge = Infinity }: FetchOptions): number {
  return core.call(({ module, memory, page, now }) => {
    memory.stage().name(key);
    return module._oldestToTake(page, now, forceRefresh ? -1 : maxAge);
  });
}

/** What came meanwhile and will do. */
export function answerFor(core: Core | undefined, key: Key, wanted: Wanted): Landed | undefined {
  const there = core?.lookUp(key, { ...wanted, peek: true });
  // What lies in storage becomes resident only by a look-up that counts.
  const found = there?.source === 'storage' ? core?.lookUp(key, wanted) : there;
  return found && { value: found.value, timestamp: found.timestamp, source: 'tab' };
}
