import { areaPort } from './border/storageArea.ts';
import { nobody, type Ask, type End } from './turns.ts';
import type { StorageArea } from './types.ts';

/** How long a lease stands without being renewed: timers of hidden tabs run once a second. With 1 s two tabs fetched in 6 of 8 rounds. */
const LASTS = 5_000;
const RENEWED_EVERY = 2_000;
/** A lease that was just written is read again after this long: without that 4 of 4 tabs took it at once, with it none in 40 rounds. */
const SETTLES = 20;
const LOOK_EVERY = 100;

/**
 * Turns where there are no Web Locks (on insecure origins): who has one leaves a note in the area that says until when, and
 * renews it. Two tabs that write at the same moment may both believe it theirs: then both fetch, and no harm is done.
 */
export function askLeases(storage: StorageArea, prefix: string): Ask {
  const area = areaPort(storage);
  const me = Math.random().toString(36).slice(2);
  /** Whose it is, and how many ms it still lasts. */
  const read = (note: string): [owner: string, left: number] => {
    const [owner = '', until] = (area.get(note) ?? '').split(' ');
    return [owner, Number(until) - Date.now()];
  };
  const write = (note: string) => area.set(note, `${me} ${Date.now() + LASTS}`) === 0;
  const isFree = (note: string) => {
    const [, left] = read(note);
    // One that lasts longer than any may was left before the clock was set back.
    return !(left > 0 && left <= LASTS);
  };
  const isMine = (note: string) => read(note)[0] === me;
  // Left by tabs that were killed.
  for (const note of area.keys(prefix).filter(isFree)) area.remove(note);

  const hold = (note: string): End => {
    const timer = setInterval(() => isMine(note) && write(note), RENEWED_EVERY);
    return () => {
      clearInterval(timer);
      if (isMine(note)) area.remove(note);
    };
  };
  return async (name, waiting, away) => {
    const note = prefix + name;
    for (;;) {
      const may = away === true || isFree(note);
      if (may && !write(note)) return nobody;
      await pause(may ? SETTLES : LOOK_EVERY);
      if (may && isMine(note)) return hold(note);
      // Not throwIfAborted, which Chromium has had since 100.
      if (waiting.aborted) throw new DOMException('cardcache: nobody waits for this turn any more', 'AbortError');
    }
  };
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
