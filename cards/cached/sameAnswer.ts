import { hasOwn, isRecord } from '../records.ts';

type Members = Record<string, unknown>;

/** Whether two answers are equal. The `context` that Home Assistant adds to every service call does not count. */
export function sameAnswer(a: unknown, b: unknown): boolean {
  return isServiceAnswer(a) && isServiceAnswer(b) ? same(a.response, b.response) : same(a, b);
}

function isServiceAnswer(answer: unknown): answer is { response: unknown } {
  return isRecord(answer) && isRecord(answer.context) && 'response' in answer;
}

function same(a: unknown, b: unknown): boolean {
  // Storage returns −0 as 0.
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  const names = Object.keys(a);
  return (
    Array.isArray(a) === Array.isArray(b) &&
    names.length === Object.keys(b).length &&
    names.every((name) => hasOwn(b, name) && same((a as Members)[name], (b as Members)[name]))
  );
}
