// A page of Chromium on a server of its own that gives the built module and the peers. The page is isolated from other
// origins: only then does its clock tell 5 µs apart (100 µs otherwise).
import { createReadStream } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const root = fileURLToPath(new URL('../../', import.meta.url));
const SERVED = /^\/(dist|node_modules|tests\/bench)\//;
const TYPES = { '.js': 'text/javascript', '.mjs': 'text/javascript', '.wasm': 'application/wasm' };

function answer(request, response) {
  const path = normalize(new URL(request.url, 'http://localhost').pathname);
  response.setHeader('Cross-Origin-Opener-Policy', 'same-origin');
  response.setHeader('Cross-Origin-Embedder-Policy', 'require-corp');
  if (path === '/') {
    response.setHeader('Content-Type', 'text/html');
    response.end('<!doctype html><title>bench</title>');
    return;
  }
  if (!SERVED.test(path)) {
    response.writeHead(404).end();
    return;
  }
  response.setHeader('Content-Type', TYPES[extname(path)] ?? 'application/octet-stream');
  createReadStream(join(root, path))
    .on('error', () => response.writeHead(404).end())
    .pipe(response);
}

export async function openBenchPage() {
  const server = createServer(answer);
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const browser = await chromium.launch({
    executablePath: process.env.CARDCACHE_CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
  });
  const page = await browser.newPage();
  page.on('pageerror', (error) => console.error(error));
  await page.goto(`http://127.0.0.1:${server.address().port}/`);
  return {
    page,
    browserVersion: browser.version(),
    async close() {
      await browser.close();
      server.close();
    },
  };
}
