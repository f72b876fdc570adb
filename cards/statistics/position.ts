/** Page up and Page down move by a tenth. */
const PAGES = 10;

/** The position that a key moves to among `count`, as in sliders; undefined for other keys. */
export function positionAfter(key: string, at: number, count: number): number | undefined {
  const page = Math.max(1, Math.round(count / PAGES));
  const steps: Record<string, number | undefined> = {
    ArrowLeft: -1,
    ArrowDown: -1,
    ArrowRight: 1,
    ArrowUp: 1,
    PageDown: -page,
    PageUp: page,
    Home: -count,
    End: count,
  };
  const step = steps[key];
  return step === undefined ? undefined : Math.min(count - 1, Math.max(0, at + step));
}
