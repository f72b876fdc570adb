// The core with all mutants in it, as CMake's preset `mutants` builds it: made anew from the sources on every run.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join, relative, sep } from 'node:path';
import { buildPreset, configurePreset } from '../../../wasm/toolchain/build_preset.mjs';
import { clang } from '../../../wasm/toolchain/clang.mjs';
import { filesBelow, hashFiles, hashOf } from '../../../wasm/toolchain/content_hash.mjs';
import { run } from '../../../wasm/toolchain/exec.mjs';
import { say, step, Trouble } from '../../../wasm/toolchain/log.mjs';
import { projectFolder } from '../../../wasm/toolchain/project.mjs';
import { sitesOf } from './operators.mjs';
import { distinct, numbered, withSites } from './schemata.mjs';
import { TREE_FLAGS, treesOf, walk } from './syntax_tree.mjs';

const CORE = join(projectFolder, 'wasm', 'core');
// Where the preset looks for it.
const MUTATED = join(projectFolder, 'build', 'mutated', 'core');
const LIST = join(projectFolder, 'build', 'mutated', 'mutants.json');
const TOOLS = join(projectFolder, 'tests', 'core', 'mutation');
// What does not compile shows after one round, what it hid after a second or third.
const MOST_ROUNDS = 12;

/**
 * Builds the tests around the mutated core: `{ tests, mutants }`, a mutant being `{ id, file, at, change }`. Sites that do
 * not compile are left out, and said.
 */
export async function buildMutatedCore() {
  const files = filesBelow([CORE], (file) => /\.[ch]pp$/.test(file));
  // Bytes as characters: offsets of the syntax tree are indices then.
  const sources = new Map(files.map((file) => [relative(CORE, file), readFileSync(file, 'latin1')]));
  const stamp = hashOf(
    (await clang()).id,
    hashFiles([CORE, TOOLS], (file) => /\.([ch]pp|mjs)$/.test(file)),
  );
  if (listed()?.stamp !== stamp) {
    rmSync(LIST, { force: true });
    const mutants = await writeMutants(sources);
    writeFileSync(LIST, JSON.stringify({ stamp, mutants }));
  }
  return {
    tests: join(await buildPreset('mutants'), 'core_tests'),
    mutants: listed().mutants,
    sourceOf: sourceIn(sources),
  };
}

/** What the last run wrote. */
function listed() {
  const text = textOrNothing(LIST, 'utf8');
  return text && JSON.parse(text);
}

async function writeMutants(sources) {
  writeFiles(sources, []);
  const units = await compileCommands();
  let sites = await step('reading the syntax trees of the core', () => findSites(units, sources));
  const found = sites.length;
  const mutants = await step('writing the mutants that compile', async () => {
    for (let round = 0; round < MOST_ROUNDS; ++round) {
      const list = numbered(sites);
      writeFiles(sources, sites);
      const broken = await brokenSites(units, sites);
      // What clang says twice (of `a != b` it writes `!(a == b)`) has no place of its own: nobody could meet that mutant.
      for (const site of sites) if (!site.written) broken.add(site);
      if (broken.size === 0) return list;
      sites = sites.filter((site) => !broken.has(site));
    }
    throw new Trouble('mutants: the mutated core does not compile, whatever is left out');
  });
  say(`  ${mutants.length} mutants; ${found - sites.length} of ${found} sites do not compile and are left out`);
  return mutants;
}

/** `[{ file, flags }]`: how CMake compiles each file of the mutated core. */
async function compileCommands() {
  const { folder } = await configurePreset('mutants');
  const commands = JSON.parse(readFileSync(join(folder, 'compile_commands.json'), 'utf8'));
  const own = commands.filter(({ file }) => isMutated(file) && file.endsWith('.cpp'));
  return own.map(({ file, command }) => {
    const words = command.split(' ').filter((word) => word !== '');
    const flags = words.slice(1, words.indexOf('-o')).filter((word) => !word.startsWith('-W') && word !== '-c');
    return { file, flags: [...flags, ...QUIET] };
  });
}

