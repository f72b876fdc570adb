/** How deep clients put the response into what they reject with. */
const DEPTH = 4;

/**
 * For how many milliseconds the server wants to be left alone, as an error says that a fetcher rejects with: its own
 * `retryAfter` (ms, or a Date), or a response's header `Retry-After` (seconds, or a date). Clients hand on the response, or its
 * headers, in one of these places; some throw it. 0 where nothing says.
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
      // By the server's own clock where it says the time: this one's may be wrong.
      const sent = Date.parse(header(headers, 'date') ?? '');
      return ahead(Date.parse(told) - (Number.isNaN(sent) ? now : sent));
    }
    for (const further of [response, $response, cause, inner]) {
      const wait = toldToWait(further, now, depth - 1);
      if (wait > 0) return wait;
    }
  } catch {
    // It is anybody's object, and its members may be anybody's code.
  }
  return 0;
}

/** `Headers`, what has a `get` as they have, or a plain object with names in whatever case. */
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
