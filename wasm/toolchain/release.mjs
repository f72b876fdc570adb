// What a release consists of, made in build/release: `npm run release -- v1.2.3`. The release workflow runs it on a tag.
import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildDist } from './build_dist.mjs';
import { run } from './exec.mjs';
import { say, Trouble } from './log.mjs';
import { projectFolder } from './project.mjs';

/** HACS installs the asset that is named after the repository, and every other asset beside it. */
export const CARD_FILE = 'cardcache.js';

export const BILL_OF_MATERIALS = 'sbom.cdx.json';

export const releaseFolder = join(projectFolder, 'build', 'release');

/**
 * Refuses a tag that the sources do not agree with, builds, and leaves the card file, its hash, the npm package, what it was built
 * with, and notes.
 */
export async function release([tag]) {
  const sources = readSources();
  const problems = disagreements(tag, sources);
  if (problems.length > 0) throw new Trouble(problems.join('\n'));
  await buildDist();
  rmSync(releaseFolder, { recursive: true, force: true });
  const hash = writeCardFile(releaseFolder);
  await packInto(join(releaseFolder, 'npm'));
  await writeBillOfMaterials(releaseFolder);
  writeFileSync(
    join(releaseFolder, 'notes.md'),
    `${changesOf(sources.changelog, sources.version)}\n\nSHA-256 of \`${CARD_FILE}\`: \`${hash}\`\n`,
  );
  say(`build/release holds ${tag}; ${CARD_FILE} has the SHA-256 ${hash}`);
}

/** The two files that hold the released version, and the changelog that tells what is in it. */
export function readSources() {
  const text = (name) => readFileSync(join(projectFolder, name), 'utf8');
  return {
    version: JSON.parse(text('package.json')).version,
    locked: JSON.parse(text('package-lock.json')).version,
    changelog: text('CHANGELOG.md'),
  };
}

/** Says what keeps this tag from being released; empty if nothing does. */
export function disagreements(tag, { version, locked, changelog }) {
  const problems = [];
  if (tag !== `v${version}`) problems.push(`package.json says ${version}, so the tag is v${version} and not ${tag}`);
  if (locked !== version) problems.push(`package-lock.json says ${locked}, package.json ${version}`);
  if (!changesOf(changelog, version)) problems.push(`CHANGELOG.md has no section "## ${version}" with anything in it`);
  return problems;
}

/** The section of one version, without its heading; undefined where there is none. */
export function changesOf(changelog, version) {
  const section = changelog.split(/^## /m).find((each) => each.split(/[\s]/, 1)[0] === version);
  return section?.slice(section.indexOf('\n')).trim() || undefined;
}

/** The file and, as sha256sum writes and checks it, its hash beside it. */
export function writeCardFile(folder) {
  mkdirSync(folder, { recursive: true });
  const source = join(projectFolder, 'dist', CARD_FILE);
  copyFileSync(source, join(folder, CARD_FILE));
  const hash = createHash('sha256').update(readFileSync(source)).digest('hex');
  writeFileSync(join(folder, `${CARD_FILE}.sha256`), `${hash}  ${CARD_FILE}\n`);
  return hash;
}

/** The npm package as it would be published; gives its file. */
export async function packInto(folder) {
  mkdirSync(folder, { recursive: true });
  const printed = await run('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', folder], {
    cwd: projectFolder,
  });
  return join(folder, JSON.parse(printed)[0].filename);
}

/** All packages of the lock file, what is built in and what builds it, as CycloneDX. */
export async function writeBillOfMaterials(folder) {
  const list = ['sbom', '--package-lock-only', '--sbom-format', 'cyclonedx', '--sbom-type', 'library'];
  writeFileSync(join(folder, BILL_OF_MATERIALS), await run('npm', list, { cwd: projectFolder }));
}
