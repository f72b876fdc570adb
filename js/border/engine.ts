import { LinearMemory } from './linearMemory.ts';
import { loadCore, type LoadedCore } from './loader.ts';
import type { CoreModule } from './coreModule.ts';
import { areaNumber, areaPort } from './storageArea.ts';
import { formatOf } from '../common/namespaceFormat.ts';
import type { StorageArea } from '../types.ts';

/** Everything of one namespace in one area: its budget spans the users. */
interface Space {
  id: number;
  handles: number;
}

export interface SpaceSizes {
  namespace: string;
  area: StorageArea | null;
  maxBytes: number;
  ttl: number;
  compressAbove: number;
}

/** The running module of this page, with the spaces that stand in it. */
export class Engine {
  readonly module: CoreModule;
  readonly memory: LinearMemory;
  readonly #spaces = new Map<string, Space>();

  constructor(loaded: LoadedCore) {
    this.module = loaded.module;
    this.memory = new LinearMemory(loaded);
  }

  /** Gives the space's number; the first opener's sizes win. Every call is matched by one of closeSpace. */
  openSpace({ namespace, area, maxBytes, ttl, compressAbove }: SpaceSizes): number {
    const name = nameOf(namespace, area);
    let space = this.#spaces.get(name);
    if (!space) {
      this.memory.stage().name(namespace);
      const { packs } = formatOf(namespace);
      const id = this.module.openSpace(area && areaPort(area), maxBytes, ttl, compressAbove, !packs);
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
    this.module._closeSpace(space.id);
    this.#spaces.delete(name);
  }
}

function nameOf(namespace: string, area: StorageArea | null): string {
  return `${namespace} ${area ? areaNumber(area) : ''}`;
}

let engine: Engine | Promise<Engine> | undefined;

/** Spaces and pages that stand open in the core; a test counts them back to zero. */
export function openCount(): number {
  return engine instanceof Engine ? engine.module._openCount() : 0;
}

/** The page's engine; started by the first call, at once where the browser allows it. A failed start may be tried again. */
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
