/** Milliseconds that `work` took. */
export function measure(work) {
  const started = performance.now();
  work();
  return performance.now() - started;
}

/** In another order every time: whoever runs first warms the caches for the next. */
export function shuffled(list) {
  const out = [...list];
  for (let index = out.length - 1; index > 0; index--) {
    const other = Math.floor(Math.random() * (index + 1));
    [out[index], out[other]] = [out[other], out[index]];
  }
  return out;
}

/** The median, and half the distance between the quartiles as a share of it. */
export function summary(samples) {
  const sorted = samples.toSorted((a, b) => a - b);
  const at = (share) => sorted[Math.floor(share * (sorted.length - 1))];
  return { median: at(0.5), spread: (at(0.75) - at(0.25)) / 2 / at(0.5) };
}

/** Runs the event loop once, as between two events of a page: what waits in microtasks and timers gets its turn. */
export const turn = () => new Promise((resolve) => setTimeout(resolve));

/**
 * `rounds` times each contestant once, in another order each round: gives by name the summary of what `sample(contestant, round)` says.
 * `between` runs before each round.
 */
export async function inTurns(contestants, rounds, sample, between = async () => {}) {
  const samples = new Map(contestants.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    await between(round);
    for (const contestant of shuffled(contestants)) {
      samples.get(contestant.name).push(sample(contestant, round));
      await turn();
    }
  }
  return Object.fromEntries([...samples].map(([name, list]) => [name, summary(list)]));
}

/**
 * Looks up every key so many times and sums what it finds up. A loop of its own for each: shared by all, the engine could inline none of
 * them and the call would cost more than the work.
 */
export function looper(get) {
  // The one way to the same source with feedback of its own.
  const make = new Function(
    'get',
    `return (keys, passes) => {
      let sum = 0;
      for (let pass = 0; pass < passes; pass++) for (let i = 0; i < keys.length; i++) sum += get(keys[i]).number;
      return sum;
    };`,
  );
  return make(get);
}
