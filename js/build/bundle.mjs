// Makes dist/ from the TypeScript sources and the built module (build/wasm): each form the cache is shipped in, and the
// types beside them. Run by `npm run build`.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { generateDtsBundle } from 'dts-bundle-generator';
import * as esbuild from 'esbuild';
import { minified } from './minify.mjs';
import { digits, moduleText } from './module_text.mjs';
import { OLDEST_ENGINES } from './oldest_engines.mjs';
import { shortNotice, thirdPartyNotices } from './thirdPartyNotices.mjs';
import { stripped } from './wasm_sections.mjs';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..', '..');
// Tests bundle modules of their own, in which a rule is broken.
const dist = resolve(root, process.env.CARDCACHE_DIST ?? 'dist');
const built = resolve(root, process.env.CARDCACHE_BUILT ?? join('build', 'wasm'));
const glue = join(built, 'cardcache.mjs');
const wasm = join(built, 'cardcache.wasm');
const index = join(root, 'js', 'index.ts');
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

/** Entry points whose declarations are published beside their code. */
const libraries = [
  { out: 'index', entry: index },
  { out: 'hass', entry: join(root, 'js', 'hass', 'index.ts') },
  { out: 'node', entry: join(root, 'js', 'node', 'index.ts') },
];

const common = {
  bundle: true,
  format: 'esm',
  target: OLDEST_ENGINES,
  minify: true,
  charset: 'utf8',
  logLevel: 'warning',
  absWorkingDir: root,
  define: { CARDCACHE_VERSION: JSON.stringify(version) },
};

/** `#core-glue` is the script that emcc made, `#core-wasm` gives the module itself: its bytes as text, or where it lies. */
function core(form) {
  const inside = () =>
    `export const expander = ${JSON.stringify(digits(stripped(readFileSync(join(built, 'expander.wasm')))))};
    export default ${JSON.stringify(moduleText(stripped(readFileSync(wasm))))};`;
  // In a function: whoever only imports it may have no URL.
  const beside = () => "export const expander = ''; export default () => new URL('./cardcache.wasm', import.meta.url);";
  return {
    name: 'core',
    setup(build) {
      build.onResolve({ filter: /^#core-glue$/ }, () => ({ path: glue }));
      // The glue compiles by itself what it is given; the loader has compiled already, in the way this engine allows.
      build.onLoad({ filter: /cardcache\.mjs$/ }, () => ({
        contents: `import { WebAssembly } from '#compiled-core';\n${readFileSync(glue, 'utf8')}`,
        resolveDir: dirname(glue),
      }));
      build.onResolve({ filter: /^#compiled-core$/ }, () => ({ path: join(root, 'js', 'border', 'compiledCore.ts') }));
      build.onResolve({ filter: /^#core-wasm$/ }, ({ path }) => ({ path, namespace: 'core' }));
      build.onLoad({ filter: /.*/, namespace: 'core' }, () => ({ contents: form === 'inside' ? inside() : beside() }));
    },
  };
}

/**
 * The further entry points share the one cache of index.js and do not carry a second: what they take from it they take
 * through js/index.ts, and an import past that is refused.
 */
const besideIndex = {
  name: 'beside-index',
  setup(build) {
    build.onResolve({ filter: /^\.\.?\// }, ({ path, importer, resolveDir }) => {
      const file = resolve(resolveDir, path);
      if (file === index) return { path: './index.js', external: true };
      const isOfCache = file.startsWith(join(root, 'js') + sep) && dirname(file) !== dirname(importer);
      if (!isOfCache) return undefined;
      return {
        errors: [{ text: `${relative(root, importer)} must import ${relative(root, file)} through js/index.ts` }],
      };
    });
  },
};

/**
 * The charts' library makes number formats and asks for the screen while it loads: it is loaded with the first chart, so that what goes
 * wrong in it may cost a chart but no card, and globals of ours stand before the browser's.
 */
const charts = {
  name: 'charts',
  setup(build) {
    build.onResolve({ filter: /^uplot$/ }, ({ path }) => ({ path, namespace: 'charts' }));
    build.onLoad({ filter: /.*/, namespace: 'charts' }, () => ({
      contents: `
        const load = () => require('uplot/dist/uPlot.cjs.js');
        export default new Proxy(function () {}, {
          construct: (_, given) => new (load())(...given),
          get: (_, name) => load()[name],
        });`,
      resolveDir: root,
    }));
    build.onLoad({ filter: /uPlot\.cjs\.js$/ }, ({ path }) => ({
      contents: `const { navigator, matchMedia } = require('#chart-globals');\n${readFileSync(path, 'utf8')}`,
    }));
    build.onResolve({ filter: /^#chart-globals$/ }, () => ({
      path: join(root, 'cards', 'statistics', 'chartGlobals.ts'),
    }));
  },
};

/** `mapped: false`: the code does not name the map beside it. */
async function bundle(out, entry, plugins, { mapped = true, ...options } = {}) {
  const outfile = join(dist, out);
  const { outputFiles } = await esbuild.build({
    ...common,
    ...options,
    sourcemap: 'external',
    entryPoints: [entry],
    outfile,
    plugins,
    write: false,
  });
  const [map, built] = ['.map', ''].map((ending) => outputFiles.find(({ path }) => path === outfile + ending).text);
  const { code, map: mapOfAll } = await minified(built, map, mapped ? `${out}.map` : undefined);
  writeFileSync(outfile, code);
  writeFileSync(`${outfile}.map`, mapOfAll);
}

/** The types of each library, self-contained: a file that imports no other can be read, copied and kept. */
function declarations() {
  const output = { noBanner: true, exportReferencedTypes: false };
  const texts = generateDtsBundle(
    libraries.map(({ entry }) => ({ filePath: entry, output })),
    { preferredConfigPath: join(root, 'tsconfig.json') },
  );
  libraries.forEach(({ out }, at) => writeFileSync(join(dist, `${out}.d.ts`), texts[at]));
}

rmSync(dist, { recursive: true, force: true });
mkdirSync(dist, { recursive: true });
writeFileSync(join(dist, 'cardcache.wasm'), stripped(readFileSync(wasm)));
const licence = readFileSync(join(root, 'LICENSE'), 'utf8').trim();
const comment = (text) => `/*! ${text.replaceAll('*/', '* /')} */`;
const notice = { banner: { js: comment(`cardcache ${version}, MIT; ${shortNotice()}`) } };
await bundle('index.js', index, [core('inside')], notice);
await bundle('index.split.js', index, [core('beside')], notice);
writeFileSync(join(dist, 'THIRD_PARTY_NOTICES.txt'), `${thirdPartyNotices()}\n`);
for (const { out, entry } of libraries.slice(1)) await bundle(`${out}.js`, entry, [besideIndex]);
// The one file that HACS copies names no map: none lies beside it there, and the browser would ask for it. Its first line
// tells who looks into a browser's cache which version that has kept; the licences have to go with it.
await bundle('cardcache.js', join(root, 'cards', 'index.ts'), [core('inside'), charts], {
  mapped: false,
  // What a library draws stands in a card's shadow root, and its styles with it.
  loader: { '.css': 'text' },
  // On servers, which may import it too, there are no elements to define.
  banner: {
    js: `${comment(`cardcache ${version}`)}\n${comment(`\n${licence}\n\n${thirdPartyNotices()}\n`)}\nif(globalThis.document&&globalThis.customElements){`,
  },
  footer: { js: '}' },
});
if (!process.env.CARDCACHE_DIST) declarations();
