import { readFile, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import type { Hono } from 'hono';

const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.webp': 'image/webp',
  '.woff2': 'font/woff2',
  '.wasm': 'application/wasm',
};

/** Serves the built page. Names of plain characters only, so that no path can lead out of the folder. */
export function servePage(app: Hono, folder: string): void {
  app.get('/*', async (c) => {
    const wanted = c.req.path === '/' ? '/index.html' : c.req.path;
    const type = types[extname(wanted)];
    if (!/^(\/[A-Za-z0-9_-][A-Za-z0-9._-]*)+$/.test(wanted) || !type) return c.text('Not found', 404);
    try {
      const file = join(folder, wanted);
      const { mtimeMs, size } = await stat(file);
      const tag = `"${size.toString(36)}-${Math.round(mtimeMs).toString(36)}"`;
      const headers = {
        'Content-Type': type,
        ETag: tag,
        // Vite puts a hash of the content into the names under assets/.
        'Cache-Control': wanted.startsWith('/assets/') ? 'private, max-age=31536000, immutable' : 'no-cache',
      };
      if (c.req.header('if-none-match') === tag) return c.body(null, 304, headers);
      return c.body(new Uint8Array(await readFile(file)), 200, headers);
    } catch {
      if (wanted === '/index.html') return c.text('The page is not built yet: run "npm run build", then reload.', 404);
      return c.text('Not found', 404);
    }
  });
}
