// `npm run docs`: the public surface from its declarations, with the pages of web/docs and the architecture pages around it.
import { npmPackages } from './npm_packages.mjs';
import { run } from './exec.mjs';
import { projectFolder } from './project.mjs';
import { join } from 'node:path';
import { say, step } from './log.mjs';

export async function docs() {
  await npmPackages();
  await step('writing build/docs', () =>
    run(join(projectFolder, 'node_modules', '.bin', 'typedoc'), [], { cwd: projectFolder }),
  );
  say('  build/docs/index.html');
}
