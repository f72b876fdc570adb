// The wire between a page and Home Assistant, where a test may hold back what the server says. Everything arrives, in order.

/** Before the page is opened. `hold()` keeps the server's messages; `release()` hands them over and lets the rest through. */
export async function wireOf(page) {
  let held;
  await page.routeWebSocket(/\/api\/websocket$/, (socket) => {
    const server = socket.connectToServer();
    server.onMessage((message) => {
      if (held) held.push(() => socket.send(message));
      else socket.send(message);
    });
  });
  return {
    hold: () => (held ??= []),
    release: () => {
      const waiting = held ?? [];
      held = undefined;
      for (const send of waiting) send();
    },
  };
}
