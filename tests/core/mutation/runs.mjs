// Runs the tests against one mutant after the other.
import { spawn } from 'node:child_process';
import { appendFileSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { clang } from '../../../wasm/toolchain/clang.mjs';
import { run } from '../../../wasm/toolchain/exec.mjs';
import { say, step, Trouble } from '../../../wasm/toolchain/log.mjs';

// Chance is the same for all, so that a mutant that survives today survives tomorrow.
const SEED = '1';
// Most mutants fall to the first quick tests; the slow ones are asked about the others alone.
const QUICK_MS = 60;
// Seconds of the processor, not of the clock: a busy machine notices no mutant that nobody else would.
const LEAST_TIME = 2;
const TIMES_SLOWER = 4;
// What grows without end is ended before it takes the machine with it.
const KILOBYTES = 4_000_000;
const PROGRESS = 15_000;

/** `[{ name, took, ids }]`: for each test the milliseconds it takes and the mutants it comes by, the quick ones first. */
export async function trace(tests, mutants) {
  const file = `${tests}.reached`;
  rmSync(file, { force: true });
  const env = { CARDCACHE_MUTANTS_TRACED: String(mutants.length + 1), CARDCACHE_MUTANTS_REACHED: file };
  const { command, args } = (await clang()).wrap(tests, ['--rng-seed', SEED]);
  await step('finding out which test comes by which mutant', () => run(command, args, { env }));
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
  return lines
    .map((line) => {
      const [name, took, ids] = line.split('\t');
      return { name, took: Number(took), ids: new Set(ids.trim().split(' ').map(Number)) };
    })
    .sort((a, b) => a.took - b.took);
}

/** The mutants that no test notices; each is told in a file as soon as it is known. Says now and then how far it is. */
export async function survivorsOf(tests, mutants, traced) {
  const survivors = [];
  rmSync(`${tests}.survivors`, { force: true });
  const waiting = [...mutants];
  let done = 0;
  const heart = setInterval(() => say(`  ${done} of ${mutants.length}, ${survivors.length} survive`), PROGRESS);
  const worker = async () => {
    for (let mutant = waiting.shift(); mutant; mutant = waiting.shift()) {
      if (await survives(tests, mutant, traced)) {
        survivors.push(mutant);
        appendFileSync(`${tests}.survivors`, `${JSON.stringify(mutant)}\n`);
      }
      done += 1;
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, worker)).finally(() => clearInterval(heart));
  return survivors.sort((a, b) => a.id - b.id);
}

async function survives(tests, mutant, traced) {
  const near = traced.filter(({ ids }) => ids.has(mutant.id));
  let sum = 0;
  const quick = near.filter(({ took }) => (sum += took) <= QUICK_MS);
  // Each slow one by itself, or what hangs in the first would be given the time of all.
  for (const some of [quick, ...near.slice(quick.length).map((test) => [test])]) {
    if (some.length > 0 && !(await passes(tests, mutant, some))) return false;
  }
  return true;
}

async function passes(tests, { id }, some) {
  const names = some.map(({ name }) => name.replace(/[\\,[\]"*]/g, '\\$&')).join(',');
  const time = Math.ceil(LEAST_TIME + (TIMES_SLOWER / 1_000) * some.reduce((sum, { took }) => sum + took, 0));
  const limits = ['sh', ['-c', `ulimit -c 0; ulimit -v ${KILOBYTES}; ulimit -t ${time}; exec "$@"`, 'sh']];
  const { command, args } = (await clang()).wrap(limits[0], [
    ...limits[1],
    tests,
    '--abort',
    '--rng-seed',
    SEED,
    names,
  ]);
  return new Promise((resolve, reject) => {
    const env = { ...process.env, CARDCACHE_MUTANT: String(id) };
    const child = spawn(command, args, { env, stdio: ['ignore', 'pipe', 'ignore'] });
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (chunk) => (text += chunk));
    child.on('error', (error) => reject(new Trouble(`${command}: ${error.message}`)));
    child.on('close', (code) => {
      // "No test cases matched" is no verdict on the mutant.
      const ran = new RegExp(`in ${some.length} test case|test cases: +${some.length} \\|`);
      if (code === 0 && !ran.test(text)) {
        return reject(new Trouble(`mutants: not the tests that were asked for: ${names}\n${text}`));
      }
      resolve(code === 0);
    });
  });
}
