// What a page loads.
import { shippedSizes } from '../../js/build/sizes.mjs';
import { table } from './tables.mjs';

export function size() {
  const sizes = shippedSizes();
  return {
    table: table(
      ['file', 'kB after gzip'],
      Object.entries(sizes).map(([name, bytes]) => [name, (bytes / 1000).toFixed(1)]),
    ),
    figures: { 'index.js, kB': sizes['index.js'] / 1000 },
  };
}
