// What compressing alone takes, into an area that costs nothing; runs in the page.
import { openCache } from 'cardcache';
import { answers } from '../answers.mjs';
import { inTurns, measure } from './measure.mjs';
import { MapArea } from './map_area.mjs';
import { script } from './scripts.mjs';

const ROUNDS = 30;
const KEYS = 8;

/** Milliseconds a write, and units stored, by answer and contestant. */
export async function measureCodec() {
  const lz = await script('/node_modules/lz-string/libs/lz-string.min.js', 'LZString');
  const result = {};
  for (const [name, answer] of Object.entries(answers)) {
    const ours = new MapArea();
    const theirs = new MapArea();
    const cache = openCache({ namespace: 'codec_', storage: { area: ours } });
    const contestants = [
      { name: 'cardcache', area: ours, prefix: 'codec_', write: (key, value) => cache.set(key, value) },
      {
        name: 'lz-string',
        area: theirs,
        prefix: '',
        write: (key, value) => theirs.setItem(key, lz.compressToUTF16(JSON.stringify(value))),
      },
    ];
    const units = {};
    const times = await inTurns(contestants, ROUNDS, ({ name, write, area, prefix }, round) => {
      const values = Array.from({ length: KEYS }, (_, number) => ({ answer, number: number + round * KEYS }));
      const took = measure(() => values.forEach((value, number) => write(`answer:${number}`, value)));
      units[name] = area.getItem(`${prefix}answer:0`).length;
      return took / KEYS;
    });
    await cache.close();
    result[name] = { times, units };
  }
  return result;
}
