import type { Alternative, OcclusionEvent, Reading } from '../../contract/describing';
import { GlyphscopeError } from '../../contract/errors';
import type { DescribedContent } from '../../database/described-files';
import { seenPart } from '../../teacher/preprocessing';
import type { Services } from '../services';
import { describedContent, describeOne, type DescribeServices, type FileToDescribe } from './describe-files';

/** Patches of one request to an image worker: enough to keep it busy, few enough to show progress. */
const patchesAtOnce = 16;
/** Takes the place of probabilities that float32 cannot tell from 0: the logarithm stays finite. */
const leastProbability = 2 ** -126;

/**
 * The likeliest symbols at a position of a described file, and the description as it would go on from each.
 * @param position from 0  @throws GlyphscopeError NOT_FOUND, RUN_NOT_TRAINED, INVALID_INPUT for a position that there is not
 */
export async function alternativesAt(s: DescribeServices, o: { run: number; sha256: string; position: number; count: number }): Promise<Alternative[]> {
  const { length: L } = s.runs.usable(o.run).config;
  const content = describedContent(s, o.run, o.sha256);
  const { symbols, alternatives } = content.description;
  if (o.position >= L) throw new GlyphscopeError('INVALID_INPUT', `Descriptions of this run have ${L} symbols: there is no position ${o.position + 1}.`, { subject: 'position' });
  const likeliest = alternatives[o.position].slice(0, o.count);
  const given = Uint16Array.from(likeliest.flatMap(({ symbol }) => [...symbols.slice(0, o.position), symbol]));
  const described = await s.students.use(o.run, (student) => student.describe(repeated(content.feature, likeliest.length), { given, ...tokensOf(content, likeliest.length) }));
  return likeliest.map((one, i) => ({
    ...one,
    symbols: Array.from(described.symbols.subarray(i * L, (i + 1) * L)),
    probabilities: Array.from(described.probabilities.subarray(i * L, (i + 1) * L)),
  }));
}

/**
 * What the interpreter reads in the first 1, 2, 4 … symbols of a described file, and the images nearest to each.
 * @throws GlyphscopeError NOT_FOUND, RUN_NOT_TRAINED, DESCRIPTIONS_MISSING
 */
export async function readingsOf(s: DescribeServices & Pick<Services, 'vectors'>, o: { run: number; collection: number; sha256: string; lengths: number[]; count: number }): Promise<Reading[]> {
  const { length: L } = s.runs.usable(o.run).config;
  const { description, embedding } = describedContent(s, o.run, o.sha256);
  const lengths = [...new Set(o.lengths.map((length) => Math.min(length, L)))].sort((a, b) => a - b);
  return Promise.all(
    lengths.map(async (length) => {
      const symbols = description.symbols.slice(0, length);
      const vector = length === L ? embedding : await s.students.interpret(o.run, symbols);
      return { length, ...(await s.vectors.near(o.run, o.collection, { by: 'embedding', of: { vector, symbols }, count: o.count })) };
    }),
  );
}

/**
 * How much each patch of a file matters to each symbol of its description, by greying one patch after the other.
 * Yields how many are done, then the result.
 * @throws GlyphscopeError IMAGE_*, NOT_FOUND, RUN_NOT_TRAINED, CANCELLED
 */
export async function* occlude(s: DescribeServices, o: { run: number; file: FileToDescribe; grid: number }, signal: AbortSignal | undefined): AsyncGenerator<OcclusionEvent, void> {
  const { config } = s.runs.usable(o.run);
  const { sha256, width, height } = await describeOne(s, o.run, o.file);
  const content = describedContent(s, o.run, sha256);
  const total = o.grid ** 2;
  const stop = new AbortController();
  const signals = signal ? AbortSignal.any([signal, stop.signal]) : stop.signal;
  const part = async (from: number) => {
    const to = Math.min(total, from + patchesAtOnce);
    const { features, tokens } = await s.teachers.of(s.runs.get(o.run)).request({ kind: 'occlude', ...o.file, tokens: config.featureTokens, grid: o.grid, from, to }, o.file.name, signals);
    return { from, drops: await dropsOf(s, o.run, content, features, tokens) };
  };
  try {
    const parts = Array.from({ length: Math.ceil(total / patchesAtOnce) }, (_, i) => part(i * patchesAtOnce));
    for (const one of parts) one.catch(() => undefined); // the first failure is the one that is told, below
    const drops = Array.from({ length: config.length }, () => new Array<number>(total).fill(0));
    for (let done = 0; done < parts.length; done++) {
      yield { done: done * patchesAtOnce, total };
      const { from, drops: some } = await parts[done];
      some.forEach((ofPosition, j) => ofPosition.forEach((drop, i) => (drops[j][from + i] = drop)));
    }
    yield { done: total, total };
    const { preprocessing, inputSize } = s.teachers.of(s.runs.get(o.run)).info;
    yield { occlusion: { grid: o.grid, drops, seen: seenPart({ width, height }, preprocessing, inputSize) } };
  } finally {
    stop.abort();
  }
}

/** ln p(s_j) of the description less the same of each of some changed features: [L][B]. */
async function dropsOf(s: DescribeServices, run: number, content: DescribedContent, features: Float32Array, tokens: Float32Array): Promise<number[][]> {
  const { symbols, probabilities } = content.description;
  const count = features.length / content.feature.length;
  const given = Uint16Array.from({ length: count * symbols.length }, (_, i) => symbols[i % symbols.length]);
  const changed = await s.students.use(run, (student) => student.describe(features, { given, ...(tokens.length > 0 && { tokens }) }));
  const logarithm = (p: number) => Math.log(Math.max(p, leastProbability));
  return symbols.map((_, j) => Array.from({ length: count }, (_, i) => logarithm(probabilities[j]) - logarithm(changed.probabilities[i * symbols.length + j])));
}

function repeated(values: Float32Array, times: number): Float32Array {
  const all = new Float32Array(values.length * times);
  for (let i = 0; i < times; i++) all.set(values, i * values.length);
  return all;
}

const tokensOf = ({ tokens }: DescribedContent, times: number) => (tokens.length > 0 ? { tokens: repeated(tokens, times) } : {});
