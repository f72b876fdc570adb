import { isRecord } from '../records.ts';
import type { RequestName } from './patterns.ts';
import type { Connection } from './wrappedConnection.ts';

/** What tells the course of states: it is longer with each of them, and no question stands still meanwhile. */
const COURSES = /^(api|ws):(history|logbook|recorder)\//;
const ENTITY = /[a-z\d_]+\.[a-z\d_]+/g;

interface Known {
  connection: Connection;
  states: Record<string, unknown>;
}

/** When a connection last came back, ms since 1970; what happened while it was away, nobody here has heard. */
const cameBack = new WeakMap<object, number>();

/** Before the card puts listeners of its own on it: those ask. */
export function followConnection(connection: Connection): void {
  if (cameBack.has(connection)) return;
  cameBack.set(connection, 0);
  connection.addEventListener?.('ready', () => cameBack.set(connection, Date.now()));
}

/**
 * Since when (ms since 1970) an answer to this question may be another, as far as the page can know: the states of the entities
 * that it names have changed, or the connection was away. 0: nothing is known. While a card opens that also holds for the course
 * of states; later a graph may lag behind by as much as its rule says, or it would be asked for with every state.
 */
export function changedAt(name: RequestName, question: string, hass: Known, isOpening: boolean): number {
  const { connection, states } = hass;
  const since = cameBack.get(connection) ?? 0;
  if (!isOpening && COURSES.test(name)) return since;
  const named = question.match(ENTITY) ?? [];
  return Math.max(since, ...named.map((entity) => updatedAt(states[entity])));
}

function updatedAt(state: unknown): number {
  return (isRecord(state) && Date.parse(String(state.last_updated))) || 0;
}
