import { createHash } from 'node:crypto';
import type { DescribedFile, Neighbours } from '../../contract/explore';
import { GlyphscopeError } from '../../contract/errors';
import type { Services } from '../services';

/** Files whose description is remembered. */
const kept = 200;
/** Files larger than this are refused, in bytes. */
const largest = 256 << 20;

export interface DescribeRequest {
  run: number;
  /** Where neighbours come from. */
  collection?: number | undefined;
  name: string;
  bytes: Buffer;
  /** 0: none are looked for. */
  neighbours: number;
}

type DescribeServices = Pick<Services, 'runs' | 'collections' | 'teachers' | 'students' | 'vectors' | 'described' | 'library'>;

/** What was found out about files lately, by their bytes: the newest last. */
export class DescribedFiles {
  readonly #files = new Map<string, Omit<DescribedFile, 'name' | 'milliseconds'>>();

  get(key: string): Omit<DescribedFile, 'name' | 'milliseconds'> | undefined {
    const found = this.#files.get(key);
    if (found) {
      this.#files.delete(key);
      this.#files.set(key, found);
    }
    return found;
  }

  set(key: string, file: Omit<DescribedFile, 'name' | 'milliseconds'>): void {
    this.#files.set(key, file);
    if (this.#files.size > kept) this.#files.delete(this.#files.keys().next().value!);
  }
}

/**
 * Describes one image that need not be in any collection, and finds its neighbours in one.
 * @throws GlyphscopeError NOT_FOUND, RUN_NOT_TRAINED, IMAGE_EMPTY, IMAGE_UNREADABLE, IMAGE_UNSUPPORTED, IMAGE_TOO_LARGE,
 *   DESCRIPTIONS_MISSING when neighbours are asked of a collection that the run has not described
 */
export async function describeImage(s: DescribeServices, { run, collection, name, bytes, neighbours }: DescribeRequest): Promise<DescribedFile> {
  const begun = performance.now();
  const { checkpointStep, config } = s.runs.usable(run);
  if (collection !== undefined) s.collections.get(collection);
  if (bytes.length === 0) throw new GlyphscopeError('IMAGE_EMPTY', `${name} is empty.`, { subject: name, remedy: 'Choose another file.' });
  if (bytes.length > largest) throw new GlyphscopeError('IMAGE_TOO_LARGE', `${name} has more than ${largest >> 20} MB.`, { subject: name, remedy: 'Choose a smaller file.' });
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const key = [sha256, run, checkpointStep, collection ?? 0, neighbours, s.library.db.read.collectionImages.revision()].join(' ');
  const known = s.described.get(key);
  if (known) return { name, ...known, milliseconds: performance.now() - begun };

  const [{ width, height }, described] = await Promise.all([
    s.teachers.pool.inspectBytes(bytes, name),
    s.students.use(run, async (student) => {
      const { features, tokens } = await s.teachers.pool.encode(bytes, name, config.featureTokens);
      return student.describe(features, { alternatives: true, ...(config.featureTokens > 0 && { tokens }) });
    }),
  ]);
  const symbols = Array.from(described.symbols.subarray(0, config.length));
  const none: Neighbours = { byEmbedding: [], byPrefix: [], searched: 0 };
  const found =
    collection === undefined || neighbours === 0
      ? none
      : await s.vectors.neighbours(run, collection, { vector: described.embeddings.subarray(0, s.teachers.info.featureWidth), symbols, count: neighbours });
  const file = {
    sha256,
    width,
    height,
    description: { symbols, probabilities: Array.from(described.probabilities.subarray(0, config.length)), alternatives: described.alternatives?.[0] ?? [] },
    neighbours: found,
  };
  s.described.set(key, file);
  return { name, ...file, milliseconds: performance.now() - begun };
}
