// What agreeing with other tabs costs who fetches.

/** Runs in the page and gives the table as text: a getOrFetch that misses, its fetcher a request to this machine. */
export async function tabs({ page }) {
  const results = await page.evaluate(async () => {
    const { measureTabs } = await import('/tests/bench/page/tabs.mjs');
    return measureTabs();
  });
  const rows = ['| this tab is | getOrFetch | without tabs | ratio |', '| --- | ---: | ---: | ---: |'];
  for (const [name, { cache, without }] of Object.entries(results)) {
    const cells = [name, `${cache.toFixed(2)} ms`, `${without.toFixed(2)} ms`, (cache / without).toFixed(2)];
    rows.push(`| ${cells.join(' | ')} |`);
  }
  return { table: rows.join('\n') };
}
