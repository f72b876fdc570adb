import { ON_EVENT, ON_LOAD } from './coreNames.ts';
import type { Standing } from './noCore.ts';
import { longestWait } from './policies.ts';
import type { Key, Policy } from './types.ts';

// What the core's coordinator is told, and asked: it decides when a watched key is fetched next.

/** Gives the number of the watch, by which it ends. */
export function beginWatch(
  core: Standing,
  key: Key,
  times: { interval: number; debounce: number; whileHidden: boolean },
  policy: Policy,
  timestamp: number,
): number {
  const { interval, debounce, whileHidden } = times;
  const { version, tags = [], onEvent = 'refresh', refetchOnLoad } = policy;
  const onLoad = refetchOnLoad ? ON_LOAD[refetchOnLoad] : 0;
  const wait = longestWait(policy);
  const hasVersion = version !== undefined;
  return core.call(({ module, memory, page }) => {
    memory
      .stage()
      .name(key)
      .name(version ?? '')
      .names(tags);
    return module._watch(page, interval, debounce, whileHidden, ON_EVENT[onEvent], hasVersion, onLoad, wait, timestamp);
  });
}

/** What is shown of it is not fresh. */
export function outdated(core: Standing | undefined, key: Key): void {
  core?.callFor(key, ({ module, page }) => module._outdated(page));
}

export function endWatch(core: Standing | undefined, id: number): void {
  core?.call(({ module, page, now }) => module._unwatch(page, now, id));
}

export function setVisible(core: Standing | undefined, visible: boolean): void {
  core?.call(({ module, page }) => module._setVisible(page, visible));
}

export function catchUp(core: Standing | undefined, since: number): void {
  core?.call(({ module, page, now }) => module._catchUp(page, since, now));
}

/** Events of these types may have been missed before `since`, while no page heard them. */
export function catchUpAfterLoad(core: Standing | undefined, since: number, types: readonly string[]): void {
  core?.call(({ module, memory, page }) => {
    memory.stage().names(types);
    module._catchUpAfterLoad(page, since);
  });
}

export function retryFailed(core: Standing | undefined): void {
  core?.call(({ module, page, now }) => module._retryFailed(page, now));
}

export function refreshStarted(core: Standing | undefined, key: Key): void {
  core?.callFor(key, ({ module, page }) => module._refreshStarted(page));
}

export function refreshFailed(core: Standing | undefined, key: Key): void {
  core?.callFor(key, ({ module, page, now }) => module._refreshFailed(page, now));
}

export function refreshDiscarded(core: Standing | undefined, key: Key): void {
  core?.callFor(key, ({ module, page }) => module._refreshDiscarded(page));
}

export function refreshSucceeded(core: Standing | undefined, key: Key, timestamp: number): void {
  core?.callFor(key, ({ module, page }) => module._refreshSucceeded(page, timestamp));
}

/** Infinity where nothing is to be fetched. */
export function nextDue(core: Standing): number {
  return core.call(({ module, page }) => module._nextDue(page));
}

export function takeDue(core: Standing | undefined): Key[] {
  return core?.call(({ module, page, now }) => module.takeDue(page, now)) ?? [];
}

export function watchStatus(core: Standing | undefined, key: Key) {
  return core?.callFor(key, ({ module, page }) => module.watchStatus(page));
}
