// What an event costs a page of 1,000 cards.
import { figure, table } from './tables.mjs';

export async function watchers({ page }) {
  const event = await page.evaluate(async () => (await import('/tests/bench/page/watchers.mjs')).measureWatchers());
  return {
    table: table(['1,000 cards watch 1,000 keys', 'Chromium'], [['an event that concerns 10', figure(event, 'ms')]]),
    figures: { 'event, ms': event.median },
  };
}
