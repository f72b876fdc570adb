// Time that passes when a test says so.
import { START } from './cache.mjs';

/** Timers and Date of this test are still until `pass` moves them; give the cache `clock: undefined` or Date.now. */
export function stopTime(t, now = START) {
  t.mock.timers.enable({ apis: ['setTimeout', 'setInterval', 'Date'], now });
}

/** Lets everything run that needs no time. */
export function settle() {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Moves time on, in small steps: what a timer starts may set the next one. The first is a millisecond, for what is due now. */
export async function pass(t, milliseconds) {
  await settle();
  for (let gone = 0, step = 1; gone < milliseconds; gone += step, step = Math.min(250, milliseconds - gone)) {
    t.mock.timers.tick(step);
    await settle();
  }
}

/** Waits for what other threads do, such as encryption, whose time no test can move. */
export async function until(isTrue, deadline = 5_000) {
  const end = performance.now() + deadline;
  while (!isTrue()) {
    if (performance.now() > end) throw new Error(`waited ${deadline} ms in vain for ${isTrue}`);
    await settle();
  }
}

/** A promise that the test settles. */
export function deferred() {
  let resolve, reject;
  const promise = new Promise((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}

/** A fetcher that answers when told to. `calls` are the contexts it was given, `answers` what the calls wait for. */
export function controlledFetcher() {
  const calls = [];
  const answers = [];
  const fetcher = (context) => {
    calls.push(context);
    answers.push(deferred());
    return answers.at(-1).promise;
  };
  return { fetcher, calls, answers };
}

/** The timers' next sweep, with all the idle time that it takes; for tests that stopped `setInterval` and `setTimeout`. */
export function passSweep(t) {
  t.mock.timers.tick(60_000);
  for (let slice = 0; slice < 200; slice++) t.mock.timers.tick(20);
}
