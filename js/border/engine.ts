import { Border, Call } from './calls.ts';
import { eventJson } from './event.ts';
import { loadCore, type LoadedCore } from './loader.ts';
import { areaNumber, areaPort } from './storageArea.ts';
import { formatOf } from '../common/namespaceFormat.ts';
import type { StorageArea } from '../types.ts';

/** One namespace in one area, open in the core. Its users share the budget. */
interface Space {
  id: number;
  handles: number;
}

export interface SpaceSizes {
  namespace: string;
  area: StorageArea | null;
  maxBytes?: number | undefined;
  ttl?: number | undefined;
  compressAbove?: number | undefined;
}

/** The page's running module, and the spaces that are open in it. */
export class Engine {
  readonly border: Border;
  readonly #spaces = new Map<string, Space>();

  constructor(loaded: LoadedCore) {
    this.border = new Border(loaded);
  }

  /** Returns the space's number. The limits of the first opener count. Each call needs a matching closeSpace. */
  openSpace({ namespace, area, maxBytes = NaN, ttl = NaN, compressAbove = NaN }: SpaceSizes): number {
    const name = nameOf(namespace, area);
    let space = this.#spaces.get(name);
    if (!space) {
      const { packs } = formatOf(namespace);
      this.border.area = area && areaPort(area);
      const id = this.border.ask(
        Call.openSpace,
        (message) => message.name(namespace).number(maxBytes).number(ttl).number(compressAbove).flag(!packs),
        (reply) => reply.takeNumber(),
      );
      space = { id, handles: 0 };
      this.#spaces.set(name, space);
    }
    space.handles++;
    return space.id;
  }

  closeSpace({ namespace, area }: SpaceSizes): void {
    const name = nameOf(namespace, area);
    const space = this.#spaces.get(name);
    if (!space || --space.handles > 0) return;
    const { id } = space;
    this.border.ask(
      Call.closeSpace,
      (message) => message.number(id),
      () => undefined,
    );
    this.#spaces.delete(name);
  }

  /** How many spaces and pages are open. */
  openCount(): number {
    return this.border.ask(
      Call.openCount,
      () => undefined,
      (reply) => reply.takeNumber(),
    );
  }

  /** Whether an event with these data concerns the user, as far as the data alone show. */
  isConcerned(data: unknown, user: string): boolean {
    const json = eventJson({ data });
    return this.border.ask(
      Call.isConcerned,
      (message) => message.text(json).name(user),
      (reply) => reply.takeFlag(),
    );
  }
}

function nameOf(namespace: string, area: StorageArea | null): string {
  return `${namespace} ${area ? areaNumber(area) : ''}`;
}

let engine: Engine | Promise<Engine> | undefined;

/** How many spaces and pages are open in the core; a test counts them back to zero. */
export function openCount(): number {
  return engine instanceof Engine ? engine.openCount() : 0;
}

/** The page's engine. The first call starts it, synchronously if the browser allows that. A failed start may be repeated. */
export function startEngine(): Engine | Promise<Engine> {
  if (engine) return engine;
  const loaded = loadCore();
  if (!(loaded instanceof Promise)) return (engine = new Engine(loaded));
  const starting = loaded.then((core) => (engine = new Engine(core)));
  engine = starting;
  starting.catch(() => {
    if (engine === starting) engine = undefined;
  });
  return starting;
}
