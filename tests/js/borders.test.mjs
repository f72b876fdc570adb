// The borders between the parts: who may include, import and know whom. A border that moves is moved here first, with its
// reason.
import assert from 'node:assert/strict';
import { posix } from 'node:path';
import test from 'node:test';
import ts from 'typescript';
import { codeOf, importsOf, includesOf, nodesOf, sourcesIn, topFolders, uncommented } from './support/sources.mjs';

const cpp = ['.cpp', '.hpp'];
const core = sourcesIn('wasm/core', ...cpp);
const border = sourcesIn('wasm/border', ...cpp);
const shim = sourcesIn('js', '.ts');
const entryOf = ({ path }) => /^js\/(hass|node)\//.exec(path)?.[1];
const [hass, node, js] = ['hass', 'node', undefined].map((entry) => shim.filter((file) => entryOf(file) === entry));
const cards = sourcesIn('cards', '.ts');
const pathsOf = (files) => files.map(({ path }) => path);

test('there is something to look at', () => {
  for (const files of [core, border, js, hass, node, cards]) assert.ok(files.length > 3);
});

test('five folders and no sixth, beside dot folders and what is built', () => {
  const built = ['build', 'dist', 'node_modules'];
  const own = topFolders.filter((name) => !name.startsWith('.') && !built.includes(name));
  assert.deepEqual(own.sort(), ['cards', 'js', 'tests', 'wasm', 'web']);
});

// All else of the border is compiled natively too, to be fuzzed; the exports are named by an attribute alone.
const OF_THE_MODULE = ['wasm/border/embind_types.cpp', 'wasm/border/local_storage.hpp'];

test('only the storage area of the border includes Emscripten', () => {
  const all = [...sourcesIn('wasm', ...cpp), ...sourcesIn('tests', ...cpp)];
  const including = all.filter((file) => includesOf(file).some((name) => name.startsWith('emscripten')));
  assert.deepEqual(pathsOf(including).sort(), OF_THE_MODULE);
  for (const file of core) assert.doesNotMatch(codeOf(file), /emscripten|EM_JS|EM_ASM|__EMSCRIPTEN__/i, file.path);
});

test('one file of the core includes nlohmann_json, and none of the border', () => {
  const including = [...core, ...border].filter((file) => includesOf(file).some((name) => /nlohmann/.test(name)));
  assert.deepEqual(pathsOf(including), ['wasm/core/events/json_documents.cpp']);
});

