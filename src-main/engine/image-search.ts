import { GlyphscopeError } from '../contract/errors';
import { asksSymbols, queryTerms } from '../contract/query';
import { parseQuery } from '../contract/query-parser';
import type { Search } from '../database/image-search';
import type { Services } from './services';

export interface AskedImages {
  collection: number;
  run?: number | undefined;
  query: string;
}

/**
 * The search that a caller asks for, once what it names is there.
 * @throws GlyphscopeError NOT_FOUND for the collection or run, INVALID_INPUT when symbols are asked for without a run; QueryError
 */
export function searchIn({ collections, runs }: Pick<Services, 'collections' | 'runs'>, { collection, run, query }: AskedImages): Search {
  collections.get(collection);
  const parsed = parseQuery(query);
  if (run !== undefined) runs.get(run);
  else if (queryTerms(parsed).some(asksSymbols))
    throw new GlyphscopeError('INVALID_INPUT', 'This query asks for symbols, and they are those of a run.', { subject: 'run', remedy: 'Choose a run.' });
  return { collection, run: run ?? null, query };
}
