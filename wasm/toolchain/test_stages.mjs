// The stages of `npm test`, and what each depends on (stage_inputs.mjs).
import { availableParallelism } from 'node:os';
import { allBrowsers, chromium, findBrowser } from './browser.mjs';
import { buildDist } from './build_dist.mjs';
import { nativeTests, runNative, runWasm, wasmTests, wholeSuite } from './core_tests.mjs';
import { coverageStage } from './coverage.mjs';
import { docs } from './docs.mjs';
import { which } from './exec.mjs';
import { fuzzPrograms, fuzzStage } from './fuzz.mjs';
import { lint } from './lint.mjs';
import { npmPackages } from './npm_packages.mjs';
import { redis } from './redis.mjs';
import { simulator } from './simulate.mjs';
import { content, programOf, tree } from './stage_inputs.mjs';
import { runNodeTests } from './test_runners.mjs';

// A short look at every submission; `npm run fuzz -- --seconds 600` is the long one.
const FUZZ_SECONDS = 20;

// Files run side by side: each is a process of its own, with its own ports, folders and browser.
const AT_ONCE = Math.min(2, availableParallelism());

const UNREAD_BY_DOCS = /^(tests|wasm\/core)\//;
const UNREAD_BY_BROWSERS = /^(tests\/(core|simulator|bench|ha)|wasm\/(fuzz|simulator))\//;

export const build = { name: 'build', counted: false, run: buildDist };

export const testStages = [
  build,
  {
    name: 'lint',
    run: (_, options) => lint(options).then(() => ({ passed: 1 })),
    inputs: () => [tree(), programOf(which('g++'))],
  },
  { name: 'docs', run: () => docs().then(() => ({ passed: 1 })), inputs: () => tree(UNREAD_BY_DOCS) },
  {
    name: 'core',
    takes: "Catch2's pattern",
    run: async (patterns) => (patterns.length > 0 ? runNative(patterns) : (await wholeSuite()).result),
    inputs: async () => content((await nativeTests()).program, 'tests/contracts'),
  },
  {
    name: 'coverage',
    run: coverageStage,
    inputs: async () => content((await nativeTests()).program, 'tests/contracts', 'wasm/toolchain'),
  },
  {
    name: 'wasm',
    takes: "Catch2's pattern",
    run: runWasm,
    inputs: async () => content(...(await wasmTests()), 'tests/contracts'),
  },
  {
    name: 'simulator',
    takes: 'file',
    run: async (names) => runNodeTests('tests/simulator', { names, env: { CARDCACHE_SIMULATE: await simulator() } }),
    inputs: async () => content(await simulator(), 'tests/simulator', 'wasm/toolchain'),
  },
  {
    name: 'fuzz',
    run: () => fuzzStage(FUZZ_SECONDS),
    inputs: async () => content(...(await fuzzPrograms()), 'wasm/fuzz'),
  },
  {
    name: 'js',
    takes: 'file',
    run: (names) => nodeStage('tests/js', names),
    inputs: async () => [await dist(), tree(), programOf(await redis())],
  },
  {
    name: 'browser',
    takes: 'file',
    run: (names) => allBrowsers().then(() => browserStage('tests/browser', names)),
    inputs: async () => [await dist(), tree(UNREAD_BY_BROWSERS), await browsers()],
  },
  {
    name: 'delivery',
    takes: 'file',
    run: (names) => browserStage('tests/delivery', names),
    inputs: async () => [await dist(), tree(UNREAD_BY_BROWSERS), await browsers()],
  },
];

export async function nodeStage(folder, names, env) {
  await npmPackages();
  await buildDist();
  return runNodeTests(folder, { names, env, concurrency: AT_ONCE });
}

export async function browserStage(folder, names) {
  return nodeStage(folder, names, { CARDCACHE_CHROMIUM: await chromium() });
}

async function dist() {
  await buildDist();
  return content('dist');
}

async function browsers() {
  await allBrowsers();
  return ['chromium', 'firefox', 'webkit'].map((engine) => programOf(findBrowser(engine)));
}
