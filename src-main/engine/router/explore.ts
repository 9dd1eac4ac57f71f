import { GlyphscopeError } from '../../contract/errors';
import { computeMap, placeSymbols, startPlacing } from '../work/compute-map';
import { nearImages } from '../work/near-images';
import type { Services } from '../services';
import type { Procedures } from './procedures';

export const exploreRouter = (procedures: Procedures, s: Services) => ({
  near: procedures.explore.near.handler(({ input }) => nearImages(s, input)),
  vocabulary: procedures.explore.vocabulary.handler(({ input }) => s.vectors.vocabulary(input.run, input.collection, input.exemplars)),
  prefix: procedures.explore.prefix.handler(({ input: { run, collection, ...question } }) => s.vectors.prefix(run, collection, question)),
  names: procedures.explore.names.handler(({ input }) => {
    s.runs.get(input.run);
    return s.library.db.read.symbolNames.of(input.run);
  }),
  nameSymbol: procedures.explore.nameSymbol.handler(({ input }) => {
    assertSymbol(s.runs.get(input.run), input);
    s.journal.do({ kind: 'name-symbol', ...input });
    return s.library.db.read.symbolNames.of(input.run);
  }),
  symbol: procedures.explore.symbol.handler(({ input }) => s.vectors.symbol(input.run, input.collection, input.symbol, input.images)),
  map: procedures.explore.map.handler(({ input }) => {
    s.runs.get(input.run);
    s.collections.get(input.collection);
    return s.library.db.read.maps.of(input.run, input.collection);
  }),
  computeMap: procedures.explore.computeMap.handler(({ input }) => {
    const run = s.runs.usable(input.run);
    const collection = s.collections.get(input.collection);
    const title = `Map of "${collection.name}" by "${run.name}"`;
    return { job: s.jobs.start({ kind: 'map', title, lane: 'map', uses: [`run ${run.id}`, `collection ${collection.id}`] }, (job) => computeMap(s, { run: run.id, collection: collection.id, seed: input.seed }, job)) };
  }),
  placeOnMap: procedures.explore.placeOnMap.handler(({ input }) => ({ job: startPlacing(s, s.runs.usable(input.run), s.collections.get(input.collection)) })),
  place: procedures.explore.place.handler(({ input }) => {
    s.collections.get(input.collection);
    return placeSymbols(s, input);
  }),
});

/** @throws GlyphscopeError NOT_FOUND for a symbol or position that the run's descriptions do not have */
function assertSymbol({ config: { vocabulary, length } }: { config: { vocabulary: number; length: number } }, { symbol, position }: { symbol: number; position: number | null }): void {
  if (symbol >= vocabulary) throw new GlyphscopeError('NOT_FOUND', `Symbol ${symbol} is outside the vocabulary of ${vocabulary}.`, { subject: String(symbol) });
  if (position !== null && position > length) throw new GlyphscopeError('NOT_FOUND', `Descriptions of this run have ${length} symbols: there is no position ${position}.`, { subject: String(position) });
}
