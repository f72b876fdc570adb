// Formatters and linters, for both languages: checking (`npm run lint`) and mending (`npm run format`).
import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, relative } from 'node:path';
import { configurePreset } from './build_preset.mjs';
import { filesBelow, hashFiles, hashOf, stampIs, writeStamp } from './content_hash.mjs';
import { run } from './exec.mjs';
import { describe, say, step, Trouble } from './log.mjs';
import { npmPackages } from './npm_packages.mjs';
import { projectFolder } from './project.mjs';
import { pythonTools } from './python_tools.mjs';

const CPP_FOLDERS = ['wasm/core', 'wasm/bindings', 'wasm/fuzz', 'wasm/simulator', 'tests/core'];

/** Runs every check, says what each found, and throws if any found something. */
export async function lint() {
  const failed = [];
  for (const [name, check] of Object.entries({
    'clang-format': checkCppFormat,
    prettier,
    eslint,
    tsc,
    'clang-tidy': clangTidy,
  })) {
    try {
      await step(name, check);
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
 * As many files at a time as there are cores. The bindings are left to the compiler's own warnings: their headers are
 * Emscripten's; and so is what no native preset compiles. A file that passed is looked at again only when it, a header or the rules changed.
 */
async function clangTidy() {
  const { clangTidy: program } = await pythonTools();
  const { folder } = await configurePreset('native');
  const rules = hashFiles([
    join(projectFolder, '.clang-tidy'),
    join(projectFolder, 'CMakeLists.txt'),
    ...cppFiles(/\.hpp$/),
  ]);
  const left = [join('wasm', 'bindings'), join('tests', 'core', 'mutation')];
  const waiting = cppFiles(/\.cpp$/).filter((file) => existsSync(file) && !left.some((part) => file.includes(part)));
  const complaints = [];
  const worker = async () => {
    for (let file = waiting.pop(); file; file = waiting.pop()) {
      const name = relative(projectFolder, file);
      const stampFile = join(folder, 'tidy', name);
      const stamp = hashOf(program, rules, hashFiles([file]));
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
