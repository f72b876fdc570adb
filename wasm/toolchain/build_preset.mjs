// Configures and builds a CMake preset, natively or with Emscripten; configured anew only when what that depends on changed.
import { existsSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { ensureCommands } from './apt.mjs';
import { clang } from './clang.mjs';
import { hashFiles, hashOf, stampIs, writeStamp } from './content_hash.mjs';
import { emscripten } from './emscripten.mjs';
import { run } from './exec.mjs';
import { step } from './log.mjs';
import { projectFolder } from './project.mjs';
import { sourceArguments } from './sources.mjs';

const NINJA_PROGRESS = /^\[\d+\/\d+\] /;

// What gcc has not: libFuzzer, coverage that counts branches by source, and a syntax tree to be read.
const CLANG_PRESETS = ['fuzz', 'coverage', 'mutants'];

const building = new Map();

/** The build folder of a preset, built; once a process for each. */
export function buildPreset(preset) {
  if (!building.has(preset)) building.set(preset, build(preset));
  return building.get(preset);
}

/** The same without compiling: enough for compile_commands.json. */
export async function configurePreset(preset) {
  const folder = join(projectFolder, 'build', preset);
  const [tools, sources] = await Promise.all([toolsOf(preset), sourceArguments()]);
  const stampFile = join(folder, 'configured');
  const stamp = hashOf(tools.id, sources, hashFiles([join(projectFolder, 'CMakePresets.json')]));
  if (!existsSync(join(folder, 'build.ninja')) || !stampIs(stampFile, stamp)) {
    // Another compiler or other sources: CMake's own cache would hold on to the old ones.
    rmSync(folder, { recursive: true, force: true });
    await step(`configuring ${preset}`, (note) => tools.run(tools.cmake, ['--preset', preset, ...sources], { note }));
    writeStamp(stampFile, stamp);
  }
  return { folder, tools };
}

async function build(preset) {
  const { folder, tools } = await configurePreset(preset);
  const args = ['--build', folder, '--parallel', String(availableParallelism())];
  await step(`building ${preset}`, (note) => tools.run(['cmake'], args, { note, noise: NINJA_PROGRESS }));
  return folder;
}

async function toolsOf(preset) {
  const inProject = (command, args, options) => run(command, args, { cwd: projectFolder, ...options });
  const wrapped =
    (wrap) =>
    ([command, ...first], args, options) => {
      const whole = wrap(command, [...first, ...args]);
      return inProject(whole.command, whole.args, options);
    };
  if (preset.startsWith('wasm')) {
    const { id, wrap } = await emscripten();
    return { id, cmake: ['emcmake', 'cmake'], run: wrapped(wrap) };
  }
  if (CLANG_PRESETS.includes(preset)) {
    const { id, wrap } = await clang();
    return { id, cmake: ['cmake'], run: wrapped(wrap) };
  }
  await ensureCommands({ cmake: 'cmake', ninja: 'ninja-build', 'g++': 'g++' }, 'a C++20 compiler, CMake and Ninja');
  return {
    id: 'native',
    cmake: ['cmake'],
    run: ([command, ...first], args, options) => inProject(command, [...first, ...args], options),
  };
}
