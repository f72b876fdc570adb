// The core's Catch2 suite, natively under ASan and UBSan and as WebAssembly. Where there is a clang it builds the native one
// and counts on the way which lines run, so that coverage needs no build and no run of its own; else g++ builds it.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { buildPreset } from './build_preset.mjs';
import { clang, NoClang } from './clang.mjs';
import { once } from './content_hash.mjs';
import { runCatch2 } from './test_runners.mjs';

// Leaks are errors as well, and the message says where undefined behaviour came from.
const SANITIZERS = { ASAN_OPTIONS: 'detect_leaks=1', UBSAN_OPTIONS: 'print_stacktrace=1' };

/** `{ program, wrap, profile? }`: the program, how it is spawned, and where it leaves what it counted. */
export const nativeTests = once(async () => {
  try {
    const { wrap } = await clang();
    const folder = await buildPreset('coverage');
    return { program: join(folder, 'core_tests'), wrap, profile: join(folder, 'core.profraw') };
  } catch (error) {
    if (!(error instanceof NoClang)) throw error;
    return { program: join(await buildPreset('native'), 'core_tests'), wrap: (command, args) => ({ command, args }) };
  }
});

/** The whole suite, once a process; `profile` is what it counted. */
export const wholeSuite = once(async () => {
  const { profile } = await nativeTests();
  if (profile) rmSync(profile, { force: true });
  return { result: await runNative([]), profile };
});

export async function runNative(patterns) {
  const { program, wrap, profile } = await nativeTests();
  const env = patterns.length === 0 && profile ? { LLVM_PROFILE_FILE: profile } : { LLVM_PROFILE_FILE: '/dev/null' };
  return runCatch2(wrap(program, patterns), { ...SANITIZERS, ...env });
}

/** The script that node runs, and the module beside it. */
export async function wasmTests() {
  const folder = await buildPreset('wasm-test');
  return [join(folder, 'core_tests.cjs'), join(folder, 'core_tests.wasm')];
}

export async function runWasm(patterns) {
  const [script] = await wasmTests();
  return runCatch2({ command: process.execPath, args: [script, ...patterns] });
}
