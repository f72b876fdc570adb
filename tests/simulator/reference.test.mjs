// The simulator's own policies give what other programs gave for the same traces.
import assert from 'node:assert/strict';
import test from 'node:test';
import { figures, traceFile } from './simulator.mjs';

// Hit ratios in %, by small programs written apart from these. W-TinyLFU's depend on how its sketch hashes and halves.
const REFERENCE = {
  web07: {
    100: { lru: 33.4, sieve: 36.8, s3fifo: 38.1, wtinylfu: 33.0, optimum: 48.6 },
    500: { lru: 45.6, sieve: 48.5, s3fifo: 50.0, wtinylfu: 47.8, optimum: 59.2 },
    2000: { lru: 55.5, sieve: 57.8, s3fifo: 58.0, wtinylfu: 56.8, optimum: 68.0 },
  },
  'orm-busy': {
    100: { lru: 51.5, sieve: 44.0, s3fifo: 43.9, wtinylfu: 29.3, optimum: 63.0 },
    500: { lru: 69.3, sieve: 65.9, s3fifo: 69.8, wtinylfu: 51.8, optimum: 79.1 },
    2000: { lru: 81.4, sieve: 80.4, s3fifo: 81.9, wtinylfu: 70.4, optimum: 87.3 },
  },
};
const TOLERANCE = { wtinylfu: 1.5, s3fifo: 0.2 };

for (const [trace, sizes] of Object.entries(REFERENCE)) {
  test(`${trace}: LRU, SIEVE, S3-FIFO, W-TinyLFU and the optimum hit as often as elsewhere`, async () => {
    const found = await figures('--trace', traceFile(trace), '--entries', Object.keys(sizes).join(','));
    for (const [size, policies] of Object.entries(sizes)) {
      for (const [policy, expected] of Object.entries(policies)) {
        const [actual] = found[size][policy];
        assert.ok(
          Math.abs(actual - expected) <= (TOLERANCE[policy] ?? 0.06),
          `${policy} at ${size}: ${actual}, elsewhere ${expected}`,
        );
      }
    }
  });
}
