// A card that was not written here, as its authors publish it: mini-graph-card from npm, bundled as its own build does it.
import { join } from 'node:path';
import * as esbuild from 'esbuild';
import { projectFolder } from '../../../wasm/toolchain/project.mjs';

/** The bundle's file. The card asks for its entity's history with `callApi` whenever the entity's state is another. */
export async function miniGraphCard() {
  const outfile = join(projectFolder, 'build', 'ha', 'mini-graph-card.js');
  await esbuild.build({
    entryPoints: [join(projectFolder, 'node_modules', 'mini-graph-card', 'main.js')],
    bundle: true,
    format: 'esm',
    logLevel: 'warning',
    outfile,
  });
  return outfile;
}
