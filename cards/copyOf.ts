/** A copy of a server's answer. Chromium before 98, Firefox before 94 and Safari before 15.4 lack structuredClone. */
export function copyOf<T>(answer: T): T {
  return typeof structuredClone === 'function' ? structuredClone(answer) : (JSON.parse(JSON.stringify(answer)) as T);
}
