// Working on the project: what `npm test` runs and says, and that documents, paths and versions of node fit together.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { lockStamp, whatToDo } from '../../wasm/toolchain/npm_packages.mjs';
import { choose } from '../../wasm/toolchain/stages.mjs';
import { testFiles } from '../../wasm/toolchain/test_runners.mjs';
import { sourcesIn, topFiles } from './support/sources.mjs';

const root = fileURLToPath(new URL('../../', import.meta.url));
const stages = [{ name: 'build' }, { name: 'core', takes: 'pattern' }, { name: 'js', takes: 'file' }];
const namesOf = ({ chosen, ...rest }) => ({ names: chosen.map(({ name }) => name), ...rest });
const chosenFor = (args, env = {}) => namesOf(choose(stages, args, env));

test('without a name all stages run that changed; with --all, and in CI, all', () => {
  const names = ['build', 'core', 'js'];
  assert.deepEqual(chosenFor([]), { names, patterns: [], onlyChanged: true });
  assert.deepEqual(chosenFor(['--all']), { names, patterns: [], onlyChanged: false });
  assert.deepEqual(chosenFor([], { CI: 'true' }), { names, patterns: [], onlyChanged: false });
});

test('stages run by name, changed or not, and what follows the names goes to them', () => {
  assert.deepEqual(chosenFor(['js', 'core']), { names: ['js', 'core'], patterns: [], onlyChanged: false });
  const one = { names: ['core'], patterns: ['selector*', 'a key'], onlyChanged: false };
  assert.deepEqual(chosenFor(['core', 'selector*', 'a key']), one);
  // Behind the first pattern the name of a stage is one more.
  assert.deepEqual(chosenFor(['js', 'flights', 'core']).patterns, ['flights', 'core']);
});

test('a name that no stage has is answered with those that there are, and so is a pattern for a stage without', () => {
  assert.throws(
    () => chosenFor(['cor']),
    /no stage is called cor; there are:\n {2}build\n {2}core \[pattern …\]\n {2}js/,
  );
  assert.throws(() => chosenFor(['build', 'core', 'selector*']), /build takes no selector\*/);
  assert.throws(() => testFiles('tests/js', ['nothing_like_it']), /no test file .* there are:\n[^]*flights\.test\.mjs/);
});

test('a test file is named by its path or by a part of its name', () => {
  const file = join('tests', 'js', 'flights.test.mjs');
  for (const name of ['tests/js/flights.test.mjs', './tests/js/flights.test.mjs', 'flights.test.mjs', 'flights'])
    assert.deepEqual(testFiles('tests/js', [name]), [file], name);
  assert.ok(testFiles('tests/js', []).includes(file));
});

/** Runs stages in a process of their own, once for each of `inputs`; their texts and what they returned. */
function runsOf(t, stage, inputs, options = 'onlyChanged: true') {
  const stamps = mkdtempSync(join(tmpdir(), 'cardcache-stages-'));
  t.after(() => rmSync(stamps, { recursive: true, force: true }));
  return inputs.map((input) => {
    const script = `
      import { runStages } from './wasm/toolchain/stages.mjs';
      import { NoSetUp, Trouble } from './wasm/toolchain/log.mjs';
      const stages = [{ name: 'one', inputs: async () => ${JSON.stringify(input)}, ${stage} }, { name: 'two', run: () => ({ passed: 5 }) }];
      process.exitCode = (await runStages(stages, { ${options}, stamps: ${JSON.stringify(stamps)} })) ? 0 : 1;`;
    const env = { ...process.env, CI: '' };
    const { stdout, stderr, status } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
      cwd: root,
      env,
      encoding: 'utf8',
    });
    return { text: stdout + stderr, last: stdout.trim().split('\n').at(-1), status };
  });
}

test('a stage that nothing has touched since it passed is not run, not counted as passed, and named', (t) => {
  const [first, second, changed] = runsOf(t, 'run: () => ({ passed: 3, skipped: 1 })', ['a', 'a', 'b']);
  assert.equal(first.last, '8 passed, 0 failed, 1 skipped');
  assert.equal(second.last, '5 passed, 0 failed');
  assert.equal(second.status, 0);
  assert.match(second.text, /^one\s+unchanged, not run/m);
  assert.match(second.text, /^not run, unchanged since they last passed \(npm test -- --all runs them\): one$/m);
  assert.equal(changed.last, '8 passed, 0 failed, 1 skipped');
});

test('asked for everything, and for a stage by name, what is unchanged runs as well', (t) => {
  const runs = runsOf(t, 'run: () => ({ passed: 3 })', ['a', 'a'], 'onlyChanged: false');
  for (const { last } of runs) assert.equal(last, '8 passed, 0 failed');
});

test('a failed stage runs again', (t) => {
  for (const stage of ['run: () => ({ passed: 3, failed: 1 })', "run: () => { throw new Trouble('broken') }"])
    for (const { last, status } of runsOf(t, stage, ['a', 'a']))
      assert.deepEqual([/1 failed/.test(last), status], [true, 1]);
});

