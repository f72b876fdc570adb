// The npm package as its users get it: what is in it, and whether their tools can read it.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import ts from 'typescript';
import { run } from '../../wasm/toolchain/exec.mjs';
import { projectFolder } from '../../wasm/toolchain/project.mjs';
import { consumer, tarball } from './support/packed.mjs';

const ENTRIES = ['cardcache', 'cardcache/split', 'cardcache/hass', 'cardcache/node'];

test('it holds the built entries, their types and maps, the licence and the README, and nothing else', async () => {
  const printed = await run('tar', ['-tzf', await tarball()]);
  const libraries = ['index', 'hass', 'node'];
  assert.deepEqual(
    printed.trim().split('\n').sort(),
    [
      ...['LICENSE', 'README.md', 'package.json'],
      'dist/THIRD_PARTY_NOTICES.txt',
      ...['dist/cardcache.js', 'dist/cardcache.wasm', 'dist/index.split.js', 'dist/index.split.js.map'],
      ...libraries.flatMap((name) => [`dist/${name}.js`, `dist/${name}.js.map`, `dist/${name}.d.ts`]),
    ]
      .map((name) => `package/${name}`)
      .sort(),
  );
});

test('it depends on nothing', () => {
  const manifest = JSON.parse(readFileSync(join(projectFolder, 'package.json'), 'utf8'));
  for (const kind of ['dependencies', 'peerDependencies', 'optionalDependencies'])
    assert.equal(manifest[kind], undefined);
});

test('publint has nothing to say', async (t) => {
  const { installed } = await consumer(t);
  const { messages, pkg } = await publint({ pkgDir: installed, pack: false, strict: true });
  assert.deepEqual(
    messages.map((message) => formatMessage(message, pkg)),
    [],
  );
});

test('types resolve for every entry, under bundlers, under node and as older set-ups resolve (are the types wrong?)', async () => {
  const attw = join(projectFolder, 'node_modules', '@arethetypeswrong', 'cli', 'dist', 'index.js');
  // It ends with an error where it finds a problem. The package is made of ES modules alone; the module itself has no types.
  const args = ['--format', 'json', '--profile', 'esm-only', '--exclude-entrypoints', 'cardcache.wasm', '--'];
  const { analysis, problems } = JSON.parse(await run(process.execPath, [attw, ...args, await tarball()]));
  // What is made of ES modules alone cannot be required.
  assert.deepEqual(Object.keys(problems ?? {}), ['CJSResolvesToESM']);
  for (const name of ENTRIES) {
    const { resolutions } = analysis.entrypoints[name.replace('cardcache', '.')];
    const found = ['node10', 'node16-esm', 'bundler'].map((kind) => resolutions[kind].resolution?.isTypeScript);
    assert.deepEqual([name, ...found], [name, true, true, true]);
  }
});

const PROGRAM = `
import { defineQuery, key, openCache, type Policy, type Update } from 'cardcache';
import { openCache as openSplit } from 'cardcache/split';
import { CachedData, openHassCache, type HomeAssistant } from 'cardcache/hass';
import { keyvTier } from 'cardcache/node';

interface Plan { tasks: string[] }
const policy: Policy<Plan> = { ttl: 60_000, check: (value) => Array.isArray((value as Plan).tasks) };
const plan = defineQuery<Plan>('daily_plan', async (_context, user) => ({ tasks: [String(user)] }), policy);
export async function tasks(hass: HomeAssistant): Promise<string[]> {
  const cache = openHassCache(hass, { namespace: 'consumer_' });
  cache.watch(plan('sara'), ({ data }: Update<Plan>) => data?.tasks.length);
  new CachedData<Plan>({}, { cache: () => openSplit(), query: () => plan() });
  openCache({ namespace: 'remote_', remote: keyvTier(new Map(), { ttl: 1 }) });
  const found: number | undefined = openCache().get<number>(key('a', null));
  return [...(await cache.getOrFetch(plan('sara'))).tasks, String(found)];
}
`;

const { Bundler, NodeNext, Node10 } = ts.ModuleResolutionKind;
for (const [name, module, moduleResolution, more] of [
  ['a bundler', ts.ModuleKind.ESNext, Bundler],
  ['node', ts.ModuleKind.NodeNext, NodeNext],
  // What many cards are built with; TypeScript 6 calls it deprecated.
  ['`moduleResolution: node`', ts.ModuleKind.ESNext, Node10, { ignoreDeprecations: '6.0' }],
  [
    'a program for node, without the DOM’s types,',
    ts.ModuleKind.NodeNext,
    NodeNext,
    { lib: ['lib.es2022.d.ts'], types: ['node'], typeRoots: [join(projectFolder, 'node_modules', '@types')] },
  ],
]) {
  test(`a strict TypeScript program compiles against it as ${name} resolves it`, async (t) => {
    const { folder } = await consumer(t, {
      'main.ts': PROGRAM,
      'wrong.ts': PROGRAM.replace('get<number>', 'get<string>'),
    });
    const options = {
      strict: true,
      noEmit: true,
      skipLibCheck: false,
      exactOptionalPropertyTypes: true,
      target: ts.ScriptTarget.ES2022,
      types: [],
      module,
      moduleResolution,
      ...more,
    };
    const messagesFor = (file) =>
      ts
        .getPreEmitDiagnostics(ts.createProgram([join(folder, file)], options))
        .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'));
    assert.deepEqual(messagesFor('main.ts'), []);
    assert.match(messagesFor('wrong.ts').join(), /'string \| undefined' is not assignable/);
  });
}

test('the manifest names files that are there', async (t) => {
  const { installed } = await consumer(t);
  const { exports } = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8'));
  for (const target of Object.values(exports).flatMap((each) =>
    typeof each === 'string' ? each : Object.values(each),
  )) {
    assert.ok(readFileSync(join(installed, target)).length > 0, target);
  }
});
