// What package-lock.json pins, installed anew only when it changed.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { hashFiles, once, stampIs, writeStamp } from './content_hash.mjs';
import { run } from './exec.mjs';
import { step } from './log.mjs';
import { projectFolder } from './project.mjs';

export const npmPackages = once(async () => {
  const stamp = hashFiles([join(projectFolder, 'package-lock.json')]);
  // Inside node_modules, so that who removes that folder removes the stamp with it.
  const file = join(projectFolder, 'node_modules', '.cardcache-stamp');
  if (existsSync(file) && stampIs(file, stamp)) return;
  // No package's install script is needed (the one that has a binary ships it inside the package), so none is run.
  await step('installing npm packages', () =>
    run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: projectFolder }),
  );
  writeStamp(file, stamp);
});
