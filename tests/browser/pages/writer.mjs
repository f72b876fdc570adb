// Steps of writing that are told from their number alone: a page takes them until it is killed, and the test knows without having
// heard from it what the records may hold.
const USERS = 8;
const ENDPOINTS = ['plan', 'tasks', 'goals', 'team'];

export const keys = ENDPOINTS.flatMap((endpoint) =>
  Array.from({ length: USERS }, (_, user) => `${endpoint}:user${user}`),
);

/** What the step does: `{ set: key }`, `{ delete: key }`, `{ invalidate: selector }`; the last two each once in 16 steps. */
export function stepAt(number) {
  const mixed = Math.imul(number ^ (number >>> 7), 0x9e3779b1) >>> 0;
  const key = keys[mixed % keys.length];
  const kind = (mixed >>> 16) % 16;
  if (kind === 0) return { delete: key };
  if (kind === 1) return { invalidate: (mixed >>> 24) % 2 ? key.split(':')[0] : `:${key.split(':')[1]}` };
  return { set: key };
}

/** Whether the step makes what was set before it for this key void. */
export function voids(step, key) {
  const [endpoint, user] = key.split(':');
  return step.delete === key || step.invalidate === endpoint || step.invalidate === `:${user}`;
}

/**
 * Put into a page before anything runs there, as text: `writer.run(first, tell)` takes one step after the other, for ever, and
 * says so on the console when it has taken `tell` of them. Needs `steps` and `cache`.
 */
export const bringWriter = `() => {
  const ENDPOINTS = ${JSON.stringify(ENDPOINTS)};
  const keys = ${JSON.stringify(keys)};
  ${stepAt}
  // All keys together stay below the budget: nothing is evicted.
  steps.largest = 400;
  globalThis.writer = {
    run(first, tell) {
      const { port1, port2 } = new MessageChannel();
      let number = first;
      port1.onmessage = () => {
        for (const end = number + 5; number < end; number += 1) {
          const step = stepAt(number);
          if (step.set) cache.set(step.set, steps.valueOf(step.set, number));
          else if (step.delete) cache.delete(step.delete);
          else cache.invalidate(step.invalidate);
          if (number - first === tell) console.log('writing');
        }
        port2.postMessage(null);
      };
      port2.postMessage(null);
    },
  };
}`;
