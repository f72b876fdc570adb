import { startEngine } from '../border/engine.ts';
import { escapeUser } from '../common/keys.ts';
import { eventJson } from '../cache/mutationEvents.ts';

/**
 * The event filter alone: is an event with these data the user's concern? Where the core does not run (yet), every event is:
 * one request too many is better than showing what is no longer true.
 */
export function isConcerned(eventData: unknown, user: string): boolean {
  if (typeof user !== 'string') throw new TypeError('cardcache: isConcerned needs a user');
  try {
    const engine = startEngine();
    if (engine instanceof Promise) return true;
    engine.memory.stage().text(eventJson(eventData)).name(escapeUser(user));
    return engine.module._isConcerned() === 1;
  } catch {
    return true;
  }
}
