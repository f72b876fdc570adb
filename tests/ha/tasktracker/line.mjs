// The line between Home Assistant's `tasktracker`, which only passes calls on, and the integration in the tests' own process. One
// WebSocket, so that calls arrive in the order in which Home Assistant took them.
import { once } from 'node:events';
import { WebSocketServer } from 'ws';
import { ServiceError } from '../../../web/server/service_error.mjs';

/** `{ url, close }`. `callerOf(userId)`: the TaskTracker username of a Home Assistant user. */
export async function openLine(integration, callerOf) {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  await once(server, 'listening');
  server.on('connection', (socket) => {
    integration.restart();
    socket.on('message', async (text) => {
      const { id, service, data, user_id: userId } = JSON.parse(text);
      const reply = await integration.call(service, data, callerOf(userId)).catch((error) => {
        if (!(error instanceof ServiceError)) console.error(error);
        return { error: { code: error.code, message: error.message } };
      });
      // Home Assistant may have stopped in the meantime.
      if (socket.readyState === socket.OPEN) socket.send(JSON.stringify({ id, ...reply }));
    });
  });
  return {
    url: `http://127.0.0.1:${server.address().port}/`,
    close() {
      for (const socket of server.clients) socket.terminate();
      server.close();
    },
  };
}
