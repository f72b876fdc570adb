// A colour of the statistics card's configuration is a colour, whatever else would fit into a style.
import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';
import { build } from 'esbuild';

const { outputFiles } = await build({
  entryPoints: [fileURLToPath(new URL('../../cards/statistics/config.ts', import.meta.url))],
  bundle: true,
  format: 'esm',
  write: false,
  define: { navigator: '{"language":"en"}' },
});
const { readConfig } = await import(`data:text/javascript,${encodeURIComponent(outputFiles[0].text)}`);
const read = (color) => readConfig({ entities: [{ entity: 'sensor.a', color }] }).entities[0].color;

test('colours as people write them are taken', () => {
  for (const color of [
    'red',
    'RebeccaPurple',
    '#fff',
    '#2f9e8f80',
    'rgb(1, 2, 3)',
    'rgba(1 2 3 / 50%)',
    'hsl(120deg 50% 50%)',
    'oklch(60% 0.1 200)',
    'color-mix(in srgb, red 20%, #00f)',
    undefined,
  ]) {
    assert.equal(read(color), color);
  }
});

test('what holds more than a colour is refused', () => {
  for (const color of [
    'red;position:fixed;inset:0',
    'red; background-image: url(http://127.0.0.1/x)',
    'url(http://127.0.0.1/x)',
    'var(--x, url(http://127.0.0.1/x))',
    'image-set("x" 1x)',
    'red}*{color:red',
    'red/**/',
    'red"',
    "red'",
    'red\\3b position',
    'rgb(1,2,3);left:0',
    'rgb(1,2,3)\n;left:0',
    '#12',
    '<b>',
    5,
    {},
  ]) {
    assert.throws(() => read(color), /"color"/, JSON.stringify(color));
  }
});
