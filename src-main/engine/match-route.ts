import type { Hono } from 'hono';
import * as z from 'zod';
import { GlyphscopeError } from '../contract/errors';
import { queryText } from '../contract/query';
import { searchIn } from './image-search';
import { answerFailure } from './image-routes';
import type { Services } from './services';

const id = z.string().regex(/^[1-9]\d{0,15}$/).transform(Number);
const asked = z.object({ collection: id, run: id.optional(), query: queryText });

/** Serves the ids of the images that a query finds (`matchesUrl` in contract/urls.ts): a million of them are 4 MB. */
export function serveMatches(app: Hono, s: Pick<Services, 'collections' | 'library' | 'log' | 'runs'>): void {
  app.get('/matches/:collection', async (c) => {
    try {
      const question = asked.safeParse({ ...c.req.query(), collection: c.req.param('collection') });
      if (!question.success) throw new GlyphscopeError('INVALID_INPUT', 'The address names no collection, or no query.', { subject: c.req.path });
      const ids = await s.library.db.read.imageSearch.images(searchIn(s, question.data));
      return c.body(ids.buffer, 200, { 'Content-Type': 'application/octet-stream', 'Cache-Control': 'no-store' });
    } catch (error) {
      return answerFailure(c, error, s.log);
    }
  });
}
