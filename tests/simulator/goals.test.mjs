// What was promised for eviction. What is shipped is measured beside the others in the same run.
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after, before } from 'node:test';
import { figures, traceFile } from './simulator.mjs';
import { asBigEndian, synthetic } from './synthetic.mjs';

const FIXED = ['lru', 'sieve', 's3fifo', 'wtinylfu'];
const SIZES = '100,500,2000';
let folder;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cardcache-traces-'));
});
after(() => rm(folder, { recursive: true }));

/** Hit ratios by size of the policies that are named. */
async function hits(file, policies, sizes = SIZES) {
  const bySize = {};
  for (const policy of policies) {
    const found = await figures('--trace', file, '--entries', sizes, '--policy', policy);
    for (const [size, { [policy]: numbers }] of Object.entries(found)) (bySize[size] ??= {})[policy] = numbers[0];
  }
  return bySize;
}

async function written(name) {
  const file = join(folder, name.replaceAll(/\W+/g, '-'));
  await writeFile(file, asBigEndian(synthetic[name]()));
  return file;
}

const mean = (numbers) => numbers.reduce((sum, number) => sum + number, 0) / numbers.length;

test('recorded traces: never half a point below LRU, on average above every fixed policy', async () => {
  const rows = [];
  for (const trace of ['web07', 'orm-busy']) {
    for (const [size, row] of Object.entries(await hits(traceFile(trace), ['shipped', ...FIXED]))) {
      assert.ok(row.shipped >= row.lru - 0.5, `${trace}, ${size} entries: ${row.shipped}, LRU ${row.lru}`);
      rows.push(row);
    }
  }
  assert.equal(rows.length, 6);
  const shipped = mean(rows.map((row) => row.shipped));
  for (const policy of FIXED) {
    const other = mean(rows.map((row) => row[policy]));
    assert.ok(shipped > other + 1, `${shipped}, ${policy} ${other}`);
  }
});

test('a loop of 1,011 keys through 256 entries hits every fifth time', async () => {
  const found = await hits(await written('loop of 1,011'), ['shipped', 'lru'], '256');
  assert.equal(found[256].lru, 0);
  assert.ok(found[256].shipped > 20, found[256].shipped);
});

for (const name of Object.keys(synthetic)) {
  test(`${name}: never half a point below LRU`, async () => {
    for (const [size, { shipped, lru }] of Object.entries(await hits(await written(name), ['shipped', 'lru']))) {
      assert.ok(shipped >= lru - 0.5, `${size} entries: ${shipped}, LRU ${lru}`);
    }
  });
}

test('where answers cost unlike much, far more of the costs is saved than by LRU, and as much as by GDSF but for two points', async () => {
  const common = ['--trace', traceFile('web07'), '--make-up', 'costs', '--costs', '--entries', SIZES];
  for (const [size, row] of Object.entries(await figures(...common))) {
    const [shipped, lru, gdsf] = [row.shipped, row.lru, row.gdsf].map(([saved]) => saved);
    assert.ok(shipped > lru + 8, `${size} entries: ${shipped}, LRU ${lru}`);
    assert.ok(shipped > gdsf - 2, `${size} entries: ${shipped}, GDSF ${gdsf}`);
  }
});

test('where bytes are what is short, more is hit than by LRU, SIEVE, S3-FIFO and W-TinyLFU', async () => {
  const found = await figures('--trace', traceFile('web07'), '--make-up', 'bytes', '--bytes', '500000,2500000');
  assert.equal(Object.keys(found).length, 2);
  for (const [size, row] of Object.entries(found)) {
    for (const policy of FIXED) {
      assert.ok(row.shipped[0] > row[policy][0], `${size} bytes: ${row.shipped[0]}, ${policy} ${row[policy][0]}`);
    }
  }
});
