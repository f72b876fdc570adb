// What ships is read, and finds what it calls, in the oldest engines that the README names.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { transform } from 'esbuild';
import ts from 'typescript';
import { OLDEST_ENGINES } from '../../js/build/oldest_engines.mjs';

const root = new URL('../../', import.meta.url);
const FILES = ['index.js', 'index.split.js', 'hass.js', 'cardcache.js'];
const textOf = (file) => readFileSync(new URL(`dist/${file}`, root), 'utf8');

/** What came after Chromium 92, Firefox 90 or Safari 15.4; `guarded`: these files ask first whether it is there. */
const NEWER_GLOBALS = {
  structuredClone: { guarded: ['cardcache.js'] },
  reportError: { guarded: ['index.js', 'index.split.js', 'cardcache.js'] },
  scheduler: {},
  navigation: {},
  CompressionStream: {},
  DecompressionStream: {},
  Iterator: {},
  Float16Array: {},
  SuppressedError: {},
};
const NEWER_STATICS = {
  Object: ['hasOwn', 'groupBy'],
  Map: ['groupBy'],
  Array: ['fromAsync'],
  Promise: ['withResolvers', 'try'],
  AbortSignal: ['timeout', 'any', 'abort'],
  crypto: ['randomUUID'],
  URL: ['canParse', 'parse'],
  Intl: ['Segmenter', 'DurationFormat', 'supportedValuesOf'],
  Response: ['json'],
  Error: ['isError'],
  JSON: ['rawJSON', 'isRawJSON'],
  RegExp: ['escape'],
};
const NEWER_METHODS = [
  ...['findLast', 'findLastIndex', 'toSorted', 'toReversed', 'toSpliced', 'isWellFormed', 'toWellFormed'],
  ...['throwIfAborted', 'checkVisibility', 'setHTML', 'getHTML', 'setHTMLUnsafe', 'showPopover', 'togglePopover'],
  ...['moveBefore', 'startViewTransition', 'isSubsetOf', 'symmetricDifference', 'transferToFixedLength', 'toBase64'],
  ...['toHex', 'getOrInsert', 'getOrInsertComputed', 'requestClose', 'scrollend'],
];

/** Names of newer things that a program uses, without those that it asks for first. */
function newerThings(file, text) {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const found = new Set();
  const visit = (node) => {
    if (ts.isPropertyAccessExpression(node)) {
      const { name, expression } = node;
      if (NEWER_METHODS.includes(name.text)) found.add(name.text);
      const owner = ts.isIdentifier(expression) && Object.hasOwn(NEWER_STATICS, expression.text) && expression.text;
      if (owner && NEWER_STATICS[owner].includes(name.text)) found.add(`${owner}.${name.text}`);
      visit(expression);
      return;
    }
    if (ts.isPropertyAssignment(node)) return visit(node.initializer);
    const isName = ts.isIdentifier(node) && Object.hasOwn(NEWER_GLOBALS, node.text);
    if (isName && !NEWER_GLOBALS[node.text].guarded?.includes(file)) found.add(node.text);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return [...found];
}

test('newer things are found where there are some', () => {
  const text = 'const a = [1].findLast(b); if (Object.hasOwn(a, "b")) structuredClone(a); new X().static(scheduler);';
  assert.deepEqual(newerThings('x.js', text).sort(), ['Object.hasOwn', 'findLast', 'scheduler', 'structuredClone']);
  assert.deepEqual(newerThings('x.js', 'a.scheduler; ({ scheduler: 1 }); Object.keys(a)'), []);
});

for (const file of FILES) {
  test(`${file} is in a syntax that they read`, async () => {
    const options = { format: 'esm', minify: false, charset: 'utf8' };
    const [lowered, as] = await Promise.all(
      [OLDEST_ENGINES, 'esnext'].map((target) => transform(textOf(file), { ...options, target })),
    );
    // Where nothing is to be lowered it comes out the same. Not compared by assert, which would print all of it.
    assert.ok(lowered.code === as.code, 'esbuild had something to lower');
    assert.deepEqual(lowered.warnings, []);
  });

  test(`${file} calls nothing that they lack, unless it asks first`, () => {
    const text = textOf(file);
    assert.deepEqual(newerThings(file, text), []);
    for (const [name, { guarded = [] }] of Object.entries(NEWER_GLOBALS)) {
      if (guarded.includes(file)) assert.match(text, new RegExp(`typeof ${name}`));
    }
  });
}

test('the README names the same engines', () => {
  const readme = readFileSync(new URL('README.md', root), 'utf8');
  const named = readme.match(/Chromium (\d+), Firefox (\d+) and Safari ([\d.]+)/)?.slice(1);
  assert.deepEqual(
    named,
    OLDEST_ENGINES.map((engine) => engine.replace(/^[a-z]+/, '')),
  );
});
