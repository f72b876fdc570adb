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

test('pushes and pull requests run npm test, every night a real Home Assistant, and nothing untested is released', () => {
  assert.match(workflows['ci.yml'], /^ {2}push:[\s\S]*^ {2}pull_request:[\s\S]*^ {2}schedule:/m);
  assert.match(workflows['ci.yml'], /- run: npm test$/m);
  assert.match(workflows['ci.yml'], /- run: npm run test:ha$/m);
  assert.match(workflows['release.yml'], /uses: \.\/\.github\/workflows\/ci\.yml/);
  assert.match(workflows['release.yml'], /^ {2}release:\n {4}needs: test$/m);
  assert.match(workflows['release.yml'], /npm publish .* --provenance/);
  assert.match(workflows['release.yml'], /attest-build-provenance@[\s\S]*build\/release\/cardcache\.js/);
});
