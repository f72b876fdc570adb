// The project's own sources, read for what tests hold about them.
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const root = fileURLToPath(new URL('../../../', import.meta.url));

export const topFolders = readdirSync(root, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);

/** `{path, text}` of every file that lies in no folder. */
export const topFiles = readdirSync(root, { withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map(({ name }) => ({ path: name, text: readFileSync(join(root, name), 'utf8') }));

/** `{path, text}` of every file below `folder` whose name ends like one of `endings`. */
export function sourcesIn(folder, ...endings) {
  const entries = readdirSync(join(root, folder), { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && endings.some((ending) => entry.name.endsWith(ending)))
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .map((file) => ({ path: relative(root, file), text: readFileSync(file, 'utf8') }));
}

/** What a C++ file includes, as written between its quotes or angles. */
export function includesOf({ text }) {
  return [...text.matchAll(/^\s*#\s*include\s*[<"]([^>"]+)[>"]/gm)].map(([, name]) => name);
}

/** C++ without its comments. */
export function uncommented({ text }) {
  return text.replace(/\/\/.*|\/\*[\s\S]*?\*\//g, ' ');
}

/** C++ without comments and without what stands in quotes. */
export function codeOf(file) {
  return uncommented(file).replace(/"(?:\\.|[^"\\\n])*"/g, '""');
}

/** What a module imports or exports from, dynamic imports too. */
export function importsOf({ text }) {
  return ts.preProcessFile(text, true, true).importedFiles.map(({ fileName }) => fileName);
}

/** Every node of a TypeScript file that `wanted` accepts, as its text. */
export function nodesOf({ path, text }, wanted) {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const found = [];
  const visit = (node) => {
    if (wanted(node)) found.push(node.getText(source));
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}
