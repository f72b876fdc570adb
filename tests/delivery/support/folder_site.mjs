// A folder, served on an origin of its own, with the headers a test gives.
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';

const TYPES = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.wasm': 'application/wasm',
  '.json': 'application/json',
};
const EMPTY = '<!doctype html><meta charset="utf-8"><title>probe</title><link rel="icon" href="data:,">';

/**
 * `headers(path)`: more of them for an answer. Where the folder has no such file, `/` is an empty page. `asked`: every path
 * that came to the server, with its query.
 */
export async function serveFolder(t, folder, { headers = () => ({}) } = {}) {
  const asked = [];
  const server = createServer((request, response) => {
    asked.push(request.url);
    const { pathname } = new URL(request.url, 'http://site');
    const path = pathname.endsWith('/') ? `${pathname}index.html` : pathname;
    const body = contentOf(join(folder, normalize(path))) ?? (path === '/index.html' ? EMPTY : undefined);
    const type = TYPES[extname(path)];
    if (body === undefined) response.writeHead(404).end();
    else response.writeHead(200, { ...(type && { 'Content-Type': type }), ...headers(path) }).end(body);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  return { url: `http://127.0.0.1:${server.address().port}/`, asked };
}

function contentOf(file) {
  try {
    return readFileSync(file);
  } catch {
    return undefined;
  }
}
