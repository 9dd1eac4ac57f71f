import type { Comparison, RunPair } from '../../contract/compare';
import { GlyphscopeError } from '../../contract/errors';
import type { StoredComparison } from '../../database/comparisons';
import { keptNeighbours } from '../../explore/kept-neighbours';
import type { JobHandle, JobOutcome } from '../jobs';
import type { Services } from '../services';
import { mapHelp } from './compute-map';

type CompareServices = Pick<Services, 'library' | 'runs' | 'vectors' | 'students'>;

/** Nearest neighbours of each image that are compared. */
const neighbours = 10;

/**
 * Finds which images have other neighbours by one run than by the other: exact nearest neighbours of every image by both,
 * and how many each keeps.
 * @throws GlyphscopeError DESCRIPTIONS_MISSING when a run has not described the collection, INVALID_INPUT for one run with itself
 */
export async function compareRuns(s: CompareServices, pair: RunPair, job: Pick<JobHandle, 'signal' | 'progress'>): Promise<JobOutcome> {
  if (pair.run === pair.other) throw new GlyphscopeError('INVALID_INPUT', 'A run cannot be compared with itself.', { subject: `run ${pair.run}`, remedy: 'Choose another run.' });
  const { step, otherStep } = steps(s, pair); // what is described anew meanwhile makes the comparison one of before
  const of = (run: number) => s.vectors.nearestImages(run, pair.collection, neighbours, mapHelp(s, run, job));
  const [a, b] = [await of(pair.run), await of(pair.other)];
  const { images, kept } = keptNeighbours(a, b);
  if (a.k === 0 || b.k === 0) throw new GlyphscopeError('COLLECTION_TOO_SMALL', 'One image has no neighbours to compare.', { subject: `collection ${pair.collection}`, remedy: 'Add images to the collection.' });
  if (step === null || otherStep === null) throw new GlyphscopeError('DESCRIPTIONS_MISSING', 'The descriptions were removed while they were compared.', { remedy: 'Describe the collection again.' });
  s.library.db.write.comparisons.put({ ...pair, step, otherStep, neighbours: a.k, images, kept, createdAt: Date.now() });
  const changed = kept.reduce((sum, k) => sum + (k < a.k ? 1 : 0), 0);
  return { summary: `${changed.toLocaleString('en')} of ${images.length.toLocaleString('en')} images have other neighbours.`, counts: { images: images.length, changed } };
}

/** The comparison of the descriptions of now; null before, and after either run has described anew. */
export function standingComparison(s: Pick<Services, 'library'>, pair: RunPair): StoredComparison | null {
  const stored = s.library.db.read.comparisons.of(pair);
  const { step, otherStep } = steps(s, pair);
  return stored && stored.step === step && stored.otherStep === otherStep ? stored : null;
}

/** What the page is told at once; each image's own figure comes over HTTP. */
export function comparisonSummary({ run, other, collection, images, kept, neighbours, createdAt }: StoredComparison): Comparison {
  const counts = new Array<number>(neighbours + 1).fill(0);
  for (const one of kept) counts[one] += 1;
  return { run, other, collection, images: images.length, neighbours, kept: counts, createdAt };
}

function steps(s: Pick<Services, 'library'>, { run, other, collection }: RunPair): { step: number | null; otherStep: number | null } {
  const of = (one: number) => s.library.db.read.runs.encoding(one, collection)?.step ?? null;
  return { step: of(run), otherStep: of(other) };
}
