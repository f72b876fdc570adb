// The module that stands in a script as sorted text: what is put back is the module that was built.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { digits, functionsIn, moduleText } from '../../js/build/module_text.mjs';
import { CODE, sectionsOf } from '../../js/build/wasm_sections.mjs';
import { importSources } from './support/ownSources.mjs';

const { decodeModule } = await importSources('js/border/moduleText.ts');
const built = (name) => readFileSync(new URL(`../../build/wasm/${name}`, import.meta.url));
const expander = digits(built('expander.wasm'));

const number = (value) => (value < 128 ? [value] : [(value & 127) | 128, ...number(Math.floor(value / 128))]);
const sized = (bytes) => [...number(bytes.length), ...bytes];

/** A module whose one function, of three i32 locals, runs this code; its memory makes loads and stores valid. */
function moduleOf(code) {
  const body = sized([2, 1, 0x7f, 2, 0x7e, ...code, 0x0b]);
  return Buffer.from([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...[1, ...sized([1, 0x60, 0, 0])],
    ...[3, ...sized([1, 0])],
    ...[5, ...sized([1, 0, 1])],
    ...[10, ...sized([1, ...body])],
    ...[11, ...sized([1, 0, 0x41, 0, 0x0b, 2, 65, 66])],
  ]);
}

function assertSame(module) {
  const [size, ...rest] = moduleText(module);
  const expanded = Buffer.from(decodeModule([size, ...rest], expander));
  assert.ok(expanded.length <= size, 'there was room for it');
  const [before, after] = [module, expanded].map(sectionsOf);
  assert.deepEqual(
    after.map(({ id }) => id),
    before.map(({ id }) => id),
  );
  before.forEach(({ id, body }, index) => {
    // Sizes of functions are written in five bytes.
    if (id === CODE) assert.deepEqual(functionsIn(after[index].body), functionsIn(body));
    else assert.deepEqual(after[index].body, body);
  });
  return expanded;
}

for (const name of ['cardcache.wasm', 'expander.wasm'])
  test(`${name} comes back from its text as it was`, () => {
    assert.ok(WebAssembly.validate(assertSame(built(name))));
  });

const constant = (opcode, ...bytes) => [opcode, ...bytes, 0x1a];
const CODES = {
  nothing: [],
  'small and large numbers': [
    ...constant(0x41, 0),
    ...constant(0x41, 0x7f),
    ...constant(0x41, 0xff, 0xff, 0xff, 0xff, 0x07),
    ...constant(0x41, 0x80, 0x80, 0x80, 0x80, 0x78),
    ...constant(0x42, 0x40),
    ...constant(0x42, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x00),
    ...constant(0x42, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x7f),
    ...constant(0x43, 0, 0, 0xc0, 0x7f),
    ...constant(0x44, 1, 2, 3, 4, 5, 6, 0xf8, 0x7f),
  ],
  'loads and stores at unusual alignments and far offsets': [0, 1, 2].flatMap((alignment) => [
    ...[0x41, 0, 0x28, alignment, ...number(0xffff_ffff)],
    ...[0x1a, 0x41, 0, 0x42, 0, 0x37, alignment, ...number(91 + alignment)],
  ]),
  'blocks, loops, branches and a table': [
    ...[0x02, 0x7f, 0x41, 1, 0x0b, 0x04, 0x40, 0x05, 0x0b],
    ...[0x03, 0x40, 0x02, 0x40, 0x41, 2, 0x0e, 3, 0, 1, 0, 1, 0x0b, 0x41, 0, 0x0d, 0, 0x0b],
  ],
  'memory that grows, is copied and filled': [
    ...[0x3f, 0, 0x40, 0, 0x1a],
    ...[0x41, 0, 0x41, 0, 0x41, 1, 0xfc, 10, 0, 0, 0x41, 0, 0x41, 0, 0x41, 1, 0xfc, 11, 0],
    ...[0x43, 0, 0, 0, 0, 0xfc, 0, 0x1a],
  ],
  'calls of itself': [0x10, 0],
};

for (const [what, code] of Object.entries(CODES))
  test(`code comes back as it was: ${what}`, () => {
    const module = moduleOf(code);
    assert.ok(WebAssembly.validate(module), 'the test made a module');
    assert.ok(WebAssembly.validate(assertSame(module)));
  });

test('an instruction that the expander does not know ends the build', () => {
  for (const code of [
    [0xfd, 0],
    [0xfc, 8, 0, 0],
    [0xd0, 0x70],
    [0x02, 0x7b, 0x0b],
    [0x06, 0x40, 0x0b],
  ])
    assert.throws(() => moduleText(moduleOf(code)), /wasm\/expander/);
});
