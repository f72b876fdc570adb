// clang's syntax tree of the core: every node that was written in one of its files, with where it begins and ends.
import { join } from 'node:path';

/** What clang is to be asked, beside the flags of a file, to print its tree. */
export const TREE_FLAGS = ['-fsyntax-only', '-Xclang', '-ast-dump=json', '-Xclang', '-ast-dump-filter=cardcache'];

/** The declarations of a dump as trees. A node's `place` is `{ file, begin, end }` in bytes; undefined where a macro wrote it. */
export function treesOf(dump) {
  const texts = dump.split(/(?<=^\}\n)(?=\{)/m).filter((text) => text.trim() !== '');
  return texts.map((text) => {
    const tree = JSON.parse(text);
    // A file is said only where it differs from the last.
    locate(tree, { file: undefined });
    return tree;
  });
}

/** Calls `visit(node, ancestors)` for every node that a person wrote below `folder`, outer ones first. */
export function walk(node, folder, visit, ancestors = []) {
  if (node.isImplicit || node.explicitlyDefaulted) return;
  if (node.place?.file.startsWith(join(folder, '/'))) visit(node, ancestors);
  ancestors.push(node);
  for (const child of node.inner ?? []) walk(child, folder, visit, ancestors);
  ancestors.pop();
}

function locate(node, state) {
  pointOf(node.loc, state);
  const begin = pointOf(node.range?.begin, state);
  const end = pointOf(node.range?.end, state);
  if (begin && end && begin.file === end.file) {
    node.place = { file: begin.file, begin: begin.offset, end: end.offset + end.length };
  }
  for (const child of node.inner ?? []) locate(child, state);
}

function pointOf(location, state) {
  if (!location) return undefined;
  if (location.spellingLoc || location.expansionLoc) {
    pointOf(location.spellingLoc, state);
    pointOf(location.expansionLoc, state);
    return undefined;
  }
  if (location.file) state.file = location.file;
  if (location.offset === undefined || !state.file) return undefined;
  return { file: state.file, offset: location.offset, length: location.tokLen };
}
