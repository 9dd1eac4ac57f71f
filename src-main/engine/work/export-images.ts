import { needsEmbeddings, needsMap, type ExportRequest } from '../../contract/export';
import { GlyphscopeError } from '../../contract/errors';
import { unitRows } from '../../evaluation/distinct-rows';
import { openCsv } from '../../export/csv';
import type { ExportRow, ExportShape, ExportWriter } from '../../export/export-rows';
import { openJsonl } from '../../export/jsonl';
import { openNpy } from '../../export/npy';
import { openStaticPage } from '../../export/page/static-page';
import { openParquet } from '../../export/parquet';
import { openProjector } from '../../export/projector';
import { openEmbeddings } from '../embeddings';
import { writeFolder } from '../exports';
import type { JobHandle, JobOutcome } from '../jobs';
import { readMap } from '../map-files';
import { idsOf } from '../selected-images';
import type { Services } from '../services';

type ExportServices = Pick<Services, 'library' | 'collections' | 'runs' | 'teachers' | 'students' | 'images'>;

/** Images read and written between two breaths, and the long edge of their thumbnails in pixels. */
const atOnce = 256;
const thumbnailSize = 64;
type Neighbours = NonNullable<ExportRow['neighbours']>;

/**
 * Looks at what is asked for before anything is written, and gives the work.
 * @throws GlyphscopeError NOT_FOUND, INVALID_INPUT, DESCRIPTIONS_MISSING, QueryError
 */
export async function prepareExport(s: ExportServices, request: ExportRequest): Promise<{ title: string; name: string; uses: string[]; work: (target: string, job: JobHandle) => Promise<JobOutcome> }> {
  const { db } = s.library;
  const collection = s.collections.get(request.collection);
  const ids = await idsOf(s, request);
  if (ids.length === 0) throw new GlyphscopeError('INVALID_INPUT', 'There is no image to export.', { subject: 'selection', remedy: 'Pick some images, or ask for others.' });
  const embeddings = request.embeddings || request.neighbours > 0 || needsEmbeddings(request.format);
  const run = request.run === undefined ? null : s.runs.get(request.run);
  if (!run && (embeddings || needsMap(request.format)))
    throw new GlyphscopeError('INVALID_INPUT', 'This export needs a run.', { subject: 'run', remedy: 'Choose the run whose embeddings and map are meant.' });
  const encoding = run && db.read.runs.encoding(run.id, collection.id);
  if (embeddings && (!encoding || encoding.step !== run?.describedStep))
    throw new GlyphscopeError('DESCRIPTIONS_MISSING', `"${run?.name}" has not described "${collection.name}" yet.`, { subject: collection.name, remedy: 'Describe the collection with this run first.' });
  const map = run && db.read.maps.of(run.id, collection.id);
  if (needsMap(request.format) && !map)
    throw new GlyphscopeError('NOT_FOUND', `There is no map of "${collection.name}" by "${run?.name}".`, { subject: 'map', remedy: 'Compute the map first: the Map page does.' });

  const position = Number(request.colourBy);
  if (request.format === 'page' && position > (run?.config.length ?? 0))
    throw new GlyphscopeError('INVALID_INPUT', `Descriptions of "${run?.name}" have ${run?.config.length} symbols: there is no position ${position} to colour by.`, { subject: 'colourBy', remedy: 'Choose another position, or label or split.' });
  const older = map && map.step !== encoding?.step ? ' The map is older than the descriptions.' : '';

  const name = `${collection.name} ${request.format}`;
  const uses = [`collection ${collection.id}`, ...(run ? [`run ${run.id}`] : [])];
  const work = async (target: string, job: JobHandle): Promise<JobOutcome> => {
    const vectors = embeddings && run && encoding ? embeddingsOf(s, run.id, encoding.step, ids) : null;
    const places = map ? placesOf(await readMap(s.library.directory, map)) : null;
    const neighbours = vectors && run && request.neighbours > 0 ? await nearestOf(s, run.id, vectors, Math.min(request.neighbours, ids.length - 1), job) : null;
    const thumbnails = request.thumbnails || request.format === 'page';
    const shape: ExportShape = {
      count: ids.length,
      length: run?.config.length ?? 0,
      width: vectors && (request.embeddings || needsEmbeddings(request.format)) ? vectors.width : 0,
      map: places !== null,
      neighbours: neighbours !== null,
      thumbnails,
      largest: db.read.images.longestEdge(collection.id),
    };
    const subtitle = `${ids.length.toLocaleString('en')} images${run ? `, described by ${run.name}` : ''}`;
    await writeFolder(target, async (folder) => {
      const writer = await openWriter(folder, request, shape, { title: collection.name, subtitle });
      try {
        for (let at = 0; at < ids.length; at += atOnce) {
          job.signal.throwIfAborted();
          job.progress({ phase: 'writing', done: at, total: ids.length, unit: 'images' });
          const items = db.read.collectionImages.items(collection.id, ids.slice(at, at + atOnce), run?.id ?? null);
          const stored = new Map(db.read.images.several(items.map(({ id }) => id)).map((image) => [image.id, image]));
          const rows = items.map(async (item, i): Promise<ExportRow> => {
            const image = stored.get(item.id)!;
            const place = places?.get(item.id) ?? null;
            return {
              ...{ id: item.id, sha256: image.sha256, name: item.name, label: item.label, split: item.split, tags: item.tags, excluded: item.excluded, symbols: item.symbols },
              x: place?.[0] ?? null,
              y: place?.[1] ?? null,
              embedding: shape.width > 0 ? vectors!.at(at + i) : null,
              neighbours: neighbours?.(at + i) ?? null,
              thumbnail: thumbnails ? await thumbnailOf(s, image, item.name, job) : null,
            };
          });
          await writer.write(await Promise.all(rows));
        }
        job.progress({ phase: 'finishing', done: ids.length, total: ids.length, unit: 'images' });
        await writer.finish();
      } finally {
        await writer.close();
      }
      job.signal.throwIfAborted();
    });
    return { summary: `${ids.length.toLocaleString('en')} images exported to ${target}.${older}`, counts: { images: ids.length } };
  };
  return { title: `Export of "${collection.name}"`, name, uses, work };
}

