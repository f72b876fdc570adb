// What becomes of a tag: the file that HACS installs, its hash, and who decides that all of it is of one version.
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import * as esbuild from 'esbuild';
import { run } from '../../wasm/toolchain/exec.mjs';
import { projectFolder } from '../../wasm/toolchain/project.mjs';
import {
  BILL_OF_MATERIALS,
  CARD_FILE,
  changesOf,
  disagreements,
  readSources,
  writeBillOfMaterials,
  writeCardFile,
} from '../../wasm/toolchain/release.mjs';
import { complaintsOf } from './support/workflow_complaints.mjs';

const text = (name) => readFileSync(join(projectFolder, name), 'utf8');
const workflow = text('.github/workflows/release.yml');

const CHANGELOG =
  '# Changelog\n\n## Unreleased\n\n## 1.2.3 (2026-11-22)\n\n### Added\n- A card.\n\n## 1.2.2\n\n- Older.\n';
const AGREED = { version: '1.2.3', locked: '1.2.3', changelog: CHANGELOG };

test('package.json and its lock file name the same version', () => {
  const { version, locked } = readSources();
  assert.match(version, /^\d+\.\d+\.\d+$/);
  assert.equal(locked, version);
});

test('a tag is released only if package, lock file and changelog agree with it', () => {
  assert.deepEqual(disagreements('v1.2.3', AGREED), []);
  const refused = {
    'another tag': ['v1.2.4', AGREED],
    'a tag without v': ['1.2.3', AGREED],
    'no tag': [undefined, AGREED],
    'another lock file': ['v1.2.3', { ...AGREED, locked: '1.2.2' }],
    'no changes told': ['v1.2.3', { ...AGREED, changelog: CHANGELOG.replace('1.2.3', '1.2.30') }],
    'empty changes': ['v1.2.3', { ...AGREED, changelog: '## 1.2.3\n\n## 1.2.2\n- Older.\n' }],
  };
  for (const [name, given] of Object.entries(refused)) assert.equal(disagreements(...given).length, 1, name);
});

test('the notes of a release are its section of the changelog', () => {
  assert.equal(changesOf(CHANGELOG, '1.2.3'), '### Added\n- A card.');
  assert.equal(changesOf(CHANGELOG, '1.2.2'), '- Older.');
  assert.equal(changesOf(CHANGELOG, '1.2'), undefined);
});

test('the hash beside the card file is what sha256sum checks, and notices a changed byte', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'cardcache-release-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const hash = writeCardFile(folder);
  assert.match(hash, /^[0-9a-f]{64}$/);
  assert.deepEqual(readdirSync(folder).sort(), [CARD_FILE, `${CARD_FILE}.sha256`]);
  const check = () => run('sha256sum', ['--check', '--strict', `${CARD_FILE}.sha256`], { cwd: folder });
  assert.match(await check(), /cardcache\.js: OK/);
  writeFileSync(join(folder, CARD_FILE), `${readFileSync(join(folder, CARD_FILE), 'utf8')} `);
  await assert.rejects(check);
});

test('the card file says its version and needs no other file', async () => {
  const file = text(`dist/${CARD_FILE}`);
  const [first] = file.split('\n', 1);
  assert.equal(first, `/*! cardcache ${readSources().version} */`);
  assert.doesNotMatch(file, /sourceMappingURL/);
  const options = { bundle: true, external: ['*'], format: 'esm', metafile: true, write: false, logLevel: 'silent' };
  const { metafile } = await esbuild.build({ ...options, entryPoints: [join(projectFolder, 'dist', CARD_FILE)] });
  const [{ imports }] = Object.values(metafile.inputs);
  assert.deepEqual(imports, []);
});

test('HACS finds the file by the name that the manifest says, on the release alone', () => {
  const manifest = JSON.parse(text('hacs.json'));
  // HACS refuses a manifest with a field that it does not know.
  const known = ['content_in_root', 'country', 'filename', 'hacs', 'hide_default_branch', 'homeassistant', 'name'];
  for (const field of Object.keys(manifest)) assert.ok(known.includes(field), field);
  assert.equal(manifest.filename, CARD_FILE);
  // dist/ is not in git: there is nothing to install from a branch.
  assert.equal(manifest.hide_default_branch, true);
  assert.match(text('.gitignore'), /^\/dist\/$/m);
});

test('what it was built with is listed as CycloneDX, with what is built in', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'cardcache-release-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  await writeBillOfMaterials(folder);
  const bill = JSON.parse(readFileSync(join(folder, BILL_OF_MATERIALS), 'utf8'));
  assert.equal(bill.bomFormat, 'CycloneDX');
  assert.equal(bill.metadata.component.version, readSources().version);
  for (const name of ['lit', 'uplot', 'esbuild']) {
    assert.ok(bill.components.find((one) => one.name === name)?.hashes?.length > 0, name);
  }
});

test('the workflow is sound, makes the release as anybody can, and attaches the card file, its hash and what it was built with', () => {
  assert.deepEqual(complaintsOf(workflow), []);
  for (const broken of [workflow.replace('needs: release', 'needs: nobody'), workflow.replace('runs-on', 'runson')]) {
    assert.notDeepEqual(complaintsOf(broken), [], 'what validates it looks at it');
  }
  assert.match(workflow, /^ +npm run release -- "\$GITHUB_REF_NAME"$/m);
  const [attached] = /gh release create[\s\S]*?(?=\n {6}- )/.exec(workflow);
  const files = attached.match(/build\/release\/\S+/g);
  assert.deepEqual(files, [
    'build/release/notes.md',
    `build/release/${CARD_FILE}`,
    `build/release/${CARD_FILE}.sha256`,
    `build/release/${BILL_OF_MATERIALS}`,
  ]);
});
