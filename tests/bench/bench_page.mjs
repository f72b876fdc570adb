// A page of Chromium on a server of its own that gives the built module and the peers. The page is isolated from other
// origins: only then does its clock tell 5 µs apart (100 µs otherwise).
import { createReadStream } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { projectFolder } from '../../wasm/toolchain/project.mjs';
import { launchChromium } from '../browser/engines/chromium.mjs';

const SERVED = /^\/(dist|node_modules|tests\/bench)\//;
const TYPES = { '.js': 'text/javascript', '.mjs': 'text/javascript', '.wasm': 'application/wasm' };

/** Where the page finds what node finds by name: benches run in both. */
const MODULES = {
  cardcache: '/dist/index.js',
  '@isaacs/ttlcache': '/node_modules/@isaacs/ttlcache/dist/esm/index.js',
  '@tanstack/query-core': '/node_modules/@tanstack/query-core/build/modern/index.js',
  '@epic-web/cachified': '/node_modules/@epic-web/cachified/dist/index.mjs',
  'lru-cache': '/node_modules/lru-cache/dist/esm/browser/index.min.js',
  'quick-lru': '/node_modules/quick-lru/index.js',
  'tiny-lru': '/node_modules/tiny-lru/dist/tiny-lru.js',
};
/** What bundlers put in: its checks for developers would cost query-core time. */
const ENVIRONMENT = `globalThis.process = { env: { NODE_ENV: 'production' } }`;
const PAGE = `<!doctype html><title>bench</title><script>${ENVIRONMENT}</script><script type="importmap">${JSON.stringify({ imports: MODULES })}</script>`;

function answer(request, response) {
  const path = normalize(new URL(request.url, 'http://localhost').pathname);
  response.setHeader('Cross-Origin-Opener-Policy', 'same-origin');
  response.setHeader('Cross-Origin-Embedder-Policy', 'require-corp');
  if (path === '/') {
    response.setHeader('Content-Type', 'text/html');
    response.end(PAGE);
    return;
  }
  if (!SERVED.test(path)) {
    response.writeHead(404).end();
    return;
  }
  response.setHeader('Content-Type', TYPES[extname(path)] ?? 'application/octet-stream');
  createReadStream(join(projectFolder, path))
    .on('error', () => response.writeHead(404).end())
    .pipe(response);
}

export async function openBenchPage() {
  const server = createServer(answer);
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const browser = await launchChromium();
  const { page, open } = await browser.newTab();
  page.on('pageerror', (error) => console.error(error));
  const origin = `http://127.0.0.1:${server.address().port}/`;
  await open(origin);
  return {
    page,
    origin,
    browserVersion: browser.version,
    async close() {
      await browser.close();
      server.close();
    },
  };
}
