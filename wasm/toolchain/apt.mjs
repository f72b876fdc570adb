// Debian packages: only what is missing, asked for by what we need of it and not by who provides it.
import { run, which } from './exec.mjs';
import { once } from './content_hash.mjs';
import { step, Trouble } from './log.mjs';

const update = once(() => step('reading the package lists', () => apt('update')));
let queue = Promise.resolve();

function apt(...args) {
  return run('apt-get', ['-qq', '-o', 'DPkg::Lock::Timeout=300', ...args], {
    env: { DEBIAN_FRONTEND: 'noninteractive' },
  });
}

export function mayInstall() {
  return process.getuid?.() === 0 && which('apt-get') !== undefined;
}

/** Installs packages; where that is not ours to do it says what a person has to. */
export function install(packages, what) {
  const list = packages.join(' ');
  if (!mayInstall()) {
    throw new Trouble(`cardcache needs ${what}: install ${list} (here that takes root and apt, or do it by hand)`);
  }
  // One at a time: set-up steps run side by side, and dpkg has one lock.
  const turn = queue.then(async () => {
    await update();
    await step(`installing ${list}`, () => apt('install', '--yes', '--no-install-recommends', ...packages));
  });
  queue = turn.catch(() => undefined);
  return turn;
}

/** `{ command: package }`: installs the packages of the commands that are not on PATH. */
export async function ensureCommands(commands, what) {
  const missing = Object.entries(commands).filter(([command]) => !which(command));
  if (missing.length === 0) return;
  await install(
    missing.map(([, name]) => name),
    what,
  );
}

/** The archive this machine installs Debian's main packages from, as its own configuration names it. */
export async function debianMirror() {
  const ask = () =>
    run('apt-get', ['indextargets', '--format', '$(LABEL)|$(COMPONENT)|$(REPO_URI)', 'Created-By: Packages']);
  const pick = (text) =>
    text
      .split('\n')
      .find((line) => line.startsWith('Debian|main|'))
      ?.split('|')[2];
  if (!which('apt-get')) return undefined;
  let mirror = pick(await ask());
  if (!mirror && mayInstall()) {
    await update();
    mirror = pick(await ask());
  }
  return mirror;
}
