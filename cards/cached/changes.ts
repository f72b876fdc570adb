import type { Key } from '../../js/index.ts';
import { isRecord } from '../records.ts';
import type { RequestName } from './patterns.ts';
import type { Connection } from './wrappedConnection.ts';

/** Requests for the history of states. Their answers change with every new state, so they would always be outdated. */
const COURSES = /^(api|ws):(history|logbook|recorder|energy)\/|^service:recorder\./;
const ENTITY = /[a-z\d_]+\.[a-z\d_]+/g;

type States = Record<string, unknown>;

/** The newest states on the page. */
interface Known {
  connection: Connection;
  states: States;
  /** The states when the card was opened. */
  atOpening: States;
}

/** When each connection last came back, in ms since 1970. The page heard of nothing that happened while it was away. */
const cameBack = new WeakMap<object, number>();

/** Home Assistant sends an event once per subscription. Equal events within so many ms are the same event. */
const COPIES = 100;

/** An event as the page's first card heard it. */
export interface Told {
  /** ms since 1970. */
  at: number;
  /** The questions invalidated for this event. Cards that hear a copy skip these, because they are already being asked again. */
  keys: Set<Key>;
}
const newest = new WeakMap<object, Told & { text: string; listeners: Set<object> }>();

/** `listener`: who heard it. If the same listener hears it twice, there were two events. */
export function toldBy(connection: Connection, message: unknown, listener: object): Told {
  const text = JSON.stringify(message);
  let told = newest.get(connection);
  const isCopy = told?.text === text && Date.now() - told.at < COPIES && !told.listeners.has(listener);
  if (!told || !isCopy) told = { at: Date.now(), keys: new Set(), text, listeners: new Set() };
  told.listeners.add(listener);
  newest.set(connection, told);
  return told;
}

/** Called before the card adds its own listeners, because those ask questions. */
export function followConnection(connection: Connection): void {
  if (cameBack.has(connection)) return;
  cameBack.set(connection, 0);
  connection.addEventListener?.('ready', () => cameBack.set(connection, Date.now()));
}

/**
 * The latest known change that may affect this question, in ms since 1970: a new state of an entity that it names, or a reconnect. 0: none
 * is known. Requests for history use the states from when the card was opened; otherwise every new state would cause a request. A graph may
 * then lag by as much as its rule allows.
 */
export function changedAt(name: RequestName, question: string, { connection, states, atOpening }: Known): number {
  const known = COURSES.test(name) ? atOpening : states;
  const named = question.match(ENTITY) ?? [];
  return Math.max(cameBack.get(connection) ?? 0, ...named.map((entity) => updatedAt(known[entity])));
}

function updatedAt(state: unknown): number {
  return (isRecord(state) && Date.parse(String(state.last_updated ?? state.last_changed))) || 0;
}
