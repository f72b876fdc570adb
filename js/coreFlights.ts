import { FETCH_COUNTS } from './coreNames.ts';
import type { Standing } from './noCore.ts';
import { longestWait } from './policies.ts';
import type { Key, Policy } from './types.ts';

// What the core knows of flights: whether one still counts.

/** Gives the number of the flight, which is never 0. */
export function beginFlight(core: Standing, key: Key, { tags = [], onEvent }: Policy): number {
  return core.call(({ module, memory, page, now }) => {
    memory.stage().name(key).names(tags);
    return module._beginFlight(page, now, onEvent === 'keep');
  });
}

/** Whether something has made it void since. */
export function isVoid(core: Standing, flight: number): boolean {
  return core.call(({ module, page, now }) => module._isVoid(page, now, flight) === 1);
}

export function endFlight(core: Standing | undefined, flight: number): void {
  core?.call(({ module, page }) => module._endFlight(page, flight));
}

export function voidFlights(core: Standing | undefined, key: Key): void {
  core?.callFor(key, ({ module, page }) => module._voidFlights(page));
}

/** It has failed for good; `told`: for how long the server wants to be left alone; `lasting`: its policy does not try again. */
export function failFlight(
  core: Standing | undefined,
  flight: number,
  policy: Policy,
  told: number,
  lasting: boolean,
): void {
  const wait = longestWait(policy);
  core?.call(({ module, page, now }) => module._failFlight(page, now, flight, wait, told, lasting, Math.random()));
}

/** For how long the key is left alone, in ms; 0: it may be fetched, −1: so it may, and its last fetch failed. */
export function backOff(core: Standing | undefined, key: Key, policy: Policy): number {
  return core?.callFor(key, ({ module, page, now }) => module._backOff(page, now, longestWait(policy))) ?? 0;
}

/** How long to wait, in ms, after the attempt of that number has failed. */
export function retryAfter(core: Standing, attempt: number, base: number, most: number): number {
  return core.call(({ module }) => module._retryAfter(attempt, base, most, Math.random()));
}

export function countFetch(core: Standing | undefined, what: (typeof FETCH_COUNTS)[number]): void {
  core?.call(({ module, page }) => module._countFetch(page, FETCH_COUNTS.indexOf(what)));
}
