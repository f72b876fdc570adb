import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { shippedSizes } from '../../js/build/sizes.mjs';

const read = (path) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const { files } = JSON.parse(read('js/build/sizes.json'));

test('no built file outgrows what was agreed on by more than three percent', () => {
  // Compilers differ slightly. A change that adds more says why and runs `node js/build/sizes.mjs --agree`.
  const most = Object.entries(files).map(([name, size]) => [name, size * 1.03]);
  const sizes = shippedSizes();
  assert.deepEqual(
    most.filter(([name, size]) => !(sizes[name] <= size)).map(([name, size]) => `${name}: ${sizes[name]} over ${size}`),
    [],
  );
  assert.deepEqual(Object.keys(sizes).sort(), Object.keys(files).sort());
});

test('the README says what was agreed on', () => {
  const kilobytes = (name) => (files[name] / 1000).toFixed(1);
  const rows = read('README.md').match(/^\| `(index|hass|node|cardcache)[.\w]*js`( \+ `cardcache.wasm`)? \|.*$/gm);
  assert.equal(rows.length, 5);
  for (const row of rows) {
    const names = [...row.matchAll(/`([\w.]+\.(?:js|wasm))`/g)].map(([, name]) => name).filter((name) => files[name]);
    const gzip = names
      .slice(0, row.startsWith('| `hass.js`') ? 1 : names.length)
      .map(kilobytes)
      .join(' + ');
    assert.ok(row.includes(`| ${gzip} kB |`), `${row}: ${gzip} kB`);
  }
});
