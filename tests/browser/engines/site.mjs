// A site of a test's own: its port makes it an origin that nobody has used, whatever the engine.
import { readFileSync } from 'node:fs';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { extname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const dist = resolve(root, process.env.CARDCACHE_DIST ?? 'dist');
const types = { '.js': 'text/javascript', '.wasm': 'application/wasm' };

/** Runs in every page before anything else: what went wrong in it is remembered, whichever way the engine would tell. */
function remember() {
  const troubles = (globalThis.troubles = []);
  const warnings = (globalThis.warnings = []);
  addEventListener('error', ({ message }) => troubles.push(`error: ${message}`));
  addEventListener('unhandledrejection', ({ reason }) => troubles.push(`unhandled: ${reason}`));
  for (const [name, list] of Object.entries({ error: troubles, warn: warnings })) {
    const write = console[name];
    console[name] = (...what) => {
      list.push(`${name}: ${what.map(String).join(' ')}`);
      write.apply(console, what);
    };
  }
  globalThis.load = (address) => import(address);
}

/**
 * Serves dist/ and, at `pageWith(…)`, pages that are empty but for the functions given to run first, of which they get
 * the text. `files`: texts at paths of their own.
 */
export async function startSite(t, { host = '127.0.0.1', files = {} } = {}) {
  const pages = [];
  const contents = new Map();
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url, 'http://site');
    const [type, body] = answer(pathname);
    // A sandboxed frame has no origin, and asks for the module as a stranger.
    response.writeHead(type ? 200 : 404, { 'Content-Type': type ?? 'text/plain', 'Access-Control-Allow-Origin': '*' });
    response.end(body);
  });
  const answer = (pathname) => {
    if (Object.hasOwn(files, pathname)) return [types[extname(pathname)] ?? 'text/html', files[pathname]];
    const page = /^\/page\/(\d+)$/.exec(pathname);
    if (page) return ['text/html', htmlOf(pages[Number(page[1])])];
    const name = /^\/dist\/([\w.]+)$/.exec(pathname)?.[1];
    if (!name || !types[extname(name)]) return [];
    if (!contents.has(name)) contents.set(name, readFileSync(join(dist, name)));
    return [types[extname(name)], contents.get(name)];
  };
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://${host}:${server.address().port}`;
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  return {
    url,
    pageWith(...before) {
      pages.push(before);
      return `${url}/page/${pages.length - 1}`;
    },
  };
}

function htmlOf(before) {
  const scripts = [remember, ...before].map((script) => `<script>(${script})()</script>`);
  return `<!doctype html><meta charset="utf-8"><title>probe</title><link rel="icon" href="data:,">${scripts.join('')}`;
}
