import type { Key } from '../../js/index.ts';
import { isRecord } from '../records.ts';
import type { RequestName } from './patterns.ts';
import type { Connection } from './wrappedConnection.ts';

/** Requests for how states went on: their answers grow with every new state, so that none would ever be up to date. */
const COURSES = /^(api|ws):(history|logbook|recorder|energy)\/|^service:recorder\./;
const ENTITY = /[a-z\d_]+\.[a-z\d_]+/g;

type States = Record<string, unknown>;

/** What the page knows. */
interface Known {
  connection: Connection;
  states: States;
  /** Those that the card was opened with. */
  atOpening: States;
}

/** When a connection last came back, ms since 1970: the page was told of nothing that happened while it was away. */
const cameBack = new WeakMap<object, number>();

/** Home Assistant sends an event once for each subscription: the same within so many ms is the same event. */
const COPIES = 100;

/** An event as the first of a page's cards heard it. */
export interface Told {
  /** ms since 1970. */
  at: number;
  /** What has been invalidated since. Whoever hears a copy leaves it alone: it has been asked for anew by now. */
  keys: Set<Key>;
}
const newest = new WeakMap<object, Told & { text: string; listeners: Set<object> }>();

/** `listener`: whoever hears it. What one hears twice are two events. */
export function toldBy(connection: Connection, message: unknown, listener: object): Told {
  const text = JSON.stringify(message);
  let told = newest.get(connection);
  const isCopy = told?.text === text && Date.now() - told.at < COPIES && !told.listeners.has(listener);
  if (!told || !isCopy) told = { at: Date.now(), keys: new Set(), text, listeners: new Set() };
  told.listeners.add(listener);
  newest.set(connection, told);
  return told;
}

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
