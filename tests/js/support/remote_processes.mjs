// Processes of a test, each with a cache of its own over one store.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** A count and no time, because a busy machine slows both processes alike. */
const MOST_ASKED = 200_000;

const PROGRAM = fileURLToPath(new URL('remote_process.mjs', import.meta.url));

/** `call(act, args)` has it do something and gives its answer; it ends with the test `t`. */
export async function startProcess(t, url, { pubsub = true, ...options } = {}) {
  const child = fork(PROGRAM, [JSON.stringify({ url, options, pubsub })]);
  t.after(() => child.kill('SIGKILL'));
  const waiting = new Map();
  let last = 0;
  await once(child, 'message');
  child.on('message', ({ id, answer, error }) => {
    const { resolve, reject } = waiting.get(id);
    waiting.delete(id);
    if (error === undefined) resolve(answer);
    else reject(new Error(error));
  });
  const call = (act, args = {}) =>
    new Promise((resolve, reject) => {
      waiting.set(++last, { resolve, reject });
      child.send({ id: last, act, args });
    });
  /** Asks again until the answer is as wanted: a message of another process may still be on its way. */
  const until = async (wanted, act, args) => {
    let answer;
    for (let asked = 0; asked < MOST_ASKED; asked++) {
      answer = await call(act, args);
      if (JSON.stringify(answer) === JSON.stringify(wanted)) return;
    }
    throw new Error(`${act} stayed ${JSON.stringify(answer)}`);
  };
  return { call, until, kill: () => child.kill('SIGKILL') };
}
