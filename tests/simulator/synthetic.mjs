// Traces of what pages might do that the recorded ones do not, each the same in every run.

/** Numbers of 0 … 1 by a fixed seed (mulberry32). */
function chance(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let bits = Math.imul(state ^ (state >>> 15), 1 | state);
    bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits;
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Ranks of 0 … keys − 1, of which the n-th comes n^-skew as often as the first. */
function zipf(keys, skew, random) {
  const sums = [];
  let sum = 0;
  for (let rank = 1; rank <= keys; rank++) sums.push((sum += rank ** -skew));
  return () => {
    const wanted = random() * sum;
    let low = 0;
    let high = keys - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (sums[middle] < wanted) low = middle + 1;
      else high = middle;
    }
    return low;
  };
}

/** Asks again for what lies a few different keys back, mostly: recency and nothing else. */
function recency(keys, random) {
  const depth = zipf(keys, 1.2, random);
  const stack = [];
  let next = 0;
  return () => {
    const at = depth();
    const [key] = at < stack.length ? stack.splice(at, 1) : [next++];
    stack.unshift(key);
    if (stack.length > keys) stack.pop();
    return key;
  };
}

const made = (length, keyAt) => Uint32Array.from({ length }, (_, at) => keyAt(at));
const LENGTH = 200_000;

/** By name, each made when it is called for. */
export const synthetic = {
  'loop of 150': () => made(LENGTH, (at) => at % 150),
  'loop of 1,011': () => made(LENGTH, (at) => at % 1011),
  'loop of 2,500': () => made(LENGTH, (at) => at % 2500),
  'to and fro over 2,000': () => made(LENGTH, (at) => Math.abs((at % 4000) - 2000)),
  'each key once': () => made(LENGTH, (at) => at),
  popularity: () => {
    const rank = zipf(10_000, 0.9, chance(1));
    return made(LENGTH, () => rank());
  },
  'popularity that drifts': () => {
    const rank = zipf(10_000, 0.9, chance(2));
    return made(LENGTH, (at) => rank() + Math.floor(at / 20));
  },
  'popularity that changes at once': () => {
    const rank = zipf(10_000, 0.9, chance(3));
    return made(LENGTH, (at) => rank() + Math.floor(at / 40_000) * 100_000);
  },
  'popularity and scans': () => {
    const rank = zipf(10_000, 0.9, chance(4));
    return made(LENGTH, (at) => (at % 20_000 < 15_000 ? rank() : 1_000_000 + at));
  },
  'popularity and a loop at once': () => {
    const random = chance(5);
    const rank = zipf(5_000, 1, random);
    return made(LENGTH, (at) => (random() < 0.5 ? rank() : 1_000_000 + (at % 3000)));
  },
  recency: () => {
    const next = recency(5_000, chance(6));
    return made(LENGTH, () => next());
  },
  'recency and a loop by turns': () => {
    const next = recency(5_000, chance(7));
    return made(LENGTH, (at) => (at % 80_000 < 40_000 ? next() : 1_000_000 + (at % 1011)));
  },
};

/** As the simulator's `u32be`. */
export function asBigEndian(keys) {
  const bytes = Buffer.alloc(keys.length * 4);
  keys.forEach((key, at) => bytes.writeUInt32BE(key, at * 4));
  return bytes;
}