function openWriter(folder: string, request: ExportRequest, shape: ExportShape, words: { title: string; subtitle: string }): Promise<ExportWriter> {
  switch (request.format) {
    case 'parquet':
      return openParquet(folder, shape);
    case 'csv':
      return openCsv(folder, shape);
    case 'jsonl':
      return openJsonl(folder, shape);
    case 'npy':
      return openNpy(folder, { ...shape, nearest: Math.min(request.neighbours, shape.count - 1) });
    case 'projector':
      return openProjector(folder, shape);
    case 'page':
      return openStaticPage(folder, { ...shape, ...words, colourBy: request.colourBy });
  }
}

/** Embeddings [n, Z] of images in the given order. @throws GlyphscopeError DESCRIPTIONS_MISSING when some have none */
function embeddingsOf(s: ExportServices, run: number, step: number, ids: readonly number[]): { rows: Float32Array; width: number; at: (row: number) => Float32Array } {
  const width = s.teachers.get(s.runs.get(run).teacher).info.featureWidth;
  const store = openEmbeddings(s.runs.directory(run), step, width);
  try {
    const slots = ids.map((id) => id - 1);
    const missing = store.missing(slots).length;
    if (missing > 0)
      throw new GlyphscopeError('DESCRIPTIONS_MISSING', `${missing.toLocaleString('en')} of the images are not described.`, { subject: 'selection', remedy: 'Describe the collection with this run, or add described:yes to the query.' });
    const rows = store.gather(slots);
    return { rows, width, at: (row) => rows.subarray(row * width, (row + 1) * width) };
  } finally {
    store.close();
  }
}

/** The k nearest other images of each, by cosine of the embeddings. */
async function nearestOf(s: ExportServices, run: number, { rows, width }: { rows: Float32Array; width: number }, k: number, job: JobHandle): Promise<(row: number) => Neighbours> {
  if (k < 1) return () => ({ ids: [], distances: [] });
  const unit = unitRows(rows, width);
  const found = await s.students.use(run, (student) => student.nearest({ rows: unit, width, k: k + 1 }, (at) => job.progress(at), job.signal));
  return (row) => {
    // An image is among its own nearest, but not always first: an equal one may stand before it.
    const all = Array.from({ length: k + 1 }, (_, i) => row * (k + 1) + i).filter((at) => found.rows[at] !== row).slice(0, k);
    return { ids: all.map((at) => found.rows[at]), distances: all.map((at) => Math.max(0, 1 - found.similarities[at])) };
  };
}

function placesOf({ images, coordinates }: { images: Int32Array; coordinates: Float32Array }): Map<number, readonly [number, number]> {
  return new Map(Array.from(images, (image, i) => [image, [coordinates[2 * i], coordinates[2 * i + 1]] as const]));
}

async function thumbnailOf(s: ExportServices, image: Parameters<ExportServices['images']['read']>[0], name: string, job: JobHandle): Promise<Buffer | null> {
  try {
    return await s.teachers.images.thumbnail(await s.images.read(image), name, thumbnailSize);
  } catch (error) {
    if (!(error instanceof GlyphscopeError) || error.code === 'CANCELLED' || error.code === 'PROCESS_DIED') throw error;
    job.fail({ name, code: error.code, reason: error.message });
    return null;
  }
}
