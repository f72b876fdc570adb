// What package-lock.json pins, installed anew only when it changed.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { hashOf, once, stampIs, writeStamp } from './content_hash.mjs';
import { run, which } from './exec.mjs';
import { NoSetUp, step } from './log.mjs';
import { projectFolder } from './project.mjs';

const OPTIONS = ['--ignore-scripts', '--no-audit', '--no-fund'];
// Two more tries within seconds: npm's own default is silent for more than a minute where there is no network.
const PATIENCE = ['--fetch-retries=2', '--fetch-retry-mintimeout=1000', '--fetch-retry-maxtimeout=4000'];

export const npmPackages = once(async () => {
  const stamp = lockStamp(projectFolder);
  // Inside node_modules, so that who removes that folder removes the stamp with it.
  const file = join(projectFolder, 'node_modules', '.cardcache-stamp');
  if (existsSync(file) && stampIs(file, stamp)) return;
  if (!which('npm')) throw new NoSetUp('npm is not on PATH: install it (it comes with node; on Debian: npm)');
  // No package's install script is needed (the one that has a binary ships it inside the package), so none is run.
  await step('installing npm packages', () =>
    run('npm', ['ci', ...OPTIONS, ...PATIENCE], { cwd: projectFolder }).catch(({ message }) => {
      throw new NoSetUp(whatToDo(message));
    }),
  );
  writeStamp(file, stamp);
});

/** What is pinned, wherever the project lies: a clone that is moved or copied keeps its packages. */
export function lockStamp(folder) {
  return hashOf(readFileSync(join(folder, 'package-lock.json'), 'utf8'));
}

const UNREACHABLE =
  /\b(ECONNREFUSED|ECONNRESET|ENOTFOUND|EAI_AGAIN|ENETUNREACH|EHOSTUNREACH|ERR_SOCKET_TIMEOUT|\w*TIMEDOUT)\b/;

/** One line where the reason is the network, else all that npm said. */
export function whatToDo(message) {
  const code = UNREACHABLE.exec(message)?.[1];
  if (!code) return message;
  const address = /\bhttps?:\/\/[^/\s]+/.exec(message)?.[0] ?? 'its registry';
  return `npm cannot reach ${address} (${code}): connect to the network, or name a mirror with "npm config set registry <address>"`;
}
