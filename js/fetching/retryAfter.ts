/** How deeply HTTP clients nest the response in their errors. */
const DEPTH = 4;

/**
 * For how many ms the server asks to be left alone, according to a fetcher's error: its own `retryAfter` (ms, or a Date), or a
 * response's `Retry-After` header (seconds, or a date). HTTP clients attach the response or its headers to the error in one of
 * these places, or throw the response itself. 0 if the error does not say.
 */
export function toldToWait(error: unknown, now: number, depth = DEPTH): number {
  if (typeof error !== 'object' || error === null || depth === 0) return 0;
  try {
    const { retryAfter, headers, response, $response, cause, error: inner } = error as Record<string, unknown>;
    if (retryAfter instanceof Date) return ahead(retryAfter.getTime() - now);
    if (typeof retryAfter === 'number') return ahead(retryAfter);
    const told = header(headers, 'retry-after');
    if (told !== undefined) {
      if (/^\s*[\d.]+\s*$/.test(told)) return ahead(Number(told) * 1_000);
      // Relative to the server's `Date` header if there is one: this machine's clock may be wrong.
      const sent = Date.parse(header(headers, 'date') ?? '');
      return ahead(Date.parse(told) - (Number.isNaN(sent) ? now : sent));
    }
    for (const further of [response, $response, cause, inner]) {
      const wait = toldToWait(further, now, depth - 1);
      if (wait > 0) return wait;
    }
  } catch {
    // The error may be any object, and its getters may throw.
  }
  return 0;
}

/** Reads a header from `Headers`, from an object with such a `get`, or from a plain object with names in any case. */
function header(headers: unknown, wanted: string): string | undefined {
  if (typeof headers !== 'object' || headers === null) return undefined;
  const { get } = headers as { get?: unknown };
  let found: unknown = typeof get === 'function' ? (get as (name: string) => unknown).call(headers, wanted) : undefined;
  if (found === undefined || found === null)
    found = Object.entries(headers).find(([name]) => name.toLowerCase() === wanted)?.[1];
  if (Array.isArray(found)) found = found[0];
  return typeof found === 'string' || typeof found === 'number' ? String(found) : undefined;
}

function ahead(milliseconds: number): number {
  return milliseconds > 0 ? milliseconds : 0;
}
