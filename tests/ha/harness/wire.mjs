// The wire between a page and Home Assistant, where a test may hold back what the server says. Everything arrives, in order.

/** Before the page is opened. `hold()` keeps the server's messages; `release()` hands them over and lets the rest through. */
export async function wireOf(page) {
  let held;
  let trigger;
  await page.routeWebSocket(/\/api\/websocket$/, (socket) => {
    const server = socket.connectToServer();
    socket.onMessage((message) => {
      if (trigger && String(message).includes(trigger)) held ??= [];
      server.send(message);
    });
    server.onMessage((message) => {
      if (held) held.push(() => socket.send(message));
      else socket.send(message);
    });
  });
  return {
    hold: () => (held ??= []),
    /** As soon as the page says something with this text in it. */
    holdAfter: (text) => (trigger = text),
    release: () => {
      trigger = undefined;
      const waiting = held ?? [];
      held = undefined;
      for (const send of waiting) send();
    },
  };
}
