import { startEngine } from '../border/engine.ts';

/**
 * The event filter alone: is an event with these data the user's concern? Where the core does not run (yet), every event is:
 * one request too many is better than showing what is no longer true.
 */
export function isConcerned(eventData: unknown, user: string): boolean {
  if (typeof user !== 'string') throw new TypeError('cardcache: isConcerned needs a user');
  try {
    const engine = startEngine();
    if (engine instanceof Promise) return true;
    return engine.isConcerned(eventData, user);
  } catch {
    return true;
  }
}
