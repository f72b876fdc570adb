// Stamps: whether something made before is still what the present inputs would make.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

export function hashOf(...parts) {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(JSON.stringify(part) ?? 'undefined').update('\n');
  return hash.digest('hex').slice(0, 16);
}

/** Every file below the given files and folders, sorted; what does not exist gives none. */
export function filesBelow(paths, keep = () => true) {
  const found = [];
  const visit = (path) => {
    if (!existsSync(path)) return;
    if (statSync(path).isDirectory()) for (const name of readdirSync(path)) visit(join(path, name));
    else if (keep(path)) found.push(path);
  };
  for (const path of paths) visit(path);
  return found.sort();
}

export function hashFiles(paths, keep) {
  return hashOf(
    ...filesBelow(paths, keep).map((file) => [file, createHash('sha256').update(readFileSync(file)).digest('hex')]),
  );
}

export function stampIs(file, stamp) {
  return existsSync(file) && readFileSync(file, 'utf8') === stamp;
}

export function writeStamp(file, stamp) {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, stamp);
}

/** The same promise for every caller in this process. */
export function once(work) {
  let promise;
  return () => (promise ??= work());
}
