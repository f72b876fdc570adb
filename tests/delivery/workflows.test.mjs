// What runs on GitHub: sound, with no more rights than it needs, and of other people's work only what was looked at.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { projectFolder } from '../../wasm/toolchain/project.mjs';
import { complaintsOf } from './support/workflow_complaints.mjs';

const folder = join(projectFolder, '.github', 'workflows');
const workflows = Object.fromEntries(
  readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'utf8')]),
);

for (const [name, text] of Object.entries(workflows)) {
  test(`${name} is sound`, () => {
    assert.deepEqual(complaintsOf(text), []);
  });

  test(`${name} uses actions by the commit, with the version for people beside it`, () => {
    const used = [...text.matchAll(/uses: (.*)$/gm)].map(([, action]) => action);
    assert.ok(used.length > 0);
    for (const action of used) assert.match(action, /^\.\/|^[\w-]+\/[\w./-]+@[0-9a-f]{40} # v?\d+\.\d+\.\d+$/);
  });

  test(`${name} has no rights but those that a job asks for, and hands no text of others to a shell`, () => {
    assert.match(text, /^permissions: \{\}$/m);
    assert.doesNotMatch(text, /pull_request_target|write-all/);
    for (const [step] of text.matchAll(/run: [\s\S]*?(?=\n {6}- |\n {2}\w|$)/g)) assert.doesNotMatch(step, /\$\{\{/);
    for (const [checkout] of text.matchAll(/actions\/checkout@[\s\S]*?(?=\n {6}- |$)/g)) {
      assert.match(checkout, /persist-credentials: false/);
    }
  });
}

test('no workflow takes code by a branch or a tag that can be moved', () => {
  for (const [name, text] of Object.entries(workflows)) {
    assert.doesNotMatch(text, /git clone|--branch|curl |wget /, name);
    for (const [, what] of text.matchAll(/git fetch .*\.git (\S+)/g)) {
      const commit = what === '"$EMSDK_COMMIT"' ? /EMSDK_COMMIT: (\S+)/.exec(text)?.[1] : what;
      assert.match(String(commit), /^[0-9a-f]{40}$/, name);
    }
  }
  assert.match(workflows['release.yml'], /git fetch .*emsdk\.git "\$EMSDK_COMMIT"/);
});

test('the scorecard is taken every week and after each push to main, and published', () => {
  const text = workflows['scorecard.yml'];
  assert.match(text, /^ {2}push:\n {4}branches: \[main\]$/m);
  assert.match(text, /^ {2}schedule:$/m);
  assert.match(text, /uses: ossf\/scorecard-action@[\s\S]*publish_results: true/);
  assert.match(text, /uses: github\/codeql-action\/upload-sarif@/);
  // What it publishes is refused where other rights are given, or other steps run beside it.
  const rights = [...text.matchAll(/^ {6}([\w-]+): (read|write)\b/gm)].map(([, right, how]) => `${right}: ${how}`);
  assert.deepEqual(rights, ['actions: read', 'contents: read', 'security-events: write', 'id-token: write']);
  assert.doesNotMatch(text, /run: /);
});

test('pushes and pull requests run npm test, every night a real Home Assistant, and nothing untested is released', () => {
  assert.match(workflows['ci.yml'], /^ {2}push:[\s\S]*^ {2}pull_request:[\s\S]*^ {2}schedule:/m);
  assert.match(workflows['ci.yml'], /- run: npm test$/m);
  assert.match(workflows['ci.yml'], /- run: npm run test:ha$/m);
  assert.match(workflows['release.yml'], /uses: \.\/\.github\/workflows\/ci\.yml/);
  assert.match(workflows['release.yml'], /^ {2}release:\n {4}needs: test$/m);
  assert.match(workflows['release.yml'], /npm publish .* --provenance/);
  assert.match(workflows['release.yml'], /attest-build-provenance@[\s\S]*build\/release\/cardcache\.js/);
  assert.match(
    workflows['release.yml'],
    /attest-build-provenance@[\s\S]*build\/release\/sbom\.cdx\.json[\s\S]*gh release create/,
  );
});
