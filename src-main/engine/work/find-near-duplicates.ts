import { nearDuplicateDefaults, type NearDuplicates } from '../../contract/curate';
import { GlyphscopeError } from '../../contract/errors';
import { bytesToSymbols } from '../../database/symbol-bytes';
import { breathe } from '../../evaluation/breathe';
import { unitRows } from '../../evaluation/distinct-rows';
import { duplicateEdges, duplicateGroups, type DuplicateEdge } from '../../explore/near-duplicates';
import { pauses } from '../../explore/pause';
import type { JobHandle, JobOutcome } from '../jobs';
import type { Services } from '../services';

/** Descriptions read between two breaths. */
const rowsAtOnce = 2_000;

/**
 * Compares the teacher's features of all images of a collection whose descriptions begin with the same symbols, and keeps
 * what joins them. Excluded images take part, so that the list is right again when they are included.
 * @throws GlyphscopeError DESCRIPTIONS_MISSING, NOT_FOUND, CANCELLED
 */
export async function findNearDuplicates(s: Pick<Services, 'library' | 'runs' | 'collections' | 'teachers'>, o: { run: number; collection: number; symbols: number }, job: JobHandle): Promise<JobOutcome> {
  const { db } = s.library;
  const run = s.runs.get(o.run);
  const encoding = db.read.runs.encoding(o.run, o.collection);
  if (!encoding || encoding.step !== run.describedStep)
    throw new GlyphscopeError('DESCRIPTIONS_MISSING', `"${run.name}" has not described "${s.collections.get(o.collection).name}" yet.`, { subject: run.name, remedy: 'Describe the collection with this run first.' });
  const { clean } = s.teachers.of(run);
  const alike = new Map<string, number[]>();
  let images = 0;
  for (let after = 0; ; await breathe(job.signal)) {
    const rows = db.read.descriptions.some(o.run, o.collection, after, rowsAtOnce);
    for (const { image, symbols } of rows) {
      if (!clean.has(image - 1)) continue;
      const key = bytesToSymbols(symbols).slice(0, o.symbols).join(' ');
      const group = alike.get(key);
      if (group) group.push(image);
      else alike.set(key, [image]);
      images++;
    }
    if (rows.length < rowsAtOnce) break;
    after = rows[rows.length - 1].image;
  }

  const edges: DuplicateEdge[] = [];
  const often = pauses(job.signal);
  let done = 0;
  for (const group of alike.values()) {
    job.progress({ phase: 'comparing', done, total: images, unit: 'images' });
    if (group.length > 1) edges.push(...(await duplicateEdges(group, unitRows(clean.gather(group.map((image) => image - 1)), clean.spec.width), clean.spec.width, nearDuplicateDefaults.most, async () => void (await often()))));
    done += group.length;
    await often();
  }
  const document: NearDuplicates = { step: encoding.step, symbols: o.symbols, images, most: nearDuplicateDefaults.most, edges: edges.map(([a, b, distance]) => [a, b, distance]) };
  db.write.runDocuments.put('near-duplicates', o.run, o.collection, document, Date.now());
  const groups = duplicateGroups(edges, nearDuplicateDefaults.threshold, new Set());
  const grouped = groups.reduce((sum, group) => sum + group.images.length, 0);
  return { summary: `${images.toLocaleString('en')} images compared: ${grouped.toLocaleString('en')} are near-duplicates, in ${groups.length.toLocaleString('en')} groups.`, counts: { images, grouped, groups: groups.length } };
}
