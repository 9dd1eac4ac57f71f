import { createHash } from 'node:crypto';
import type { DescribeOutcome } from '../../contract/describing';
import { GlyphscopeError, toErrorDetail } from '../../contract/errors';
import type { DescribedBy, DescribedContent } from '../../database/described-files';
import type { Services } from '../services';

/** Files larger than this are refused, in bytes. */
const largest = 256 << 20;

export interface FileToDescribe {
  name: string;
  bytes: Buffer;
}

export type DescribeServices = Pick<Services, 'runs' | 'teachers' | 'students' | 'library'>;

/** What the descriptions of a run depend on now. @throws GlyphscopeError NOT_FOUND, RUN_NOT_TRAINED */
export function describedBy(s: Pick<Services, 'runs' | 'teachers'>, run: number): DescribedBy {
  const { checkpointStep, teacher } = s.runs.usable(run);
  return { run, step: checkpointStep, teacher: s.teachers.get(teacher).info.id };
}

export const contentOf = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

/**
 * What a run found in a file that was described lately.
 * @throws GlyphscopeError NOT_FOUND, RUN_NOT_TRAINED
 */
export function describedContent(s: DescribeServices, run: number, sha256: string): DescribedContent {
  const found = s.library.db.read.describedFiles.of(describedBy(s, run), sha256);
  if (!found) throw new GlyphscopeError('NOT_FOUND', 'The file was not described by this run, or so long ago that it was forgotten.', { subject: sha256, remedy: 'Drop it on the Describe page again.' });
  return found;
}

/**
 * Describes files that need not be in any collection. What is described already by the same content costs no model a
 * call; the others are decoded and encoded side by side and described in one call of the student. A file that cannot be
 * read does not keep the others from being described.
 * @returns one outcome for each file, in their order
 * @throws GlyphscopeError NOT_FOUND, RUN_NOT_TRAINED, CHECKPOINT_DAMAGED, BACKEND_UNAVAILABLE, PROCESS_DIED
 */
export async function describeFiles(s: DescribeServices, run: number, files: readonly FileToDescribe[], signal?: AbortSignal): Promise<DescribeOutcome[]> {
  const hashes = files.map(({ bytes }) => contentOf(bytes));
  const by = describedBy(s, run);
  const known = new Map<string, DescribedContent>();
  const fresh = new Map<string, FileToDescribe>();
  files.forEach((file, i) => {
    const found = known.get(hashes[i]) ?? s.library.db.read.describedFiles.of(by, hashes[i]);
    if (found) known.set(hashes[i], found);
    else fresh.set(hashes[i], file);
  });
  const made = await describeContents(s, by, fresh, signal);
  return files.map(({ name }, i) => {
    const content = known.get(hashes[i]) ?? made.get(hashes[i])!;
    if (content instanceof Error) return { error: { ...toErrorDetail(content), subject: name } };
    const { sha256, width, height, description } = content;
    return { file: { name, sha256, width, height, description, known: known.has(sha256) } };
  });
}

/** Describes one file, or throws what keeps it from being described. */
export async function describeOne(s: DescribeServices, run: number, file: FileToDescribe): Promise<Extract<DescribeOutcome, { file: unknown }>['file']> {
  const [outcome] = await describeFiles(s, run, [file]);
  if ('file' in outcome) return outcome.file;
  const { code, message, ...options } = outcome.error;
  throw new GlyphscopeError(code, message, options);
}

/** Describes and remembers contents, by their hashes; an error in place of one that cannot be read. */
async function describeContents(s: DescribeServices, by: DescribedBy, files: ReadonlyMap<string, FileToDescribe>, signal: AbortSignal | undefined): Promise<Map<string, DescribedContent | Error>> {
  const result = new Map<string, DescribedContent | Error>();
  if (files.size === 0) return result;
  const { config, ...trained } = s.runs.usable(by.run);
  const teacher = s.teachers.of(trained);
  const { length: L, featureTokens } = config;
  return s.students.use(by.run, async (student) => {
    const read = await Promise.all(
      [...files].map(async ([sha256, { name, bytes }]) => {
        try {
          requireReadable(name, bytes);
          const [{ width, height }, { features, tokens }] = await Promise.all([
            s.teachers.images.request({ kind: 'inspect-bytes', bytes, name }, name, signal),
            teacher.request({ kind: 'encode', bytes, name, tokens: featureTokens }, name, signal),
          ]);
          return { sha256, width, height, feature: features, tokens };
        } catch (error) {
          if (signal?.aborted || toErrorDetail(error).code === 'PROCESS_DIED') throw error;
          result.set(sha256, error instanceof Error ? error : new Error(String(error)));
          return null;
        }
      }),
    );
    const good = read.filter((one) => one !== null);
    if (good.length === 0) return result;
    const tokens = featureTokens > 0 ? joined(good.map((one) => one.tokens)) : undefined;
    const described = await student.describe(joined(good.map((one) => one.feature)), { alternatives: true, ...(tokens && { tokens }) });
    const width = teacher.info.featureWidth;
    s.library.db.transaction(() =>
      good.forEach((one, i) => {
        const content: DescribedContent = {
          ...one,
          description: {
            symbols: Array.from(described.symbols.subarray(i * L, (i + 1) * L)),
            probabilities: Array.from(described.probabilities.subarray(i * L, (i + 1) * L)),
            alternatives: described.alternatives?.[i] ?? [],
          },
          embedding: described.embeddings.slice(i * width, (i + 1) * width),
        };
        s.library.db.write.describedFiles.put({ ...by, step: student.step }, content);
        result.set(one.sha256, content);
      }),
    );
    return result;
  });
}

function requireReadable(name: string, bytes: Buffer): void {
  if (bytes.length === 0) throw new GlyphscopeError('IMAGE_EMPTY', `${name} is empty.`, { subject: name, remedy: 'Choose another file.' });
  if (bytes.length > largest) throw new GlyphscopeError('IMAGE_TOO_LARGE', `${name} has more than ${largest >> 20} MB.`, { subject: name, remedy: 'Choose a smaller file.' });
}

function joined(parts: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
