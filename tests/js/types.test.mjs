// The published types against the contract of tests/contracts/api.d.ts, by the TypeScript compiler: what one side calls a
// CardCache, the other must take for one. Additions are allowed, differences are not.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import test, { describe } from 'node:test';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const contractFile = fileURLToPath(new URL('../contracts/api.d.ts', import.meta.url));
const contractText = readFileSync(contractFile, 'utf8');
const entryPoints = [
  { name: 'cardcache', file: 'index' },
  { name: 'cardcache/hass', file: 'hass' },
  { name: 'cardcache/node', file: 'node' },
].map(({ name, file }) => ({ name, types: fileURLToPath(new URL(`../../dist/${file}.d.ts`, import.meta.url)) }));

/**
 * Members that are new, and must be there: they are added to the contract before it is compared. Only for what the cache gives
 * out; a new member that callers must give would break them.
 */
const ADDED = { CacheEvents: ['event'] };

const compareOptions = {
  strict: true,
  exactOptionalPropertyTypes: false,
  noEmit: true,
  skipLibCheck: false,
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  lib: ['lib.es2022.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts'],
  types: [],
};

/** A program under node, which has no DOM. */
const nodeOptions = { ...compareOptions, lib: ['lib.es2022.d.ts'], types: ['node'] };

/** Compiles `text` as a file beside this one. */
function compile(text, options = compareOptions) {
  const name = fileURLToPath(new URL('comparison.ts', import.meta.url));
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists, readFile } = host;
  host.fileExists = (file) => file === name || fileExists(file);
  host.readFile = (file) => (file === name ? text : readFile(file));
  host.getSourceFile = (file, ...rest) =>
    file === name ? ts.createSourceFile(file, text, options.target) : getSourceFile(file, ...rest);
  const program = ts.createProgram([name], options, host);
  return { program, source: program.getSourceFile(name), checker: program.getTypeChecker() };
}

/** What the contract's section of an entry point exports. */
function contractOf(entryPoint) {
  const sections = contractText.split(/^\/\/ ---- '(.+)' ----$/m);
  const text = sections[sections.indexOf(entryPoint) + 1];
  const source = ts.createSourceFile('section.d.ts', text, compareOptions.target);
  return source.statements
    .filter((statement) => ts.canHaveModifiers(statement) && statement.modifiers?.length)
    .map((statement) => ({
      name: statement.name.text,
      // Interfaces and classes with a parameter are compared for any T; aliases and functions as they are.
      parameters: ts.isFunctionDeclaration(statement) ? 0 : (statement.typeParameters?.length ?? 0),
      isValue: ts.isFunctionDeclaration(statement) || ts.isClassDeclaration(statement),
      isType: !ts.isFunctionDeclaration(statement),
      isClass: ts.isClassDeclaration(statement),
    }));
}

/** One function for each export: what is published is assigned to what the contract names, and back. */
function comparison(exported, types) {
  const [contract, published] = [contractFile, types].map(moduleName);
  const added = Object.entries(ADDED).map(([name, members]) => {
    const texts = members.map((member) => `${member}: import(${published}).${name}['${member}'];`);
    return `interface ${name} { ${texts.join(' ')} }`;
  });
  const lines = [
    `import type * as contract from ${contract};`,
    `import type * as published from ${published};`,
    `declare module ${contract} { ${added.join(' ')} }`,
  ];
  for (const { name, parameters, isValue, isType, isClass } of exported) {
    const generic = parameters ? '<T>' : '';
    // Nothing but the class itself makes its instances.
    const body = isClass ? '{ contract = published; }' : '{ contract = published; published = contract; }';
    const pair = (kind, type, of) =>
      lines.push(
        `export function ${kind}_${name}${of}(contract: ${type('contract')}, published: ${type('published')}) ${body}`,
      );
    if (isType) pair('type', (side) => `${side}.${name}${generic}`, generic);
    if (isValue) pair('value', (side) => `typeof import(${side === 'contract' ? contract : published}).${name}`, '');
  }
  return lines.join('\n');
}

/** As TypeScript writes it, in quotes: a path may have some of its own. */
const moduleName = (declarations) => JSON.stringify(declarations.replace(/\.d\.ts$/, ''));

