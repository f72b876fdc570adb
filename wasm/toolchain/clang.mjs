// A clang that can fuzz and measure coverage: the one on PATH if it can, else the one of the forky tree.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureCommands, mayInstall } from './apt.mjs';
import { once } from './content_hash.mjs';
import { run, which } from './exec.mjs';
import { forkyRoot, inForky } from './forky_root.mjs';
import { Trouble } from './log.mjs';

// Before 16 it cannot read the ranges of libstdc++, which the core uses.
const OLDEST = 16;
const TOOLS = ['clang', 'clang++', 'llvm-cov', 'llvm-profdata'];

/** What `clang` throws where there is none and none can be had here: what needs it is skipped then, not failed. */
export class NoClang extends Trouble {}

/** `{ id, wrap }`: which clang it is, and how to spawn a command that finds it together with llvm-cov, cmake and ninja. */
export const clang = once(async () => {
  const own = await onPath();
  if (own) {
    await ensureCommands({ cmake: 'cmake', ninja: 'ninja-build' }, 'CMake and Ninja');
    return own;
  }
  if (!mayInstall()) {
    throw new NoClang(
      `fuzzing, coverage and mutants need clang ${OLDEST} or newer with libFuzzer, and llvm-cov, on PATH (Debian: clang llvm libclang-rt-dev)`,
    );
  }
  const root = await forkyRoot();
  const env = { CC: 'clang', CXX: 'clang++' };
  return { id: `clang in ${root}`, wrap: (command, args) => inForky(root, command, args, { env }) };
});

async function onPath() {
  if (!TOOLS.every((tool) => which(tool))) return undefined;
  const version = /clang version (\d+)[.\d]*/.exec(await run('clang++', ['--version']));
  if (!version || Number(version[1]) < OLDEST || !(await links())) return undefined;
  const wrap = (command, args) => ({ command: 'env', args: ['CC=clang', 'CXX=clang++', command, ...args] });
  return { id: `${version[0]} at ${which('clang++')}`, wrap };
}

/** Whether its libFuzzer, sanitizers and coverage are installed: packages of their own, and Apple's clang has none. */
async function links() {
  const folder = mkdtempSync(join(tmpdir(), 'cardcache-clang-'));
  const source = join(folder, 'target.cpp');
  writeFileSync(source, 'extern "C" int LLVMFuzzerTestOneInput(const unsigned char *, unsigned long) { return 0; }\n');
  try {
    const flags = ['-fsanitize=fuzzer,address,undefined', '-fprofile-instr-generate', '-fcoverage-mapping'];
    await run('clang++', [...flags, source, '-o', join(folder, 'target')]);
    return true;
  } catch {
    return false;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
