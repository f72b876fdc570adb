// Put into a page before anything runs there: what each card's shadow root held at its first render and in every frame since.
export function watchRenders() {
  const cards = new Map();
  let callsSent = 0;
  globalThis.renders = cards;

  const send = WebSocket.prototype.send;
  WebSocket.prototype.send = function (text) {
    if (JSON.parse(text).type === 'call_service') callsSent += 1;
    return send.call(this, text);
  };

  const stateOf = (root) => ({
    rows: root.querySelectorAll('[data-task]').length,
    loading: root.querySelector('[data-state="loading"]') !== null,
    callsSent,
  });

  const attachShadow = Element.prototype.attachShadow;
  Element.prototype.attachShadow = function (options) {
    const root = attachShadow.call(this, options);
    if (this.localName === 'cardcache-daily-plan-card') {
      const entry = { root, first: undefined, frames: [] };
      // Called in the microtask after the first render, before any frame shows it.
      const observer = new MutationObserver(() => {
        entry.first = stateOf(root);
        observer.disconnect();
      });
      observer.observe(root, { childList: true, subtree: true });
      cards.set(this, entry);
    }
    return root;
  };

  const sample = () => {
    for (const entry of cards.values()) if (entry.first) entry.frames.push(stateOf(entry.root));
    requestAnimationFrame(sample);
  };
  requestAnimationFrame(sample);
}

/** `[{ first, frames }]` of the page's cards, in the order in which they were made. */
export const rendersOf = (page) =>
  page.evaluate(() => [...globalThis.renders.values()].map(({ first, frames }) => ({ first, frames })));
