// `npm run mutants`: breaks the core in some thousand ways, one at a time, and asks its tests to notice each.
import { basename } from 'node:path';
import { say, seconds, step, Trouble } from '../../../wasm/toolchain/log.mjs';
import { numbersFrom } from '../../../wasm/toolchain/options.mjs';
import { explain, readExplanations } from './explanations.mjs';
import { buildMutatedCore } from './mutated_core.mjs';
import { survivorsOf, trace } from './runs.mjs';

/** Percent of all mutants that may survive, each of them explained. */
const MOST_SURVIVORS = 5;

/** `-- [--sample 100 --seed 1]`: false where too many survive, or one that nobody has explained. */
export async function mutants(args) {
  const { sample, seed } = numbersFrom(args, { sample: 0, seed: 1 });
  const started = Date.now();
  const built = await buildMutatedCore();
  const all = built.mutants.map((mutant) => described(mutant, built.sourceOf));
  const traced = await trace(built.tests, all);
  const chosen = sample > 0 ? drawn(all, sample, seed) : all;
  if (chosen.length === 0) throw new Trouble('mutants: there is none');
  const survivors = await step(`running ${chosen.length} mutants`, () => survivorsOf(built.tests, chosen, traced));
  return report(survivors, chosen, sample > 0 ? `sample ${sample}, seed ${seed}` : 'all', started);
}

function report(survivors, chosen, which, started) {
  const { unexplained, equivalent, idle } = explain(survivors, readExplanations());
  // As mutation scores are reckoned: what cannot be told from the core counts neither way.
  const share = (100 * (survivors.length - equivalent)) / (chosen.length - equivalent);
  for (const mutant of unexplained) say(`${mutant.file}:${mutant.number}: ${mutant.change}\n    ${mutant.line}`);
  if (which === 'all')
    for (const { file, line, change } of idle) say(`explained, but noticed or gone: ${file}: ${change}: ${line}`);
  say(
    `${chosen.length} mutants (${which}): ${survivors.length} survive, ${equivalent} of them equivalent to the core, ${unexplained.length} unexplained; ${share.toFixed(2)} % of the others survive, at most ${MOST_SURVIVORS} % may; ${seconds(started)}`,
  );
  return share <= MOST_SURVIVORS && unexplained.length === 0 && (which !== 'all' || idle.length === 0);
}

/** A mutant with the line it stands in, by which explanations find it: numbers of lines move. */
function described({ id, file, at, change }, sourceOf) {
  const source = sourceOf(file);
  const number = source.slice(0, at).split('\n').length;
  const line = Buffer.from(source.split('\n')[number - 1].trim(), 'latin1').toString('utf8');
  return { id, file: basename(file), number, line, change };
}

/** `count` of them, the same for the same seed. */
function drawn(list, count, seed) {
  // xorshift32, whose state must not be 0.
  let state = (seed ^ 0x9e3779b9) >>> 0 || 1;
  const random = () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state / 2 ** 32;
  };
  const rest = [...list];
  const out = [];
  while (out.length < count && rest.length > 0) out.push(...rest.splice(Math.floor(random() * rest.length), 1));
  return out.sort((a, b) => a.id - b.id);
}