/** Members of the contract's type that the published one lacks, at any depth: an optional one would go unnoticed. */
function missingMembers(checker, expected, actual, path, seen = new Set()) {
  if (seen.has(expected) || path.split('.').length > 6) return [];
  seen.add(expected);
  const missing = [];
  const parts = (type) => (type.isUnion() ? type.types : [type]);
  const objects = (type) => parts(checker.getNonNullableType(type)).filter((part) => part.flags & ts.TypeFlags.Object);
  for (const part of objects(expected)) {
    // Members of arrays, functions and the platform's own types are not ours.
    const declared = part.symbol?.declarations?.some((one) => one.getSourceFile().fileName === contractFile);
    if (!declared || checker.getSignaturesOfType(part, ts.SignatureKind.Call).length > 0) continue;
    for (const property of part.getProperties()) {
      const here = `${path}.${property.name}`;
      const found = objects(actual)
        .map((one) => one.getProperty(property.name))
        .find(Boolean);
      if (!found) missing.push(here);
      else {
        const [wanted, given] = [property, found].map((one) => checker.getTypeOfSymbol(one));
        missing.push(...missingMembers(checker, wanted, given, here, seen));
      }
    }
  }
  return missing;
}

test('the contract itself compiles', () => {
  const { program } = compile(`import ${moduleName(contractFile)};`);
  assert.deepEqual(messages(ts.getPreEmitDiagnostics(program)), []);
});

const messages = (diagnostics) =>
  diagnostics.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'));

for (const { name: entryPoint, types } of entryPoints) {
  if (!existsSync(types)) {
    test(`the types of ${entryPoint}`, { skip: 'this entry point is not built yet' });
    continue;
  }
  describe(`the types of ${entryPoint}`, () => {
    const exported = contractOf(entryPoint);
    const { program, source, checker } = compile(comparison(exported, types));
    const wrong = program.getSemanticDiagnostics(source);

    test('need nothing but themselves', () => {
      assert.deepEqual(messages(program.getSemanticDiagnostics(program.getSourceFile(types))), []);
      assert.ok(!/^import|from '/m.test(readFileSync(types, 'utf8')));
    });

    test('the contract names something', () => assert.ok(exported.length > 0));

    for (const declaration of source.statements.filter(ts.isFunctionDeclaration)) {
      const [kind, name] = [declaration.name.text.split('_')[0], declaration.name.text.replace(/^\w+?_/, '')];
      test(`${name} (${kind}) is what the contract says`, () => {
        const inside = wrong.filter(({ start }) => start >= declaration.pos && start < declaration.end);
        assert.deepEqual(messages(inside), []);
        const [expected, actual] = declaration.parameters.map((parameter) => checker.getTypeAtLocation(parameter));
        assert.ok(
          !(expected.flags & ts.TypeFlags.Any) && !(actual.flags & ts.TypeFlags.Any),
          'any would fit everything',
        );
        assert.deepEqual(missingMembers(checker, expected, actual, name), []);
      });
    }
  });
}

describe('a program under node, whose types know no DOM', () => {
  const imports = entryPoints.map(({ types }, at) => `export type * as e${at} from ${moduleName(types)};`).join('\n');

  test('can use every entry point', () => {
    const { program } = compile(imports, nodeOptions);
    for (const { types } of entryPoints) {
      assert.deepEqual(messages(program.getSemanticDiagnostics(program.getSourceFile(types))), []);
    }
  });

  test('can give a client of node-redis or ioredis, one or two, or what wraps them', () => {
    const node = moduleName(entryPoints.find(({ name }) => name === 'cardcache/node').types);
    const { program, source } = compile(
      `
      import { createClient as create5 } from '@redis/client';
      import { Redis } from 'ioredis';
      import Keyv from 'keyv';
      import { createClient as create6 } from 'redis-client-6';
      import { keyvTier } from ${node};
      const [five, six, io] = [create5(), create6(), new Redis()];
      keyvTier(new Keyv(), { pubsub: five });
      keyvTier(new Keyv(), { pubsub: six, subscriber: five });
      keyvTier(new Keyv(), { pubsub: io });
      keyvTier(new Keyv(), { pubsub: new Redis({ protocol: 2 }), subscriber: io });
      keyvTier(new Keyv(), {
        pubsub: {
          publish: (name, text) => five.publish(name, text),
          subscribe: (name, listener) => six.subscribe(name, listener),
        },
      });
      // @ts-expect-error -- it publishes nothing
      keyvTier(new Keyv(), { pubsub: { subscribe: () => undefined } });
      `,
      { ...nodeOptions, skipLibCheck: true },
    );
    assert.deepEqual(messages(program.getSemanticDiagnostics(source)), []);
  });
});
