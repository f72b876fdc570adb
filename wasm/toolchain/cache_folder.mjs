// What is slow to make and the same for every checkout lies in one folder of the user's, each thing under a name that
// holds the hash of what it was made from: CARDCACHE_CACHE, else ~/.cache/cardcache.
import { existsSync, linkSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { hashOf } from './content_hash.mjs';
import { say, Trouble } from './log.mjs';

export function cacheFolder() {
  const folder = process.env.CARDCACHE_CACHE
    ? resolve(process.env.CARDCACHE_CACHE)
    : join(process.env.HOME || userInfo().homedir, '.cache', 'cardcache');
  try {
    mkdirSync(folder, { recursive: true });
  } catch (error) {
    throw new Trouble(
      `cardcache needs a folder for what is slow to make (CARDCACHE_CACHE names one): ${error.message}`,
    );
  }
  return folder;
}

/**
 * The folder `name-<hash of inputs>`, made by `make(temporaryFolder)` if it is not there yet. It appears whole or not at
 * all, and two runs at once make it once. `make` may not write its own path into what it makes: it is renamed.
 */
export async function madeOnce(name, inputs, make) {
  const folder = join(cacheFolder(), `${name}-${hashOf(inputs)}`);
  if (existsSync(folder)) return folder;
  const unlock = await lock(`${folder}.lock`);
  const temporary = `${folder}.${process.pid}.tmp`;
  try {
    if (!existsSync(folder)) {
      removeLeftovers(folder);
      await make(temporary);
      moveInto(temporary, folder);
    }
    return folder;
  } finally {
    rmSync(temporary, { recursive: true, force: true });
    unlock();
  }
}

/** What runs that were killed had half made. */
function removeLeftovers(folder) {
  const prefix = `${basename(folder)}.`;
  for (const name of readdirSync(dirname(folder))) {
    const pid = name.startsWith(prefix) && /^(\d+)\.tmp$/.exec(name.slice(prefix.length))?.[1];
    if (pid && (Number(pid) === process.pid || startOf(Number(pid)) === undefined)) {
      rmSync(join(dirname(folder), name), { recursive: true, force: true });
    }
  }
}

function moveInto(temporary, folder) {
  try {
    renameSync(temporary, folder);
  } catch (error) {
    // Two runs that both found the lock of a dead third one: the first to arrive is as good.
    if (!existsSync(folder)) throw error;
  }
}

async function lock(file) {
  const mine = JSON.stringify({ pid: process.pid, started: startOf(process.pid) });
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, mine);
  try {
    for (let announced = false; ;) {
      try {
        // A link is the one way to create a file together with its content, so that nobody ever reads half a lock.
        linkSync(draft, file);
        return () => rmSync(file, { force: true });
      } catch (error) {
        if (error.code !== 'EEXIST') throw error;
      }
      const holder = readHolder(file);
      if (holder && startOf(holder.pid) !== holder.started) {
        rmSync(file, { force: true });
        continue;
      }
      if (holder && !announced) say(`  waiting for process ${holder.pid}, which makes the same`);
      announced ||= holder !== undefined;
      await sleep(250);
    }
  } finally {
    rmSync(draft, { force: true });
  }
}

function readHolder(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

/** When a process began (a pid alone is given out again), as far as the system tells; undefined if it does not run. */
function startOf(pid) {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (error.code === 'ESRCH') return undefined;
  }
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ')[19];
  } catch {
    return 'running';
  }
}
