// The runners of the tests and how many each says that it ran.
import { basename, join, normalize, relative } from 'node:path';
import { filesBelow } from './content_hash.mjs';
import { runLive } from './exec.mjs';
import { Trouble } from './log.mjs';
import { projectFolder } from './project.mjs';

// Far above what a stage takes; only what hangs meets it.
const LIMIT = 25 * 60_000;

/** A program of Catch2's. Counts test cases. */
export async function runCatch2({ command, args }, env) {
  const { ok, text } = await runLive(command, [...args, '--colour-mode', 'none'], {
    cwd: projectFolder,
    env,
    timeout: LIMIT,
  });
  return checked(ok, countCatch2(text));
}

/**
 * Every `*.test.mjs` below a folder of tests, or those of `names` (a path, or a part of the file's name), under node's own runner.
 * Counts tests.
 */
export async function runNodeTests(folder, { env, names = [], node = process.execPath, concurrency = 1 } = {}) {
  const args = ['--test', '--test-reporter=spec', `--test-concurrency=${concurrency}`];
  const { ok, text } = await runLive(node, [...args, ...testFiles(folder, names)], {
    cwd: projectFolder,
    env: { ...env, FORCE_COLOR: '0' },
    timeout: LIMIT,
  });
  return checked(ok, countNodeTests(text));
}

/** From the project's folder: the same under every node, where a folder is an argument for node 20 alone. */
export function testFiles(folder, names) {
  const files = filesBelow([join(projectFolder, folder)], (file) => file.endsWith('.test.mjs')).map((file) =>
    relative(projectFolder, file),
  );
  if (files.length === 0) throw new Trouble(`${folder} holds no *.test.mjs`);
  const chosen = names.map((name) => {
    const found = files.filter((file) => file === normalize(name));
    if (found.length === 0) found.push(...files.filter((file) => basename(file).includes(name)));
    if (found.length === 0)
      throw new Trouble(`no test file of ${folder} is called ${name}; there are:\n${listOf(files)}`);
    return found;
  });
  return names.length === 0 ? files : [...new Set(chosen.flat())];
}

function listOf(files) {
  return files.map((file) => `  ${basename(file)}`).join('\n');
}

/** A script of a test folder that prepares its ground, or measures; counts nothing. */
export async function runScript(file, args = []) {
  const { ok } = await runLive(process.execPath, [file, ...args], { cwd: projectFolder, timeout: LIMIT });
  if (!ok) throw new Trouble(`${file} failed`);
}

/** A runner that ended badly has failed even if it counted no failure: it may have died before it could. */
function checked(ok, { passed, failed, skipped }) {
  return { passed, failed: ok ? failed : Math.max(failed, 1), skipped };
}

function countCatch2(text) {
  const all = /^All tests passed \(.*? in (\d+) test cases?\)/m.exec(text);
  if (all) return { passed: Number(all[1]), failed: 0, skipped: 0 };
  const line = /^test cases: .*$/m.exec(text)?.[0] ?? '';
  const count = (word) => Number(new RegExp(`(\\d+) ${word}\\b`).exec(line)?.[1] ?? 0);
  return {
    passed: count('passed') + count('failed as expected'),
    failed: count('failed(?! as)'),
    skipped: count('skipped'),
  };
}

function countNodeTests(text) {
  // The last of each: a test may itself have run a runner and shown what that said.
  const count = (word) => Number([...text.matchAll(new RegExp(`^\\S+ ${word} (\\d+)$`, 'gm'))].at(-1)?.[1] ?? 0);
  return {
    passed: count('pass'),
    failed: count('fail') + count('cancelled'),
    skipped: count('skipped') + count('todo'),
  };
}
