// Whose work is in what is shipped: each file says so itself, or one that lies beside it does.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { projectFolder } from '../../wasm/toolchain/project.mjs';

const text = (name) => readFileSync(join(projectFolder, name), 'utf8');
const core = ['Niels Lohmann', 'Emscripten', 'musl', 'Rich Felker', 'libc++', 'LLVM'];
const cards = ['uPlot', 'Leon Sorokin', 'Lit', 'Google LLC'];
const PERMISSION = 'Permission is hereby granted, free of charge';
const CONDITIONS = 'Redistributions in binary form must reproduce the above copyright notice';

test('the file that HACS installs alone carries the licence of all that is in it', () => {
  const file = text('dist/cardcache.js');
  const own = text('LICENSE')
    .split('\n')
    .find((line) => line.startsWith('Copyright'));
  for (const part of [own, ...core, ...cards, PERMISSION, CONDITIONS]) assert.ok(file.includes(part), part);
});

test('the notices beside the other files hold every licence once', () => {
  const notices = text('dist/THIRD_PARTY_NOTICES.txt');
  for (const part of [...core, ...cards]) assert.ok(notices.includes(part), part);
  for (const part of [PERMISSION, CONDITIONS]) assert.equal(notices.split(part).length, 2, part);
});

for (const name of ['index.js', 'index.split.js']) {
  test(`${name} names whose work is in it, and where the licences are`, () => {
    const [first] = text(`dist/${name}`).split('\n', 1);
    for (const part of [...core, 'THIRD_PARTY_NOTICES.txt']) assert.ok(first.includes(part), part);
    assert.match(first, /^\/\*! cardcache \d+\.\d+\.\d+, MIT; .* \*\/$/);
  });
}

test('what is bundled is named: another package in the bundle needs a notice of its own', () => {
  const { sources } = JSON.parse(text('dist/cardcache.js.map'));
  const packages = sources.flatMap((source) => /node_modules\/(@[^/]+\/[^/]+|[^/]+)/.exec(source)?.[1] ?? []);
  const known = ['@lit/reactive-element', 'lit', 'lit-element', 'lit-html', 'uplot'];
  assert.deepEqual(
    [...new Set(packages)].filter((name) => !known.includes(name)),
    [],
  );
});
