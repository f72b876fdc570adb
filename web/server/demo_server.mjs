import { once } from 'node:events';
import { createServer } from 'node:http';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { WebSocketServer } from 'ws';
import { CallCounts } from './call_counts.mjs';
import { Connection } from './connection.mjs';
import { Household } from './household.mjs';
import { people } from './people.mjs';
import { staticFiles } from './static_files.mjs';
import { TaskTracker, usualDelays } from './tasktracker.mjs';

const HOST = '127.0.0.1';
const SOCKET_PATH = '/api/websocket';
const dist = process.env.CARDCACHE_DIST;
const folders = {
  '/dist/': dist ? `${resolve(dist)}/` : fileURLToPath(new URL('../../dist/', import.meta.url)),
  '/': fileURLToPath(new URL('../page/', import.meta.url)),
};

/** The delays in a socket's address (`?call=20&encouragement=60`), else those of the server. */
function delaysOf(url, delays) {
  const { searchParams } = new URL(url, 'http://page');
  const asked = [...searchParams].filter(([name, value]) => Object.hasOwn(delays, name) && /^\d{1,5}$/.test(value));
  return { ...delays, ...Object.fromEntries(asked.map(([name, value]) => [name, Number(value)])) };
}

/** More than any real use. */
const MOST_SOCKETS = 200;

/**
 * Whether a request is for one of our names, by `Host`, and from a page at one of our names, by `Origin`. This refuses pages of other
 * sites, and names that were pointed at this machine. Ports may differ, because a port forwarder may rewrite `Host` but not `Origin`.
 * Programs other than browsers send no origin.
 */
function isOurs({ headers: { host = '', origin } }, hosts) {
  const isName = (address) => hosts.includes(/^(.*?)(:\d+)?$/.exec(address.toLowerCase())?.[1]);
  const page = /^https?:\/\/(.*)$/i.exec(origin ?? '')?.[1];
  return isName(host) && (origin === undefined || (page !== undefined && isName(page)));
}

/** Writes the signed-in users into the page; Home Assistant's frontend keeps them in localStorage. */
const fillPage = (text) => text.replace('{{people}}', JSON.stringify(people).replaceAll('<', '\\u003c'));

/** Starts the demo; port 0 takes a free port. `hosts`: further names of the server, such as a proxy's. */
export async function startDemoServer({ port = 0, delays = {}, clock = Date.now, timeZone, hosts = [] } = {}) {
  const names = [HOST, 'localhost', '[::1]', ...hosts.map((name) => name.toLowerCase())];
  const household = new Household({ clock, timeZone });
  const tracker = new TaskTracker(household, clock);
  const counts = new CallCounts();
  const serve = staticFiles(folders, fillPage, (request) => isOurs(request, names));
  const server = createServer((request, response) => void serve(request, response));

  server.listen(port, HOST);
  await once(server, 'listening');

  // Created after the server listens; otherwise a failed start would be reported here a second time, uncaught.
  const sockets = new WebSocketServer({
    server,
    path: SOCKET_PATH,
    maxPayload: 1_000_000,
    verifyClient: ({ req }) => isOurs(req, names) && sockets.clients.size < MOST_SOCKETS,
  });
  sockets.on('connection', (socket, request) => {
    new Connection(socket, { tracker, counts, delays: delaysOf(request.url, { ...usualDelays, ...delays }) });
  });

  return {
    url: `http://${HOST}:${server.address().port}/`,
    household,
    tracker,
    counts,
    async close() {
      for (const socket of sockets.clients) socket.close(1001, 'the server ends');
      sockets.close();
      server.close();
      server.closeIdleConnections();
      const late = setTimeout(() => {
        for (const socket of sockets.clients) socket.terminate();
        server.closeAllConnections();
      }, 1000);
      await once(server, 'close');
      clearTimeout(late);
    },
  };
}
