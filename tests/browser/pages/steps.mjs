/**
 * Put into a page before anything runs there: `steps`, writes whose values can be told from the key and the number of the step
 * that set them, so that any value can be judged after a reload, or in another tab.
 */
export function bringSteps() {
  const words = ['plan', 'Küche', '"quoted"', 'back\\slash', '会議', '🐉', '\ud800', '\u2028', 'done', '0', 'null'];

  /** mulberry32: the same numbers for the same seed in every engine. */
  const random = (seed) => {
    let state = seed >>> 0;
    return () => {
      state = (state + 0x6d2b79f5) >>> 0;
      let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
      mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
      return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
    };
  };

  /** A tenth of them without a unit above Latin-1; from a few units to some 300 kB, most of them small. */
  const valueOf = (key, step) => {
    const next = random(step * 7919 + key.length);
    const count = Math.floor(4 * globalThis.steps.largest ** (next() ** 2));
    const pick = next() < 0.1 ? 4 : words.length;
    const items = Array.from({ length: count }, () => words[Math.floor(next() * pick)] + Math.floor(next() * 100));
    return { key, step, items };
  };

  globalThis.steps = {
    random,
    /** In items of about 8 units, by four; the same for whoever writes and reads. */
    largest: 10_000,
    valueOf,
    /** The step whose value this is, undefined for a miss; throws for a value that was never set for this key. */
    stepOf(key, value) {
      if (value === undefined) return undefined;
      const { step } = value ?? {};
      if (JSON.stringify(value) === JSON.stringify(valueOf(key, step))) return step;
      throw new Error(`${key} holds what was never set: ${JSON.stringify(value).slice(0, 300)}`);
    },
  };
}
