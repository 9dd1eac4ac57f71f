import type { Hono } from 'hono';
import * as z from 'zod';
import { GlyphscopeError } from '../contract/errors';
import { answerFailure } from './image-routes';
import type { Services } from './services';
import { standingComparison } from './work/compare-runs';

const id = z.string().regex(/^[1-9]\d{0,15}$/).transform(Number);
const asked = z.object({ run: id, other: id, collection: id });

/** Serves how many neighbours each image keeps between two runs (`comparisonUrl` in contract/urls.ts). */
export function serveComparisons(app: Hono, s: Pick<Services, 'library' | 'log'>): void {
  app.get('/comparisons/:run/:other/:collection', (c) => {
    try {
      const pair = asked.safeParse(c.req.param());
      const found = pair.success ? standingComparison(s, pair.data) : null;
      if (!found) throw new GlyphscopeError('NOT_FOUND', 'These runs have not been compared as they are now.', { subject: c.req.path, remedy: 'Compare them.' });
      const body = new Uint8Array(found.images.byteLength + found.kept.byteLength);
      body.set(new Uint8Array(found.images.buffer));
      body.set(found.kept, found.images.byteLength);
      return c.body(body, 200, { 'Content-Type': 'application/octet-stream', 'Cache-Control': 'no-store' });
    } catch (error) {
      return answerFailure(c, error, s.log);
    }
  });
}
