import { readFile } from 'node:fs/promises';
import { extname, join, normalize, sep } from 'node:path';

const types = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.map': 'application/json',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
};

// A strict policy: neither the page nor the core may evaluate text as code. Styles may be inline, because Lit writes some into attributes,
// and the cards add <style> elements if an engine has no adoptedStyleSheets (Firefox before 101, Safari before 16.4).
const policy = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "object-src 'none'",
].join('; ');

const headers = {
  'Content-Security-Policy': policy,
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Permissions-Policy': 'camera=(), geolocation=(), microphone=()',
};
const plain = { ...headers, 'Content-Type': 'text/plain; charset=utf-8' };

/** The file for a path; undefined if the path leaves its folder. `folders`: path prefix → folder. */
function fileOf(folders, path) {
  const prefix = Object.keys(folders).find((each) => path.startsWith(each));
  if (prefix === undefined) return undefined;
  const inside = normalize(path.slice(prefix.length) || 'index.html');
  return inside.startsWith('..') || inside.startsWith(sep) ? undefined : join(folders[prefix], inside);
}

function decoded(url) {
  try {
    return decodeURIComponent(new URL(url, 'http://page').pathname);
  } catch {
    return undefined;
  }
}

/** Serves files for GET and HEAD if `isOurs(request)`. `fill(text)` completes a page before it is sent. */
export function staticFiles(folders, fill, isOurs) {
  return async (request, response) => {
    if (!isOurs(request)) {
      response
        .writeHead(421, plain)
        .end('This demo only answers at 127.0.0.1 or localhost. Set HOSTS for other names.\n');
      return;
    }
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.writeHead(405, { ...plain, Allow: 'GET, HEAD' }).end();
      return;
    }
    const path = decoded(request.url);
    const file = path === undefined || path.includes('\0') ? undefined : fileOf(folders, path);
    const type = file && Object.hasOwn(types, extname(file)) ? types[extname(file)] : undefined;
    try {
      if (!type) throw new Error('not one of ours');
      const content = await readFile(file);
      const body = extname(file) === '.html' ? Buffer.from(fill(content.toString())) : content;
      response.writeHead(200, {
        ...headers,
        'Content-Type': type,
        'Content-Length': body.length,
        'Cache-Control': 'no-cache',
      });
      response.end(request.method === 'HEAD' ? undefined : body);
    } catch {
      response.writeHead(404, plain).end('Not found\n');
    }
  };
}