test('a few tests by name do not stand for the whole stage', (t) => {
  const [, whole] = runsOf(t, 'run: () => ({ passed: 3 })', ['a', 'a'], "onlyChanged: true, patterns: ['some']");
  assert.doesNotMatch(whole.text, /unchanged/);
});

test('what nothing can be done without ends the run at once', (t) => {
  const [{ text, last, status }] = runsOf(t, "run: () => { throw new NoSetUp('npm is not on PATH') }", ['a']);
  assert.equal(last, '0 passed, 1 failed');
  assert.equal(status, 1);
  assert.doesNotMatch(text, /=== two|at .*stages\.mjs/);
});

test('a registry that cannot be reached is one line that says what to do', () => {
  const said = `npm ci\nended with code 1:\nnpm error code ECONNREFUSED\nnpm error FetchError: request to https://registry.test/lit failed, reason: connect ECONNREFUSED 127.0.0.1:9`;
  assert.equal(
    whatToDo(said),
    'npm cannot reach https://registry.test (ECONNREFUSED): connect to the network, or name a mirror with "npm config set registry <address>"',
  );
  for (const code of ['ENOTFOUND', 'EAI_AGAIN', 'ETIMEDOUT', 'ERR_SOCKET_TIMEOUT', 'ENETUNREACH'])
    assert.match(whatToDo(`npm error code ${code}`), /^npm cannot reach its registry .*mirror/);
  const other = 'npm error code EUSAGE\nnpm error package.json and package-lock.json are not in sync';
  assert.equal(whatToDo(other), other);
});

test('packages are installed anew where the lock file says something else, not where the project has moved', (t) => {
  const stampOf = (text) => {
    const folder = mkdtempSync(join(tmpdir(), 'cardcache-lock-'));
    t.after(() => rmSync(folder, { recursive: true }));
    writeFileSync(join(folder, 'package-lock.json'), text);
    return lockStamp(folder);
  };
  assert.equal(stampOf('{"a": 1}'), stampOf('{"a": 1}'));
  assert.notEqual(stampOf('{"a": 1}'), stampOf('{"a": 2}'));
});

test('a command that is not there is named', () => {
  const script = `
    import { run } from './wasm/toolchain/exec.mjs';
    await run('npm', ['ci']).catch((error) => console.log(error.message));`;
  const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    cwd: root,
    env: { ...process.env, PATH: '' },
    encoding: 'utf8',
  });
  assert.equal(stdout.trim(), 'npm is not on PATH: install it');
});

const modules = ['js', 'cards', 'tests', 'wasm', 'web'].flatMap((folder) => sourcesIn(folder, '.mjs', '.js', '.ts'));
const documents = [
  ...topFiles.filter(({ path }) => path.endsWith('.md')),
  ...['js', 'cards', 'tests', 'wasm', 'web'].flatMap((folder) => sourcesIn(folder, '.md')),
];

test('a file’s place becomes a path by fileURLToPath, so that spaces and accents in it are harmless', () => {
  const wrong = modules.filter(
    ({ path, text }) => /import\.meta\.url\)\s*\.pathname/.test(text) && !path.endsWith('toolchain.test.mjs'),
  );
  assert.deepEqual(
    wrong.map(({ path }) => path),
    [],
  );
});

test('no document hands a folder to node’s runner, which node 20 alone takes', () => {
  const wrong = documents.filter(({ text }) => /node --test (tests\/\w+)(?![\w/.*])/.test(text));
  assert.deepEqual(
    wrong.map(({ path }) => path),
    [],
  );
});

test('all places name the same oldest node', () => {
  const { engines } = JSON.parse(topFiles.find(({ path }) => path === 'package.json').text);
  const oldest = engines.node.replace('>=', '');
  assert.match(oldest, /^\d+\.\d+$/);
  const [major] = oldest.split('.');
  for (const { path, text } of documents.filter(({ path }) => path !== 'CHANGELOG.md')) {
    for (const [said] of text.matchAll(/\bnode (?:≥ |>= )?\d+(?:\.\d+)?(?: or newer)?/gi)) {
      if (Number(/\d+/.exec(said)[0]) === Number(major))
        assert.match(said, new RegExp(`node ${oldest} or newer`, 'i'), path);
    }
  }
});

test('CMake 3.25 reads where the libraries come from', () => {
  const { text } = topFiles.find(({ path }) => path === 'CMakeLists.txt');
  const declared = [...text.matchAll(/FetchContent_Declare\(([^)]*)\)/g)].map(([, words]) =>
    words.replace(/#.*/g, '').trim().split(/\s+/),
  );
  assert.ok(declared.length > 0);
  // It takes a SYSTEM that follows a hash for one more hash.
  for (const words of declared)
    assert.deepEqual([words.indexOf('SYSTEM'), words.lastIndexOf('SYSTEM')], [1, 1], words[0]);
});
