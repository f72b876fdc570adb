import { startEngine } from '../border/engine.ts';

/**
 * The event filter alone: whether an event with these data concerns the user. While no core runs, every event does: one request
 * too many is better than an outdated answer.
 */
export function isConcerned(eventData: unknown, user: string): boolean {
  if (typeof user !== 'string') throw new TypeError('cardcache: isConcerned needs a user, as a string');
  try {
    const engine = startEngine();
    if (engine instanceof Promise) return true;
    return engine.isConcerned(eventData, user);
  } catch {
    return true;
  }
}
