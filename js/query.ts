import { key } from './keys.ts';
import type { FetchContext, Policy, Query, Segment } from './types.ts';

/**
 * Says key, fetcher and policy once. `const plan = defineQuery('daily_plan', (context, user) => …, { ttl: 300_000 })`, then
 * `cache.getOrFetch(plan('sara'))`.
 */
export function defineQuery<T, A extends Segment[] = []>(
  endpoint: string,
  fetch: (context: FetchContext<T>, user: string | null, ...params: A) => Promise<T>,
  policy: Policy<T> = {},
): (user?: string | null, ...params: A) => Query<T> {
  return (user, ...params) => ({
    ...policy,
    key: key(endpoint, user, ...params),
    fetcher: (context) => fetch(context, user ?? null, ...params),
  });
}
