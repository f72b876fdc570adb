// The package as npm would publish it, and an empty folder with nothing in it but that.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from '../../../wasm/toolchain/content_hash.mjs';
import { run } from '../../../wasm/toolchain/exec.mjs';
import { projectFolder } from '../../../wasm/toolchain/project.mjs';
import { packInto } from '../../../wasm/toolchain/release.mjs';

/** Packed once a run, into a folder of this process. */
export const tarball = once(() => packInto(join(projectFolder, 'build', 'delivery', String(process.pid))));
process.once('exit', () => {
  rmSync(join(projectFolder, 'build', 'delivery', String(process.pid)), { recursive: true, force: true });
});

/** Outside of the project, so that nothing is found in the folders above it. `files`: path → text. */
export async function consumer(t, files = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'cardcache-consumer-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, 'package.json'), '{ "name": "consumer", "private": true, "type": "module" }\n');
  // It depends on nothing, so nothing has to be downloaded.
  await run('npm', ['install', '--offline', '--ignore-scripts', '--no-audit', '--no-fund', await tarball()], {
    cwd: folder,
  });
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return { folder, installed: join(folder, 'node_modules', 'cardcache') };
}
