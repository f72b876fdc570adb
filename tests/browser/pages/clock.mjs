/**
 * Put into a page before anything runs there: `clock`, the wall clock that the page sees. It is as far ahead of the real one as
 * the address says (`?ahead=<ms>`), and can be moved; timers do not notice, as they do not notice that a machine slept.
 */
export function bringClock() {
  const real = Date.now.bind(Date);
  let ahead = Number(new URLSearchParams(location.search).get('ahead') ?? 0);
  let stands;
  Date.now = () => (stands ?? real()) + ahead;
  globalThis.clock = {
    standStill: () => (stands = real()),
    move: (ms) => (ahead += ms),
  };
}