async function findSites(units, sources) {
  const found = new Map();
  await inParallel(units, async ({ file, flags }) => {
    const trees = treesOf(await compile(file, [...flags, ...TREE_FLAGS]));
    const each = (visit) => trees.forEach((tree) => walk(tree, MUTATED, visit));
    const constants = new Map();
    each((node) => node.kind === 'VarDecl' && node.constexpr && constants.set(node.id, node.place));
    const own = [];
    const sourceOf = sourceIn(sources);
    each((node, ancestors) => own.push(...sitesOf(node, ancestors, sourceOf, constants)));
    found.set(file, own);
  });
  // In the order of the files, whichever was read first: a mutant keeps its number.
  return distinct(units.flatMap(({ file }) => found.get(file)));
}

function writeFiles(sources, sites) {
  mkdirSync(MUTATED, { recursive: true });
  for (const old of filesBelow([MUTATED])) if (!sources.has(relative(MUTATED, old))) rmSync(old);
  for (const [name, source] of sources) {
    const own = sites.filter(({ file }) => relative(MUTATED, file) === name);
    const text = withSites(source, own);
    const file = join(MUTATED, name);
    mkdirSync(dirname(file), { recursive: true });
    // Ninja compiles what is newer: what stays the same is not touched.
    if (text !== textOrNothing(file, 'latin1')) writeFileSync(file, text, 'latin1');
  }
}

const sourceIn = (sources) => (file) => sources.get(relative(MUTATED, file));

const isMutated = (path) => path.startsWith(MUTATED + sep);

function textOrNothing(file, encoding) {
  try {
    return readFileSync(file, encoding);
  } catch {
    return undefined;
  }
}

/** The innermost sites that the compiler complains about. */
async function brokenSites(units, sites) {
  const broken = new Set();
  const texts = new Map();
  await inParallel(units, async ({ file, flags }) => {
    const complaints = await complaintsAbout(file, flags);
    const to = complaints.map((places) => places.map((place) => siteAt(place, sites, texts)).find((one) => one));
    for (const site of to) if (site) broken.add(site);
    // One mistake may be many complaints, but one of them tells where it is.
    if (complaints.length > 0 && !to.some((site) => site)) throw new Trouble(`mutants: ${file} is broken elsewhere`);
  });
  return broken;
}

function siteAt({ file, line, column }, sites, texts) {
  if (!texts.has(file)) texts.set(file, readFileSync(file, 'latin1').split('\n'));
  const before = texts.get(file).slice(0, line - 1);
  const at = before.reduce((sum, text) => sum + text.length + 1, 0) + column - 1;
  const length = ({ written }) => written.end - written.begin;
  return sites
    .filter((site) => site.file === file && site.written && site.written.begin <= at && at < site.written.end)
    .sort((a, b) => length(a) - length(b))[0];
}

/** A list of places for each error: its own, then those of its notes, as far as they lie in the mutated core. */
async function complaintsAbout(file, flags) {
  const text = await compile(file, [...flags, '-fsyntax-only', '-ferror-limit=0']).then(
    () => '',
    (error) => error.message,
  );
  const complaints = [];
  for (const [, path, line, column, kind] of text.matchAll(/^(\/[^:\n]+):(\d+):(\d+): (?:fatal )?(error|note):/gm)) {
    if (kind === 'error') complaints.push([]);
    if (isMutated(path)) complaints.at(-1).push({ file: path, line: Number(line), column: Number(column) });
  }
  if (text !== '' && complaints.length === 0) throw new Trouble(text);
  return complaints;
}

const QUIET = ['-fno-caret-diagnostics', '-fno-color-diagnostics', '-Wno-narrowing'];

async function compile(file, flags) {
  const { command, args } = (await clang()).wrap('clang++', [...flags, file]);
  return run(command, args, { cwd: projectFolder, whole: true });
}

async function inParallel(items, work) {
  const waiting = [...items];
  const worker = async () => {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: availableParallelism() }, worker));
}
