// What package.json's scripts run: `node wasm/toolchain/tasks.mjs <task>`. Every task sets up what it needs by itself.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { mutants } from '../../tests/core/mutation/mutants.mjs';
import { chromium } from './browser.mjs';
import { buildDist } from './build_dist.mjs';
import { coverage } from './coverage.mjs';
import { docs } from './docs.mjs';
import { fuzz } from './fuzz.mjs';
import { format, lint } from './lint.mjs';
import { describe, Trouble } from './log.mjs';
import { projectFolder } from './project.mjs';
import { release } from './release.mjs';
import { simulate } from './simulate.mjs';
import { choose, runStages } from './stages.mjs';
import { runScript } from './test_runners.mjs';
import { browserStage, build, testStages } from './test_stages.mjs';

// What package.json promises, which is what eslint asks for, the most demanding of the tools.
const OLDEST_NODE = JSON.parse(readFileSync(join(projectFolder, 'package.json'), 'utf8')).engines.node.slice(
  '>='.length,
);

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

  async test(args) {
    const { chosen, patterns, onlyChanged } = choose(testStages, args);
    return runStages(chosen, { patterns, onlyChanged });
  },

  async 'test:ha'(names) {
    return runStages([
      build,
      { name: 'Home Assistant, set-up', counted: false, run: () => runScript('tests/ha/setup/install.mjs') },
      { name: 'Home Assistant', run: () => browserStage('tests/ha', names) },
    ]);
  },
};

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
  const [oldestMajor, oldestMinor] = OLDEST_NODE.split('.').map(Number);
  if (major < oldestMajor || (major === oldestMajor && minor < oldestMinor)) {
    throw new Trouble(`cardcache needs node ${OLDEST_NODE} or newer, this is ${process.versions.node}`);
  }
  const well = await tasks[name](args);
  if (well === false) process.exitCode = 1;
}

main(process.argv[2] ?? '', process.argv.slice(3)).catch((error) => {
  console.error(describe(error));
  process.exitCode = 1;
});
