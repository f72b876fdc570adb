import { isRecord } from '../records.ts';
import type { RequestName } from './patterns.ts';
import type { Connection } from './wrappedConnection.ts';

/** What tells the course of states: it is longer with each of them, and no question stands still meanwhile. */
const COURSES = /^(api|ws):(history|logbook|recorder)\//;
const ENTITY = /[a-z\d_]+\.[a-z\d_]+/g;

type States = Record<string, unknown>;

/** What the page knows. */
interface Known {
  connection: Connection;
  states: States;
  /** Those that the card was opened with. */
  atOpening: States;
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
 * that it names have changed, or the connection was away. 0: nothing is known. The course of states is as new as those that the
 * card was opened with; then a graph may lag behind by as much as its rule says, or it would be asked for with every state.
 */
export function changedAt(name: RequestName, question: string, { connection, states, atOpening }: Known): number {
  const known = COURSES.test(name) ? atOpening : states;
  const named = question.match(ENTITY) ?? [];
  return Math.max(cameBack.get(connection) ?? 0, ...named.map((entity) => updatedAt(known[entity])));
}

function updatedAt(state: unknown): number {
  return (isRecord(state) && Date.parse(String(state.last_updated ?? state.last_changed))) || 0;
}