test('the core reads no clock, does no input or output, draws no random numbers and starts no threads', () => {
  const refused =
    /^(chrono|ctime|time\.h|iostream|fstream|sstream|ostream|istream|cstdio|stdio\.h|filesystem|random|thread|mutex|atomic|future|locale|regex|unistd\.h|sys\/.*)$/;
  for (const file of core) {
    const found = includesOf(file).filter((name) => refused.test(name));
    assert.deepEqual([file.path, found], [file.path, []]);
    assert.doesNotMatch(
      codeOf(file),
      /\b(std::(chrono|cout|cerr|clog)|printf|fopen|getenv|s?rand\s*\(|time\s*\(\s*(0|NULL|nullptr))/,
    );
  }
});

test('the core throws and catches nothing: it is built without exceptions', () => {
  for (const file of core) assert.doesNotMatch(codeOf(file), /\b(throw|try|catch)\b/, file.path);
});

test('the core includes itself and libraries alone, the border the core', () => {
  const own = (file) => includesOf(file).filter((name) => name.includes('/') && !/^(nlohmann|emscripten)\//.test(name));
  for (const file of core)
    assert.ok(
      own(file).every((name) => /^core\//.test(name)),
      file.path,
    );
  for (const file of border)
    assert.ok(
      own(file).every((name) => /^(core|border)\//.test(name)),
      file.path,
    );
});

/** Which folders of the core each may include, beside itself. */
const CORE_FOLDERS = {
  base: [],
  keys: ['base'],
  codec: ['base'],
  events: ['keys'],
  invalidation: ['base', 'keys'],
  memory: ['base', 'keys'],
  fetching: ['base', 'keys'],
  storage: ['base', 'codec', 'invalidation', 'keys'],
  cache: ['base', 'codec', 'events', 'fetching', 'invalidation', 'keys', 'memory', 'storage'],
};

test('the core’s folders include each other one way', () => {
  const folderOf = (path) => /core\/([a-z]+)\/[^/]+$/.exec(path)?.[1];
  const found = Object.fromEntries(Object.keys(CORE_FOLDERS).map((folder) => [folder, new Set()]));
  for (const file of core) {
    const own = folderOf(file.path);
    assert.ok(own in CORE_FOLDERS, `${file.path} lies in a folder of the core`);
    for (const name of includesOf(file).filter((one) => one.startsWith('core/'))) {
      if (folderOf(name) !== own) found[own].add(folderOf(name));
    }
  }
  for (const [folder, allowed] of Object.entries(CORE_FOLDERS))
    assert.deepEqual([folder, [...found[folder]].sort()], [folder, allowed]);
  const above = new Set();
  for (const [folder, allowed] of Object.entries(CORE_FOLDERS)) {
    for (const below of allowed) assert.ok(above.has(below), `${folder} is listed after ${below}: no circle`);
    above.add(folder);
  }
});

test('the core is without friends: no class reaches into the private parts of another', () => {
  for (const file of core) assert.doesNotMatch(codeOf(file), /\bfriend (class|struct)\b/, file.path);
});

test('only js/border/message.ts touches the core’s linear memory', () => {
  const touches = (node) =>
    (ts.isPropertyAccessExpression(node) && node.name.text === 'buffer') ||
    (ts.isBindingElement(node) && (node.propertyName ?? node.name).getText() === 'buffer') ||
    (ts.isNewExpression(node) && node.expression.getText() === 'DataView') ||
    // Bytes of the module itself are made before there is a memory.
    (ts.isNewExpression(node) &&
      /^(Float|Big|Int|Uint(16|32))\w*Array$/.test(node.expression.getText()) &&
      node.arguments?.length > 0);
  const touching = [...shim, ...cards].filter((file) => nodesOf(file, touches).length > 0);
  // The other has the memory of wasm/expander, before there is a core.
  assert.deepEqual(pathsOf(touching), ['js/border/message.ts', 'js/border/moduleText.ts']);
});

test('only the Home Assistant glue, the cards and the demo know hass', () => {
  const knows = (node) =>
    (ts.isIdentifier(node) || ts.isStringLiteralLike(node)) &&
    /hass|home-?assistant|callService|callWS|callApi|lovelace/i.test(node.text);
  for (const file of [...js, ...node]) assert.deepEqual([file.path, nodesOf(file, knows)], [file.path, []]);
  for (const file of [...core, ...border])
    assert.doesNotMatch(codeOf(file), /hass|home_?assistant|lovelace/i, file.path);
});

test('code for one integration stays in the cards and the demo', () => {
  const knows = (node) => (ts.isIdentifier(node) || ts.isStringLiteralLike(node)) && /tasktracker/i.test(node.text);
  for (const file of shim) assert.deepEqual([file.path, nodesOf(file, knows)], [file.path, []]);
  for (const file of [...core, ...border]) assert.doesNotMatch(uncommented(file), /tasktracker/i, file.path);
});

/** Where a file's relative imports lie, from the project's folder. */
const targets = (file) =>
  importsOf(file)
    .filter((name) => name.startsWith('.'))
    .map((name) => posix.join(posix.dirname(file.path), name));

// The folders of js, each with those that it may import from. All may import themselves and the public types.
const ROOMS = {
  common: [],
  border: ['common'],
  encryption: ['common', 'border'],
  peers: ['common', 'border'],
  fetching: ['common', 'border', 'peers'],
  cache: ['common', 'border', 'encryption', 'peers', 'fetching'],
  api: ['common', 'border', 'cache'],
};
const roomOf = (path) => /^js\/(\w+)\//.exec(path)?.[1];

test('the folders of js import each other one way', () => {
  assert.deepEqual([...new Set(js.map(({ path }) => roomOf(path)))].filter(Boolean).sort(), Object.keys(ROOMS).sort());
  const arrows = new Set();
  for (const file of js) {
    const room = roomOf(file.path);
    for (const path of targets(file)) {
      if (path === 'js/types.ts' || room === undefined || roomOf(path) === room) continue;
      arrows.add(`${room} → ${roomOf(path)}`);
    }
  }
  const allowed = Object.entries(ROOMS).flatMap(([room, others]) => others.map((other) => `${room} → ${other}`));
  assert.deepEqual([...arrows].sort(), allowed.sort());
});

test('no file of js imports itself through others', () => {
  const imports = new Map(shim.map((file) => [file.path, targets(file)]));
  const done = new Set();
  const walk = (path, way) => {
    assert.ok(!way.includes(path), [...way, path].join(' → '));
    if (done.has(path)) return;
    for (const next of imports.get(path) ?? []) walk(next, [...way, path]);
    done.add(path);
  };
  for (const path of imports.keys()) walk(path, []);
});

test('dependencies point one way: cards to js, js to the module', () => {
  for (const file of js) {
    const outside = targets(file).filter(
      (path) => !/^js\/(\w+\/)?\w+\.ts$/.test(path) || /^js\/(hass|node)\//.test(path),
    );
    assert.deepEqual([file.path, outside], [file.path, []]);
  }
  for (const file of [...hass, ...node]) {
    const own = `js/${entryOf(file)}/`;
    const outside = targets(file).filter(
      (path) => !path.startsWith(own) && !['js/index.ts', 'js/types.ts'].includes(path),
    );
    assert.deepEqual([file.path, outside], [file.path, []]);
  }
  for (const file of cards) {
    const outside = targets(file).filter(
      (path) => !path.startsWith('cards/') && !['js/index.ts', 'js/hass/index.ts'].includes(path),
    );
    assert.deepEqual([file.path, outside], [file.path, []]);
  }
});

// Drawing a chart well takes more than a card should hold: one file knows the library that does, one its styles.
const CHARTS = { 'cards/statistics/chart.ts': ['uplot'], 'cards/statistics/styles.ts': ['uplot/dist/uPlot.min.css'] };

test('js depends on no package, cards on Lit alone but for the drawing of charts', () => {
  const packages = (file) => importsOf(file).filter((name) => !name.startsWith('.'));
  for (const file of shim) {
    const others = packages(file).filter((name) => !['#core-glue', '#core-wasm'].includes(name));
    assert.deepEqual([file.path, others], [file.path, []]);
  }
  for (const file of cards) {
    const others = packages(file).filter((name) => !/^lit(\/|$)/.test(name));
    assert.deepEqual([file.path, others], [file.path, CHARTS[file.path] ?? []]);
  }
});

test('the demo’s page takes the cache as it is built', () => {
  const page = sourcesIn('web', '.js', '.mjs');
  assert.ok(page.length > 3);
  for (const file of page) {
    const sources = targets(file).filter((path) => /^(js|cards|wasm)\//.test(path));
    assert.deepEqual([file.path, sources], [file.path, []]);
  }
});

// Comparing or reckoning with a life's times is the core's. What JS may: the comparison of a hit, the clock that went back, and
// telling an age and a remaining life.
const RECKONING = {
  'js/border/page.ts': [
    'now < deadline',
    'now < this.#believedFrom',
    'now < this.#believedFrom',
    'now < this.#believedFrom',
  ],
  // How long the store keeps what was invalidated.
  'js/node/invalidations.ts': ['Date.now() - this.#ttl'],
  'js/node/keyvTier.ts': ['ttl > 0'],
  'js/api/handle.ts': ['expiresAt - this.#cache.now()', 'this.#cache.now() - timestamp'],
};

test('no arithmetic with lives in js beyond the comparison of a hit', () => {
  const times =
    /\b(ttl|life|timestamp|end|expires|expiresAt|deadline|believedFrom|interval|debounce|maxAge|staleWhileRevalidate|staleIfError)$/i;
  const T = ts.SyntaxKind;
  const operators = [
    [T.PlusToken, T.MinusToken, T.AsteriskToken, T.SlashToken, T.PlusEqualsToken, T.MinusEqualsToken],
    [T.LessThanToken, T.LessThanEqualsToken, T.GreaterThanToken, T.GreaterThanEqualsToken],
  ].flat();
  const reckons = (node) =>
    ts.isBinaryExpression(node) &&
    operators.includes(node.operatorToken.kind) &&
    [node.left, node.right].some((side) => times.test(side.getText()));
  const found = {};
  for (const file of shim) {
    const texts = nodesOf(file, reckons);
    if (texts.length > 0) found[file.path] = texts.sort();
  }
  assert.deepEqual(found, RECKONING);
});

test('selectors are understood by the core alone', () => {
  const asterisk = (node) => ts.isStringLiteralLike(node) && node.text === '*';
  // Named where everything is meant, and nowhere compared with.
  const compared = (node) => ts.isBinaryExpression(node) && [node.left, node.right].some(asterisk);
  for (const file of shim) assert.deepEqual([file.path, nodesOf(file, compared)], [file.path, []]);
});
