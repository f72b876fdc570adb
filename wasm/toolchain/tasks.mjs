// What package.json's scripts run: `node wasm/toolchain/tasks.mjs <task>`. Every task sets up what it needs by itself.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { mutants } from '../../tests/core/mutation/mutants.mjs';
import { allBrowsers, chromium } from './browser.mjs';
import { buildDist } from './build_dist.mjs';
import { buildPreset } from './build_preset.mjs';
import { coverage, coverageStage } from './coverage.mjs';
import { docs } from './docs.mjs';
import { fuzz, fuzzStage } from './fuzz.mjs';
import { format, lint } from './lint.mjs';
import { describe, Trouble } from './log.mjs';
import { npmPackages } from './npm_packages.mjs';
import { projectFolder } from './project.mjs';
import { release } from './release.mjs';
import { simulate, simulator } from './simulate.mjs';
import { runStages } from './stages.mjs';
import { runCatch2, runNodeTests, runScript } from './test_runners.mjs';

// As eslint asks for it, the most demanding of the tools.
const OLDEST_NODE = [20, 19];

// Leaks are errors as well, and the message says where undefined behaviour came from.
const SANITIZERS = { ASAN_OPTIONS: 'detect_leaks=1', UBSAN_OPTIONS: 'print_stacktrace=1' };

// A short look at every submission; `npm run fuzz -- --seconds 600` is the long one.
const FUZZ_SECONDS = 20;

const build = { name: 'build', counted: false, run: buildDist };

const tasks = {
  build: buildDist,
  lint,
  format,
  simulate,
  fuzz,
  coverage,
  mutants,
  docs,
  release,

  async bench(names) {
    await buildDist();
    process.env.CARDCACHE_CHROMIUM = await chromium();
    await runScript('tests/bench/run.mjs', names);
  },

  async start() {
    await buildDist();
    await serve();
  },

  async test() {
    return runStages([
      build,
      { name: 'lint', run: () => lint().then(() => ({ passed: 1 })) },
      { name: 'docs', run: () => docs().then(() => ({ passed: 1 })) },
      { name: 'core, native', run: async () => runCatch2(join(await buildPreset('native'), 'core_tests'), SANITIZERS) },
      { name: 'core, wasm', run: async () => runCatch2(join(await buildPreset('wasm-test'), 'core_tests.cjs')) },
      { name: 'simulator', run: simulatorStage },
      { name: 'coverage', run: coverageStage },
      { name: 'fuzz', run: () => fuzzStage(FUZZ_SECONDS) },
      { name: 'js', run: () => nodeStage('tests/js') },
      { name: 'browser', run: () => allBrowsers().then(() => browserStage('tests/browser')) },
      { name: 'delivery', run: () => browserStage('tests/delivery') },
    ]);
  },

  async 'test:ha'() {
    return runStages([
      build,
      { name: 'Home Assistant, set-up', counted: false, run: () => runScript('tests/ha/setup/install.mjs') },
      { name: 'Home Assistant', run: () => browserStage('tests/ha') },
    ]);
  },
};

async function nodeStage(folder, env) {
  await npmPackages();
  await buildDist();
  return runNodeTests(folder, { env });
}

async function simulatorStage() {
  return runNodeTests('tests/simulator', { env: { CARDCACHE_SIMULATE: await simulator() } });
}

async function browserStage(folder) {
  return nodeStage(folder, { CARDCACHE_CHROMIUM: await chromium() });
}

/** The demo server in this terminal until it ends: Ctrl-C reaches it by itself, other signals are handed on. */
function serve() {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join('web', 'server.mjs')], { cwd: projectFolder, stdio: 'inherit' });
    process.on('SIGINT', () => undefined);
    process.on('SIGTERM', () => child.kill('SIGTERM'));
    child.on('close', (code) => (code ? reject(new Trouble(`the demo server ended with code ${code}`)) : resolve()));
  });
}

async function main(name, args) {
  if (!Object.hasOwn(tasks, name)) throw new Trouble(`tasks: ${Object.keys(tasks).join(', ')}`);
  const [major, minor] = process.versions.node.split('.').map(Number);
  const [oldestMajor, oldestMinor] = OLDEST_NODE;
  if (major < oldestMajor || (major === oldestMajor && minor < oldestMinor)) {
    throw new Trouble(`cardcache needs node ${OLDEST_NODE.join('.')} or newer, this is ${process.versions.node}`);
  }
  const well = await tasks[name](args);
  if (well === false) process.exitCode = 1;
}

main(process.argv[2] ?? '', process.argv.slice(3)).catch((error) => {
  console.error(describe(error));
  process.exitCode = 1;
});
