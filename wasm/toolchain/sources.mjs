// The sources of the C++ libraries for CMake's FetchContent, from Debian's archive where there is one: its .orig.tar.gz
// are the upstream release archives, byte for byte. Where it does not give them CMake downloads the same archives itself.
// CMakeLists.txt names every library with the hash that counts, and this file reads them there.
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { debianMirror } from './apt.mjs';
import { madeOnce } from './cache_folder.mjs';
import { once } from './content_hash.mjs';
import { run, which } from './exec.mjs';
import { say, step } from './log.mjs';

const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg';
// The first two suites that hold these versions.
const SUITES = ['trixie', 'forky'];
const DEBIAN_NAMES = { catch2: 'catch2', lz4: 'lz4', nlohmann_json: 'nlohmann-json3' };

/** The arguments that tell CMake where the sources are; none for a library that it has to fetch itself. */
export const sourceArguments = once(async () => {
  const pins = readPins();
  let folder;
  try {
    folder = await madeOnce('sources', pins, (temporary) => fetchAll(pins, temporary));
  } catch (error) {
    say(`  no sources from Debian's archive, CMake will download them: ${error.message.split('\n')[0]}`);
    return [];
  }
  return Object.keys(pins).map((name) => `-DFETCHCONTENT_SOURCE_DIR_${name.toUpperCase()}=${join(folder, name)}`);
});

function readPins() {
  const cmake = readFileSync(new URL('../../CMakeLists.txt', import.meta.url), 'utf8');
  const declarations = cmake.matchAll(/FetchContent_Declare\(\s*(\w+)[^)]*SHA256=([0-9a-f]{64})/g);
  return Object.fromEntries([...declarations].map(([, name, sha256]) => [name, sha256]));
}

async function fetchAll(pins, folder) {
  const mirror = which('apt-get') && (await debianMirror());
  if (!mirror) throw new Error('this system has none');
  await step(`fetching the sources of ${Object.keys(pins).join(', ')}`, async () => {
    const scratch = mkdtempSync(join(tmpdir(), 'cardcache-sources-'));
    try {
      let missing = Object.entries(pins);
      for (const suite of SUITES) {
        if (missing.length === 0) break;
        const names = missing.map(([name]) => DEBIAN_NAMES[name]);
        const archives = await download(mirror, suite, names, join(scratch, suite));
        for (const [name, sha256] of missing) {
          if (archives.has(sha256)) await unpack(archives.get(sha256), join(folder, name));
        }
        missing = missing.filter(([, sha256]) => !archives.has(sha256));
      }
      if (missing.length > 0)
        throw new Error(`not there in the pinned version: ${missing.map(([name]) => name).join(', ')}`);
    } finally {
      rmSync(scratch, { recursive: true, force: true });
    }
  });
}

/** Downloads source packages with an apt state of its own, which the system's is not touched by; archives by their hash. */
async function download(mirror, suite, names, folder) {
  const state = join(folder, 'state');
  const cache = join(folder, 'cache');
  mkdirSync(join(state, 'lists', 'partial'), { recursive: true });
  mkdirSync(join(cache, 'archives', 'partial'), { recursive: true });
  const list = join(folder, 'sources.list');
  writeFileSync(list, `deb-src [signed-by=${KEYRING}] ${mirror} ${suite} main\n`);
  const options = [
    `Dir::Etc::sourcelist=${list}`,
    'Dir::Etc::sourceparts=/dev/null',
    `Dir::State=${state}`,
    `Dir::Cache=${cache}`,
    'Acquire::Check-Valid-Until=false',
    // The unprivileged user of apt's sandbox cannot enter this folder.
    'APT::Sandbox::User=',
  ].flatMap((option) => ['-o', option]);
  await run('apt-get', [...options, 'update']);
  // A package's other files may fail to come; only the archive counts, and its hash tells.
  await run('apt-get', [...options, 'source', '--download-only', ...names], { cwd: folder }).catch(() => undefined);
  const files = readdirSync(folder).filter((file) => file.endsWith('.orig.tar.gz'));
  return new Map(
    files.map((file) => [
      createHash('sha256')
        .update(readFileSync(join(folder, file)))
        .digest('hex'),
      join(folder, file),
    ]),
  );
}

async function unpack(archive, folder) {
  mkdirSync(folder, { recursive: true });
  await run('tar', ['--extract', '--gzip', '--strip-components=1', '--file', archive, '--directory', folder]);
}
