import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import type { Hono } from 'hono';
import type { Exports } from './exports';
import { answerFailure } from './image-routes';

/** Serves the files of finished exports, as downloads. */
export function serveExports(app: Hono, { exports, log }: { exports: Exports; log: (line: string) => void }): void {
  app.get('/exports/:job/:name', async (c) => {
    try {
      const { job, name } = c.req.param();
      const path = await exports.path(job, name);
      const headers = { 'Content-Type': 'application/octet-stream', 'Content-Disposition': `attachment; filename*=UTF-8''${encodeURIComponent(name)}`, 'Cache-Control': 'no-store' };
      return c.body(Readable.toWeb(createReadStream(path)) as ReadableStream, 200, headers);
    } catch (error) {
      return answerFailure(c, error, log);
    }
  });
}
