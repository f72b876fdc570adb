// What a stage of the tests, or a check of the linters, depends on, as values to be hashed: equal values, equal outcome.
// Inputs are taken too wide rather than too narrow: whole trees but for what is known not to be read, and programs as built.
import { readdirSync, realpathSync, statSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { filesBelow, hashFiles } from './content_hash.mjs';
import { projectFolder } from './project.mjs';

const NOT_SOURCES = ['.git', 'build', 'dist', 'node_modules'];

/** All sources but those whose path in the project `unread` matches, by what they hold. */
export function tree(unread = /^$/) {
  const own = readdirSync(projectFolder).filter((name) => !NOT_SOURCES.includes(name));
  const isRead = (file) => !unread.test(relative(projectFolder, file).split(sep).join('/'));
  return hashFiles(
    filesBelow(
      own.map((name) => join(projectFolder, name)),
      isRead,
    ),
  );
}

/** Files and folders, named in full or from the project's folder, by what they hold. */
export function content(...paths) {
  return hashFiles(paths.map((path) => join(path.startsWith(sep) ? '' : projectFolder, path)));
}

/** A program of the machine: an update leaves another size or date. */
export function programOf(path) {
  if (!path) return 'none';
  const { size, mtimeMs } = statSync(realpathSync(path));
  return [path, size, mtimeMs];
}

/** The node that runs this, and what a person has asked of the tests. */
export function surroundings() {
  const asked = Object.entries(process.env).filter(([name]) => /^(CARDCACHE_(?!CACHE$)|TZ$|LANG$|LC_)/.test(name));
  return [process.version, asked.sort()];
}
