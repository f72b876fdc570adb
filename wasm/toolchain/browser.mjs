// The browser of the tests: a Chromium that is there, else Debian's.
import { install } from './apt.mjs';
import { once } from './content_hash.mjs';
import { which } from './exec.mjs';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];

export const chromium = once(async () => {
  const find = () => NAMES.map((name) => which(name)).find((path) => path);
  if (!find()) await install(['chromium'], 'a browser for its tests');
  return find();
});
