// Makes wasm/core/codec/dictionary.cpp from the answers of dictionary_corpus.mjs. With --check it only says whether the file is what
// this makes, with status 1 where it is not.
//
// A greedy cover: of all pieces of the corpus the one goes in next whose groups of eight characters stand in most answers, each
// group counted once; what stands in one answer alone counts nothing. "Dictionary" in wasm/README.md says why it is so long.
import { readFileSync, writeFileSync } from 'node:fs';
import { dictionaryCorpus } from './dictionary_corpus.mjs';

const SIZE = 2048;
const PIECE = 128;
const GROUP = 8;
const FILE = new URL('../core/codec/dictionary.cpp', import.meta.url);

function dictionary(answers) {
  const weights = new Map();
  for (const answer of answers) {
    for (const group of new Set(groupsOf(answer))) weights.set(group, (weights.get(group) ?? 0) + 1);
  }
  for (const [group, count] of weights) if (count === 1) weights.set(group, 0);
  const pieces = [];
  while (pieces.length * PIECE < SIZE) {
    const piece = heaviestPiece(answers, weights);
    for (const group of groupsOf(piece)) weights.set(group, 0);
    pieces.push(piece);
  }
  return pieces.join('');
}

function groupsOf(text) {
  return Array.from({ length: Math.max(0, text.length - GROUP + 1) }, (_, at) => text.slice(at, at + GROUP));
}

/** The first one among equals. */
function heaviestPiece(answers, weights) {
  let heaviest = { weight: -1, piece: '' };
  for (const answer of answers) {
    const groups = groupsOf(answer);
    const inside = new Map();
    let weight = 0;
    for (const [index, group] of groups.entries()) {
      const count = inside.get(group) ?? 0;
      if (count === 0) weight += weights.get(group);
      inside.set(group, count + 1);
      const start = index - (PIECE - GROUP);
      if (start < 0) continue;
      if (weight > heaviest.weight) heaviest = { weight, piece: answer.slice(start, start + PIECE) };
      const leaving = groups[start];
      inside.set(leaving, inside.get(leaving) - 1);
      if (inside.get(leaving) === 0) weight -= weights.get(leaving);
    }
  }
  return heaviest.piece;
}

function source(text) {
  const lines = text.match(/.{1,112}/gs).map((line) => `    R"(${line})"`);
  return `// Made by wasm/toolchain/make_dictionary.mjs; not to be changed by hand.
// clang-format off
#include "core/codec/dictionary.hpp"

namespace cardcache {
namespace {

constexpr std::string_view first =
${lines.join('\n')};

}  // namespace

std::optional<std::string_view> dictionary(std::uint8_t number) {
  if (number > newest_dictionary) return std::nullopt;
  return number == 0 ? std::string_view() : first;
}

}  // namespace cardcache
`;
}

const made = source(dictionary(dictionaryCorpus()));
if (!process.argv.includes('--check')) {
  writeFileSync(FILE, made);
} else if (readFileSync(FILE, 'utf8') !== made) {
  console.error('wasm/core/codec/dictionary.cpp is not what wasm/toolchain/make_dictionary.mjs makes of its corpus');
  process.exitCode = 1;
}
