// Emscripten: the emcc on PATH if it is new enough, else the one of the forky tree.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { ensureCommands } from './apt.mjs';
import { cacheFolder } from './cache_folder.mjs';
import { once } from './content_hash.mjs';
import { run, which } from './exec.mjs';
import { forkyRoot, inForky } from './forky_root.mjs';

// Before 4, embind's strings are five times slower and ES modules are broken under node.
const OLDEST = 4;

/** `{ id, wrap }`: which Emscripten it is, and how to spawn a command that finds it together with cmake and ninja. */
export const emscripten = once(async () => {
  const version = which('emcc') && (await versionOf('emcc', ['--version']));
  if (version && Number.parseInt(version) >= OLDEST) {
    await ensureCommands({ cmake: 'cmake', ninja: 'ninja-build' }, 'CMake and Ninja');
    return { id: `emcc ${version} at ${which('emcc')}`, wrap: (command, args) => ({ command, args }) };
  }
  const root = await forkyRoot();
  const probe = inForky(root, 'emcc', ['--version']);
  const forkyVersion = await versionOf(probe.command, probe.args);
  // System libraries that a link generates are kept: they take a minute a set of flags. A person's own emcc keeps its own.
  const libraries = join(cacheFolder(), `emscripten-libraries-${forkyVersion}`);
  mkdirSync(libraries, { recursive: true });
  const env = { EM_CACHE: libraries };
  return { id: `emcc ${forkyVersion} in ${root}`, wrap: (command, args) => inForky(root, command, args, { env }) };
});

async function versionOf(command, args) {
  return / (\d+\.\d+\.\d+)/.exec(await run(command, args))?.[1];
}
