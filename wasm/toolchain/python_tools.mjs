// clang-format and clang-tidy as wheels: one version for everybody, since another formats otherwise.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { install } from './apt.mjs';
import { madeOnce } from './cache_folder.mjs';
import { once } from './content_hash.mjs';
import { run } from './exec.mjs';
import { step } from './log.mjs';

const WHEELS = { clang_format: '22.1.8', clang_tidy: '22.1.8' };

/** `{ clangFormat, clangTidy }`: paths of the two programs. */
export const pythonTools = once(async () => {
  const folder = await madeOnce('python-tools', WHEELS, make);
  // The programs themselves, not pip's launchers beside them, which hold the path of the folder they were made in.
  const library = join(folder, 'lib');
  const packages = join(library, readdirSync(library)[0], 'site-packages');
  return {
    clangFormat: join(packages, 'clang_format', 'data', 'bin', 'clang-format'),
    clangTidy: join(packages, 'clang_tidy', 'data', 'bin', 'clang-tidy'),
  };
});

async function make(folder) {
  const python = await pythonWithVenv();
  await step('installing clang-format and clang-tidy', async () => {
    await run(python, ['-m', 'venv', folder]);
    const wheels = Object.entries(WHEELS).map(([name, version]) => `${name}==${version}`);
    const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--only-binary=:all:'];
    await run(join(folder, 'bin', 'python'), [...pip, ...wheels]);
  });
}

async function pythonWithVenv() {
  const complete = (python) =>
    run(python, ['-c', 'import ensurepip, venv']).then(
      () => true,
      () => false,
    );
  if (await complete('python3')) return 'python3';
  await install(['python3-venv'], 'Python with venv');
  return '/usr/bin/python3';
}
