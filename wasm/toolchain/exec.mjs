// Child processes: quiet ones whose output only matters when they fail, and live ones whose output is shown and counted.
import { spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join, sep } from 'node:path';
import { pass, say, Trouble } from './log.mjs';

const LONGEST_COMMAND = 400;
const HEAD_LINES = 40;
const TAIL_LINES = 80;
const GRACE = 10_000;

/** Where a command is found on PATH, or undefined. */
export function which(command, path = process.env.PATH ?? '') {
  for (const folder of path.split(delimiter)) {
    const file = join(folder, command);
    try {
      accessSync(file, constants.X_OK);
      return file;
    } catch {
      // Not in this folder.
    }
  }
  return undefined;
}

/**
 * Runs to the end and returns what was printed to stdout; throws with the first and last lines of both streams, without
 * those that are mere `noise`, or with all of them if `whole`. `note` is told each line as it comes.
 */
export function run(command, args, { cwd, env, note, noise, whole } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stdout = '';
    let all = '';
    const keep = (text) => {
      all += text;
      note?.(text.trimEnd().split('\n').at(-1));
    };
    child.stdout.setEncoding('utf8').on('data', (text) => {
      stdout += text;
      keep(text);
    });
    child.stderr.setEncoding('utf8').on('data', keep);
    child.on('error', (error) => reject(notStarted(command, error)));
    child.on('close', (code, signal) => {
      if (code === 0) return resolve(stdout);
      reject(
        new Trouble(
          `${[command, ...args].join(' ').slice(0, LONGEST_COMMAND)}\nended with ${signal ?? `code ${code}`}:\n${whole ? all : shortened(all, noise)}`,
        ),
      );
    });
  });
}

function notStarted(command, error) {
  const unknown = error.code === 'ENOENT' && !command.includes(sep) && !which(command);
  return new Trouble(unknown ? `${command} is not on PATH: install it` : `${command}: ${error.message}`);
}

function shortened(text, noise) {
  const lines = text
    .trimEnd()
    .split('\n')
    .filter((line) => !noise?.test(line));
  if (lines.length <= HEAD_LINES + TAIL_LINES) return lines.join('\n');
  return [...lines.slice(0, HEAD_LINES), '[…]', ...lines.slice(-TAIL_LINES)].join('\n');
}

/**
 * Runs with its output shown as it comes (not if `quiet`), for at most `timeout` ms; returns the output and whether it ended well.
 * It leads a process group of its own: a runner that hangs is ended together with the servers it started.
 */
export function runLive(command, args, { cwd, env, timeout, quiet = false }) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    let text = '';
    const keep = (chunk) => {
      text += chunk;
      if (!quiet) pass(chunk);
    };
    child.stdout.setEncoding('utf8').on('data', keep);
    child.stderr.setEncoding('utf8').on('data', keep);

    const killGroup = (signal) => {
      try {
        process.kill(-child.pid, signal);
      } catch {
        // The group is gone already.
      }
    };
    let timedOut = false;
    let lastResort;
    const limit = setTimeout(() => {
      timedOut = true;
      say(`${command}: stopped after ${timeout / 1000} s`);
      killGroup('SIGTERM');
      lastResort = setTimeout(() => killGroup('SIGKILL'), GRACE);
    }, timeout);
    const forward = (signal) => {
      killGroup(signal);
      process.exitCode = 130;
    };
    process.on('SIGINT', forward);
    process.on('SIGTERM', forward);
    const end = () => {
      clearTimeout(limit);
      clearTimeout(lastResort);
      process.off('SIGINT', forward);
      process.off('SIGTERM', forward);
    };
    child.on('error', (error) => {
      end();
      reject(notStarted(command, error));
    });
    child.on('close', (code) => {
      end();
      resolve({ ok: code === 0 && !timedOut, text });
    });
  });
}
