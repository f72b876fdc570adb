/** Milliseconds that `work` took. */
export function measure(work) {
  const started = performance.now();
  work();
  return performance.now() - started;
}

/** In another order every time: whoever runs first warms the caches for the next. */
export function shuffled(list) {
  const out = [...list];
  for (let index = out.length - 1; index > 0; index--) {
    const other = Math.floor(Math.random() * (index + 1));
    [out[index], out[other]] = [out[other], out[index]];
  }
  return out;
}
