// The cards' modules for a test, over the cache as it is built.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = new URL('../../../', import.meta.url);
const dist = { 'js/index.ts': 'dist/index.js', 'js/hass/index.ts': 'dist/hass.js' };

/** What the modules of `cards/<folder>` export, all together. */
export async function importCards(folder, ...modules) {
  const folderOf = await mkdtemp(join(tmpdir(), 'cards-'));
  const outfile = join(folderOf, 'cards.mjs');
  await build({
    stdin: {
      contents: modules.map((name) => `export * from './${name}.ts';`).join('\n'),
      resolveDir: fileURLToPath(new URL(`cards/${folder}`, root)),
    },
    bundle: true,
    format: 'esm',
    outfile,
    plugins: [{ name: 'built', setup: toBuilt }],
  });
  try {
    return await import(pathToFileURL(outfile));
  } finally {
    await rm(folderOf, { recursive: true });
  }
}

function toBuilt({ onResolve }) {
  onResolve({ filter: /\/js\/(hass\/)?index\.ts$/ }, ({ path }) => {
    const [, built] = Object.entries(dist).find(([source]) => path.endsWith(`../${source}`));
    return { path: new URL(built, root).href, external: true };
  });
}
