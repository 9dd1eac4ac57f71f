import type { NearImages, NearnessName, NearSubject, SpokenSymbols } from '../../contract/near';
import { GlyphscopeError } from '../../contract/errors';
import { anySymbol } from '../../explore/symbol-pattern';
import type { Services } from '../services';
import { describedContent, type DescribeServices } from './describe-files';

type NearServices = DescribeServices & Pick<Services, 'vectors'>;

export interface NearRequest {
  run: number;
  collection: number;
  of: NearSubject;
  by: NearnessName;
  count: number;
}

/**
 * The images of a collection nearest to an image, a described file or a sequence of symbols.
 * @throws GlyphscopeError NOT_FOUND, RUN_NOT_TRAINED, DESCRIPTIONS_MISSING, INVALID_INPUT for features of a sequence
 */
export async function nearImages(s: NearServices, { run, collection, of, by, count }: NearRequest): Promise<NearImages> {
  if (of.kind === 'image') return s.vectors.near(run, collection, { by, of: { image: of.image }, count });
  if (of.kind === 'file') {
    const { feature, embedding, description } = describedContent(s, run, of.sha256);
    return s.vectors.near(run, collection, { by, of: { vector: by === 'feature' ? feature : embedding, symbols: description.symbols }, count });
  }
  if (by === 'feature') throw new GlyphscopeError('INVALID_INPUT', 'A sequence of symbols has no teacher feature: there is no image behind it.', { subject: 'by', remedy: 'Choose another kind of neighbours.' });
  const vector = await readSpoken(s, run, collection, of.symbols);
  return s.vectors.near(run, collection, { by, of: { vector, symbols: of.symbols.map((symbol) => symbol ?? anySymbol) }, count });
}

/** What the interpreter reads in a sequence: any symbol is the mean of those that the images have at its position. */
async function readSpoken(s: NearServices, run: number, collection: number, symbols: SpokenSymbols): Promise<Float32Array> {
  const { vocabulary: K, length: L } = s.runs.usable(run).config;
  if (symbols.length > L) throw new GlyphscopeError('INVALID_INPUT', `A description of this run has 1 to ${L} symbols, not ${symbols.length}.`, { subject: 'symbols' });
  const foreign = symbols.find((symbol) => symbol !== null && symbol >= K);
  if (foreign !== undefined) throw new GlyphscopeError('INVALID_INPUT', `Symbol ${foreign} is not in this run's vocabulary of ${K}, 0 to ${K - 1}.`, { subject: 'symbols' });
  const known = symbols.filter((symbol) => symbol !== null);
  if (known.length === symbols.length) return s.students.interpret(run, known);
  const { counts, images } = await s.vectors.positionCounts(run, collection);
  const mixtures = new Float32Array(symbols.length * K);
  symbols.forEach((symbol, j) => {
    if (symbol !== null) mixtures[j * K + symbol] = 1;
    else for (let k = 0; k < K; k++) mixtures[j * K + k] = counts[j * K + k] / images;
  });
  return s.students.use(run, (student) => student.readMixtures(mixtures));
}
