// The policy is in C++: with one rule broken there, the browser's own tests must fail. Each mutant is the built module with one
// object of the core compiled anew from a broken copy; bundled, served by the demo and put through the same tests.
import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { spawnSync } from 'node:child_process';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { emscripten } from '../../wasm/toolchain/emscripten.mjs';

const root = fileURLToPath(new URL('../../', import.meta.url));
const built = join(root, 'build', 'wasm');
/** What is broken: in which files of the core which text, there exactly once, becomes which; and which tests must notice. */
const mutants = {
  'every life is 0': {
    suite: ['module_values'],
    'two_tier_cache.cpp': [
      'facts.expires_at = std::min(timestamp + life, facts.expires_at)',
      'facts.expires_at = timestamp + (life - life)',
    ],
  },
  'the event filter is inverted': {
    suite: ['demo_events', 'module_values'],
    'event_filter.cpp': [
      'if (holds(assigned, user) || evidence.named_in_answers) return Reason::assigned;',
      'if (holds(assigned, user) || evidence.named_in_answers) return Reason::other;\n  if (!assigned.empty()) return Reason::assigned;',
    ],
  },
  'answers are kept that an invalidation has overtaken': {
    suite: ['../js/interleavings'],
    'two_tier_cache.cpp': [
      'const bool is_over = is_superseded(*request.flight);',
      'const bool is_over = is_superseded(*request.flight) && !flights_.find(*request.flight);',
    ],
  },
  'what another tab has dropped stays': {
    suite: ['../js/interleavings'],
    'two_tier_cache_invalidation.cpp': [
      'if (facts.timestamp <= at && !(skips_exempt && facts.exempt_from_events)) memory_.remove(SlotId{id});',
      'if (facts.timestamp <= at && facts.timestamp > at) memory_.remove(SlotId{id});',
    ],
  },
  'users are matched by a part of their name': {
    suite: ['module_values'],
    'selector.cpp': ['*user != parts.user', 'parts.user.find(*user) == std::string_view::npos'],
    // Without the lists by user every entry is a candidate, as it would be for a plain scan.
    'key_index.cpp': ['} else if (!any_user) {', '} else if (!any_user && selector.user == "nobody") {'],
  },
};

for (const [name, { suite, ...changes }] of Object.entries(mutants)) {
  test(`browser tests fail where ${name}`, async () => {
    const folder = join(root, 'build', 'mutants', name.replaceAll(' ', '-'));
    await link(folder, changes);
    // What never comes is waited for less long than in a run that should pass.
    const env = {
      ...process.env,
      CARDCACHE_BUILT: folder,
      CARDCACHE_DIST: join(folder, 'dist'),
      CARDCACHE_TIMEOUT: '3000',
      // The rule is the same in every engine.
      CARDCACHE_ENGINES: 'chromium',
      // Among these some show that the rule is broken; a thousand would take longer than a test may.
      CARDCACHE_SEED: '1',
      CARDCACHE_INTERLEAVINGS: '60',
    };
    // Set by the runner around this test: with it the runner inside would report to this one.
    delete env.NODE_TEST_CONTEXT;
    run(process.execPath, [join('js', 'build', 'bundle.mjs')], { env });
    const { stdout } = spawnSync(
      process.execPath,
      ['--test', '--test-timeout=20000', '--test-reporter=tap', ...suite.map(testFile)],
      {
        cwd: root,
        env,
        encoding: 'utf8',
      },
    );
    const count = (what) => Number(new RegExp(`^# ${what} (\\d+)$`, 'm').exec(stdout)?.[1]);
    assert.ok(count('fail') > 0, `no test noticed:\n${stdout}`);
    assert.ok(count('pass') > 0, `not a rule but everything is broken:\n${stdout}`);
  });
}

const testFile = (name) => join('tests', 'browser', `${name}.test.mjs`);

/** Compiles the broken copies and links them in place of what they are copies of. */
async function link(folder, changes) {
  const { wrap } = await emscripten();
  const inBuild = (shell) => {
    const { command, args } = wrap('sh', ['-c', shell]);
    return run(command, args, { cwd: built });
  };
  mkdirSync(folder, { recursive: true });
  // No rule is in there.
  copyFileSync(join(built, 'expander.wasm'), join(folder, 'expander.wasm'));
  const commands = JSON.parse(readFileSync(join(built, 'compile_commands.json'), 'utf8'));
  const objects = Object.entries(changes).map(([file, change]) => {
    const source = join(folder, file);
    const compiled = commands.find((one) => basename(one.file) === file && one.file.includes(join('wasm', 'core')));
    const { command } = compiled;
    writeFileSync(source, broken(resolve(built, compiled.file), change));
    const object = join(folder, `${file}.o`);
    inBuild(withArgument(withArgument(command, '-o', object), '-c', source));
    return object;
  });
  const linking = inBuild('ninja -t commands cardcache.mjs').trim().split('\n').at(-1);
  const archive = ' libcardcache_core.a';
  assert.ok(linking.includes(archive), linking);
  const output = join(folder, 'cardcache.mjs');
  const first = objects.map((object) => ` ${quoted(object)}`).join('');
  inBuild(
    withArgument(
      linking.replace(archive, () => first + archive),
      '-o',
      output,
    ),
  );
}

/** A shell's command with another argument behind this option; the one that is there may be quoted. */
function withArgument(command, option, argument) {
  return command.replace(new RegExp(` ${option} (?:"[^"]*"|\\\\.|\\S)+`), () => ` ${option} ${quoted(argument)}`);
}

function quoted(text) {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

function broken(file, [from, to]) {
  const text = readFileSync(file, 'utf8');
  assert.equal(text.split(from).length, 2, `${file} holds this rule in other words: ${from}`);
  return text.replace(from, () => to);
}

function run(command, args, options = {}) {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd: resolve(root),
    encoding: 'utf8',
    ...options,
  });
  assert.equal(status, 0, `${command} ${args.join(' ')}\n${error ?? ''}${stdout}${stderr}`);
  return stdout;
}
