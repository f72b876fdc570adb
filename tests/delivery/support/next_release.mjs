// Releases that come after this one: the same sources with a few texts changed, bundled around the same core.
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../../../wasm/toolchain/exec.mjs';
import { projectFolder } from '../../../wasm/toolchain/project.mjs';

/**
 * The folder of what it ships. `changes`: file → `[text, what it becomes]`; each text must be there, or the release would be
 * this one again.
 */
export async function nextRelease(name, version, changes = {}) {
  const folder = join(projectFolder, 'build', 'releases', name);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const part of ['js', 'cards', 'LICENSE', 'package.json', 'tsconfig.json']) {
    cpSync(join(projectFolder, part), join(folder, part), { recursive: true });
  }
  const own = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).version;
  for (const [file, [text, replacement]] of Object.entries({
    'package.json': [`"version": "${own}"`, `"version": "${version}"`],
    ...changes,
  })) {
    const before = readFileSync(join(folder, file), 'utf8');
    if (before.split(text).length !== 2) throw new Error(`${file} does not hold ${text} once`);
    writeFileSync(join(folder, file), before.replace(text, replacement));
  }
  const env = { CARDCACHE_BUILT: join(projectFolder, 'build', 'wasm'), CARDCACHE_DIST: 'dist' };
  await run(process.execPath, [join('js', 'build', 'bundle.mjs')], { cwd: folder, env });
  return join(folder, 'dist');
}
