// Survivors that somebody has looked at: why no test can notice them, or why none needs to.
import { readFileSync } from 'node:fs';

const FILE = new URL('explained.json', import.meta.url);

/**
 * The list in the tree: `[{ file, line, change, why, equivalent }]`. `line` is the source line without its indentation; between slashes
 * it is a pattern, and so are `file` and `change`; a pattern speaks for all that it matches. `equivalent`: nobody can tell the mutant
 * from the core but by speed or by the room it takes.
 */
export function readExplanations() {
  return JSON.parse(readFileSync(FILE, 'utf8'));
}

/** Splits survivors into equivalent ones, explained and unexplained; `idle` are the explanations that explain none of them. */
export function explain(survivors, explanations) {
  const used = new Set();
  let equivalent = 0;
  const unexplained = survivors.filter((mutant) => {
    const found = explanations.filter((one) =>
      ['file', 'line', 'change'].every((field) => fits(one[field], mutant[field])),
    );
    for (const one of found) used.add(one);
    if (found.some((one) => one.equivalent)) equivalent += 1;
    return found.length === 0;
  });
  return { unexplained, equivalent, idle: explanations.filter((one) => !used.has(one)) };
}

function fits(wanted, text) {
  const pattern = /^\/(.*)\/$/s.exec(wanted);
  return pattern ? new RegExp(pattern[1]).test(text) : wanted === text;
}
