// What a page's own thread has worked between two marks: where machines are busy most of a long wait is another program's turn.

/**
 * What `work` gives, and the thread's milliseconds from each `performance.mark('<name> <number>')` in it to the
 * `performance.mark('<name> <number> done')` that follows, sorted.
 */
export async function threadTimes(page, name, work) {
  const session = await page.context().newCDPSession(page);
  const marks = new Map();
  session.on('Tracing.dataCollected', ({ value }) => {
    for (const { name: mark, tts } of value) if (mark.startsWith(`${name} `)) marks.set(mark, tts);
  });
  await session.send('Tracing.start', { traceConfig: { includedCategories: ['blink.user_timing'] } });
  const result = await work();
  const complete = new Promise((resolve) => session.once('Tracing.tracingComplete', resolve));
  await session.send('Tracing.end');
  await complete;
  await session.detach();
  const times = [...marks].flatMap(([mark, began]) => {
    const ended = marks.get(`${mark} done`);
    return ended === undefined ? [] : [(ended - began) / 1_000];
  });
  if (times.length === 0) throw new Error(`no marks of ${name}`);
  return { result, times: times.sort((a, b) => a - b) };
}
