// Formatters and linters, for both languages: checking (`npm run lint`) and mending (`npm run format`).
import { existsSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { configurePreset } from './build_preset.mjs';
import { filesBelow, hashFiles, hashOf, stampIs, writeStamp } from './content_hash.mjs';
import { run } from './exec.mjs';
import { describe, say, step, Trouble } from './log.mjs';
import { npmPackages } from './npm_packages.mjs';
import { projectFolder } from './project.mjs';
import { pythonTools } from './python_tools.mjs';
import { surroundings, tree } from './stage_inputs.mjs';

// Where names between quotes are looked for, beside the folder of the file that includes.
const INCLUDED_FROM = ['wasm', 'tests/core', 'tests/contracts'];
const CPP_FOLDERS = [
  'wasm/core',
  'wasm/border',
  'wasm/expander',
  'wasm/fuzz',
  'wasm/simulator',
  'tests/core',
  'tests/border',
];

/** Of each check: how it is done, and the paths that it does not read. */
const CHECKS = {
  'clang-format': { check: checkCppFormat, unread: /^(?!\.clang-format$|wasm\/toolchain\/).*(?<!\.[ch]pp)$/ },
  prettier: { check: prettier, unread: /\.([ch]pp|md)$/ },
  eslint: { check: eslint, unread: /\.([ch]pp|md)$/ },
  tsc: { check: tsc, unread: /\.([ch]pp|md)$/ },
  // It knows by itself which files it has seen.
  'clang-tidy': { check: clangTidy },
};

/** Runs every check (if `onlyChanged`, those whose files changed since they passed), says what each found, and throws if any found something. */
export async function lint({ onlyChanged = false } = {}) {
  const failed = [];
  for (const [name, { check, unread }] of Object.entries(CHECKS)) {
    try {
      const stampFile = join(projectFolder, 'build', 'passed', `lint-${name}`);
      const stamp = unread && hashOf(surroundings(), tree(unread));
      if (onlyChanged && unread && stampIs(stampFile, stamp)) {
        say(`${name}: unchanged since it last passed, not run`);
        continue;
      }
      await step(name, check);
      if (unread) writeStamp(stampFile, stamp);
    } catch (error) {
      say(describe(error));
      failed.push(name);
    }
  }
  if (failed.length > 0) throw new Trouble(`lint: ${failed.join(', ')} found something to mend`);
}

export async function format() {
  await Promise.all([npmPackages(), pythonTools()]);
  await step('clang-format', async () =>
    run((await pythonTools()).clangFormat, ['-i', ...cppFiles(/\.[ch]pp$/)], here),
  );
  await step('prettier', () => npx('prettier', '--write', '--log-level=warn', '.'));
  await step('eslint', () => npx('eslint', '--fix', '.'));
}

const here = { cwd: projectFolder };

async function npx(tool, ...args) {
  await npmPackages();
  return run(join(projectFolder, 'node_modules', '.bin', tool), args, { ...here, env: { NO_COLOR: '1' } });
}

function cppFiles(pattern) {
  const files = filesBelow(
    CPP_FOLDERS.map((folder) => join(projectFolder, folder)),
    (file) => pattern.test(file),
  );
  if (files.length === 0) throw new Trouble(`no C++ in ${CPP_FOLDERS.join(', ')}`);
  return files;
}

async function checkCppFormat() {
  const files = cppFiles(/\.[ch]pp$/);
  await run((await pythonTools()).clangFormat, ['--dry-run', '-Werror', ...files], here);
}

function prettier() {
  return npx('prettier', '--check', '--log-level=warn', '.');
}

function eslint() {
  return npx('eslint', '--max-warnings=0', '.');
}

function tsc() {
  return npx('tsc', '--noEmit', '-p', 'tsconfig.json');
}

/**
 * As many files at a time as there are cores. The border's area and exports are left to the compiler's own warnings: their headers are
 * Emscripten's; and so is what no native preset compiles, such as the expander. A file that passed is looked at again only when it, a header that it
 * includes, or the rules changed.
 */
async function clangTidy() {
  const { clangTidy: program } = await pythonTools();
  const { folder } = await configurePreset('native');
  const rules = hashFiles(
    ['.clang-tidy', 'CMakeLists.txt', 'CMakePresets.json'].map((name) => join(projectFolder, name)),
  );
  const ofModule = ['embind_types', 'exports', 'local_storage'].map((name) => join('wasm', 'border', `${name}.cpp`));
  const left = [...ofModule, join('wasm', 'expander'), join('tests', 'core', 'mutation')];
  const waiting = cppFiles(/\.cpp$/).filter((file) => existsSync(file) && !left.some((part) => file.includes(part)));
  const complaints = [];
  const worker = async () => {
    for (let file = waiting.pop(); file; file = waiting.pop()) {
      const name = relative(projectFolder, file);
      const stampFile = join(folder, 'tidy', name);
      const stamp = hashOf(program, rules, hashFiles([...withIncluded(file)]));
      if (stampIs(stampFile, stamp)) continue;
      try {
        await run(program, ['--quiet', '-p', folder, file], here);
        writeStamp(stampFile, stamp);
      } catch (error) {
        complaints.push(error.message);
      }
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, worker));
  if (complaints.length > 0) throw new Trouble(complaints.join('\n'));
}

/** A file of C++ and all of ours that it includes, by whatever way. */
function withIncluded(file, found = new Set()) {
  if (found.has(file)) return found;
  found.add(file);
  const folders = [dirname(file), ...INCLUDED_FROM.map((folder) => join(projectFolder, folder))];
  for (const [, name] of readFileSync(file, 'utf8').matchAll(/^\s*#\s*include\s*"([^"]+)"/gm)) {
    const header = folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
    if (header) withIncluded(header, found);
  }
  return found;
}
