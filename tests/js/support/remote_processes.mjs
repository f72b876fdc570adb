// Processes of a test, each with a cache of its own over one store.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

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
  /** Asks again until the answer is as wanted: what another process told takes its way. */
  const until = async (wanted, act, args, within = 5_000) => {
    for (const end = Date.now() + within; ;) {
      const answer = await call(act, args);
      if (JSON.stringify(answer) === JSON.stringify(wanted)) return;
      if (Date.now() > end) throw new Error(`${act} stayed ${JSON.stringify(answer)}`);
    }
  };
  return { call, until, kill: () => child.kill('SIGKILL') };
}
