// A tree of Debian forky in the cache folder, for the tools that Debian 12 has only in too old a version: Emscripten 6,
// clang with libFuzzer and Python 3.14. Its commands run on the host's files with the tree's /usr in place of the host's, in a mount
// namespace of their own.
import { debianMirror, ensureCommands, install, mayInstall } from './apt.mjs';
import { madeOnce } from './cache_folder.mjs';
import { once } from './content_hash.mjs';
import { run, which } from './exec.mjs';
import { step, Trouble } from './log.mjs';

const SUITE = 'forky';
const PACKAGES = [
  'emscripten',
  'nodejs', // Emscripten's own scripts run on it.
  'cmake',
  'ninja-build',
  'clang', // The one that Emscripten brings along, under its plain name; libclang-rt has libFuzzer and coverage.
  'llvm',
  'libclang-rt-dev',
  'g++', // Home Assistant's small wheels are compiled.
  'python3-venv',
  'python3-dev',
  'ca-certificates',
];
// Nobody reads manuals in there; without them the tree is a tenth smaller.
const UNREAD = ['/usr/share/doc/*', '/usr/share/man/*', '/usr/share/info/*', '/usr/share/locale/*'];

/** The folder of the tree, made on the first call (under a minute, 1.2 GB). */
export const forkyRoot = once(() => madeOnce('forky', { SUITE, PACKAGES, UNREAD }, make));

async function make(folder) {
  if (!mayInstall()) {
    throw new Trouble(
      'cardcache needs emcc 4 or newer on PATH (as emsdk installs it), or root on a Debian to set one up',
    );
  }
  // The keyring comes along because an image's old one may not know forky's keys.
  if (!which('mmdebstrap')) await install(['mmdebstrap', 'debian-archive-keyring'], 'a tool that makes a Debian tree');
  await ensureCommands({ unshare: 'util-linux', mount: 'mount' }, 'mount namespaces');
  const mirror = await debianMirror();
  if (!mirror) {
    throw new Trouble('cardcache needs emcc 4 or newer on PATH: this system names no Debian archive to take one from');
  }
  await step('making a Debian forky tree with Emscripten, clang and Python', (note) =>
    run(
      'mmdebstrap',
      [
        '--mode=root',
        '--format=directory',
        '--variant=minbase',
        '--aptopt=Acquire::Check-Valid-Until "false"',
        '--aptopt=Apt::Install-Recommends "false"',
        ...UNREAD.map((path) => `--dpkgopt=path-exclude=${path}`),
        `--include=${PACKAGES.join(',')}`,
        SUITE,
        folder,
        mirror,
      ],
      { note },
    ),
  );
}

/**
 * How to spawn a command inside the tree: `{ command, args }`. The process keeps its pid and gets the signals sent to it.
 * `path` stands before /usr/bin; further environment is set by `env`. Needs root.
 */
export function inForky(root, command, args = [], { path = [], env = {} } = {}) {
  // The compilers by name: `c++` leads through the host's /etc/alternatives, which may know none.
  const variables = Object.entries({ CC: 'gcc', CXX: 'g++', ...env, PATH: [...path, '/usr/bin', '/bin'].join(':') });
  const assignments = variables.map(([name, value]) => `${name}=${value}`);
  const script = 'mount --bind "$0/usr" /usr && exec "$@"';
  return { command: 'unshare', args: ['--mount', 'sh', '-c', script, root, 'env', ...assignments, command, ...args] };
}
