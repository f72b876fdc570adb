// Everything that is shipped: the module and, around it, dist/.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { buildPreset } from './build_preset.mjs';
import { hashFiles, once, stampIs, writeStamp } from './content_hash.mjs';
import { run } from './exec.mjs';
import { step } from './log.mjs';
import { npmPackages } from './npm_packages.mjs';
import { projectFolder } from './project.mjs';

const INPUTS = [
  'js',
  'cards',
  'build/wasm/cardcache.mjs',
  'build/wasm/cardcache.wasm',
  'build/wasm/expander.wasm',
  'package.json',
  'package-lock.json',
  'tsconfig.json',
];

export const buildDist = once(async () => {
  // One after the other: where there is no registry the run ends at once, and not when the module is compiled.
  await npmPackages();
  await buildPreset('wasm');
  const stamp = hashFiles(INPUTS.map((input) => join(projectFolder, input)));
  const stampFile = join(projectFolder, 'build', 'dist.stamp');
  if (existsSync(join(projectFolder, 'dist', 'index.js')) && stampIs(stampFile, stamp)) return;
  await step('bundling dist', () => run(process.execPath, ['js/build/bundle.mjs'], { cwd: projectFolder }));
  writeStamp(stampFile, stamp);
});
