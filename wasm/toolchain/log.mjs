// Progress for people and for logs: every long step says when it starts, that it is still alive, and how long it took.

const HEARTBEAT = 10_000;
const LONGEST = 90;

let lastLine = Date.now();

export function say(text) {
  lastLine = Date.now();
  process.stdout.write(`${text}\n`);
}

/** Passes a child's output on and remembers it as a sign of life, so that no heartbeat is mixed into it. */
export function pass(chunk) {
  lastLine = Date.now();
  process.stdout.write(chunk);
}

export function seconds(since) {
  return `${((Date.now() - since) / 1000).toFixed(1)} s`;
}

/**
 * Runs `work` under a title; what it returns or throws goes through. `work` is given a function that takes its latest line
 * of output, which the heartbeat shows.
 */
export async function step(title, work) {
  const started = Date.now();
  let latest = '';
  say(`- ${title} ...`);
  const heart = setInterval(() => {
    if (Date.now() - lastLine >= HEARTBEAT) say(`  still ${title}, ${seconds(started)}${latest && `: ${latest}`}`);
  }, HEARTBEAT / 2);
  try {
    const result = await work((line) => (latest = line.slice(0, LONGEST)));
    say(`  ${title}: ${seconds(started)}`);
    return result;
  } catch (error) {
    say(`  ${title}: failed after ${seconds(started)}`);
    throw error;
  } finally {
    clearInterval(heart);
  }
}

/** A failure whose message is all that a person needs; any other error is a bug of ours and shows its stack. */
export class Trouble extends Error {
  name = 'Trouble';
}

/** A Trouble without whose remedy nothing can be built or tested: the run ends with it. */
export class NoSetUp extends Trouble {}

export function describe(error) {
  return error instanceof Trouble ? error.message : (error instanceof Error && error.stack) || String(error);
}
