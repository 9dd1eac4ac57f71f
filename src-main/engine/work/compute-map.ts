import { GlyphscopeError } from '../../contract/errors';
import type { Progress } from '../../contract/progress';
import type { StoredMap } from '../../database/maps';
import type { StandingMap } from '../../explore/map-placing';
import type { NearestQuestion } from '../../explore/nearest-graph';
import type { MapArrays } from '../../explore/vector-protocol';
import type { JobHandle, JobOutcome } from '../jobs';
import { readMap, removeMapFile, writeMap } from '../map-files';
import type { Services } from '../services';

type MapServices = Pick<Services, 'library' | 'runs' | 'vectors' | 'students'>;
type MapJob = Pick<JobHandle, 'signal' | 'progress'>;

/** Computes the map of a described collection and puts it in the place of the one before. */
export async function computeMap(s: MapServices, o: { run: number; collection: number; seed: number }, job: MapJob): Promise<JobOutcome> {
  const { step } = described(s, o);
  const { extent, recall, ...arrays } = await s.vectors.map(o.run, o.collection, { seed: o.seed, ...mapHelp(s, o.run, job) });
  await keepMap(s, { ...o, step, extent, placed: 0, recall }, arrays);
  const points = arrays.images.length;
  const approximate = recall === null ? '' : ` The nearest neighbours are approximate: ${(100 * recall).toFixed(1)}% of the true ones.`;
  return { summary: `${count(points)} images placed.${approximate}`, counts: { points } };
}

/**
 * Places the images that were described since a map was computed, without moving the others.
 * @throws GlyphscopeError NOT_FOUND without a map, or with one of another checkpoint or an older version
 */
export async function placeOnMap(s: MapServices, o: { run: number; collection: number }, job: MapJob): Promise<JobOutcome> {
  const map = standing(s, o);
  if (!map)
    throw new GlyphscopeError('NOT_FOUND', 'There is no map that images could be placed on.', { subject: `run ${o.run}`, remedy: 'Compute the map.' });
  const before = await readMap(s.library.directory, map);
  const added = await s.vectors.placeMissing(o.run, o.collection, { ...map, ...before }, mapHelp(s, o.run, job));
  const placed = added.images.length;
  if (placed > 0) await keepMap(s, { ...map, placed: map.placed + placed }, joined(before, added));
  return { summary: placed > 0 ? `${count(placed)} images placed on the map.` : 'The map has every described image.', counts: { placed } };
}

/** Begins the job that does so; gives its id. */
export function startPlacing(s: MapServices & Pick<Services, 'jobs'>, run: { id: number; name: string }, collection: { id: number; name: string }): string {
  const title = `New images on the map of "${collection.name}" by "${run.name}"`;
  return s.jobs.start({ kind: 'map', title, lane: 'map', uses: [`run ${run.id}`, `collection ${collection.id}`] }, (job) => placeOnMap(s, { run: run.id, collection: collection.id }, job));
}

/** Whether a map shows the newest descriptions, so that images can be placed on it. */
export const canPlace = (s: MapServices, o: { run: number; collection: number }) => standing(s, o) !== null;

/** Where a sequence of symbols stands on the map of a run and collection; null while there is no map of the run's descriptions. */
export async function placeSymbols(s: MapServices, o: { run: number; collection: number; symbols: readonly number[] }): Promise<{ map: number; x: number; y: number } | null> {
  const map = standing(s, o);
  if (!map) return null;
  const [arrays, vector] = await Promise.all([readMap(s.library.directory, map), s.students.interpret(o.run, o.symbols)]);
  return { map: map.id, ...(await s.vectors.placeVector(o.run, o.collection, { ...map, ...arrays }, vector)) };
}

/** The map that is there, when it shows the descriptions of now. */
function standing(s: MapServices, o: { run: number; collection: number }): (StoredMap & Pick<StandingMap, 'extent'>) | null {
  const map = s.library.db.read.maps.of(o.run, o.collection);
  const { extent } = map ?? {};
  return map && extent && map.step === described(s, o).step ? { ...map, extent } : null;
}

function described(s: MapServices, { run, collection }: { run: number; collection: number }): { step: number | null } {
  return { step: s.library.db.read.runs.encoding(run, collection)?.step ?? null };
}

/** What the work is given: the run's student has a backend, and native TensorFlow takes every core, the vector worker one. */
export function mapHelp(s: Pick<Services, 'students'>, run: number, { signal, progress }: MapJob) {
  const onProgress: Progress = (at) => progress(at);
  const nearest = (question: NearestQuestion) =>
    s.students.use(run, async (student) => (student.backend.name.startsWith('tensorflow') ? student.nearest(question, onProgress, signal) : null));
  return { signal, onProgress, nearest };
}

async function keepMap({ library: { db, directory } }: MapServices, map: Omit<StoredMap, 'id' | 'points' | 'length' | 'labels' | 'createdAt'>, arrays: MapArrays): Promise<void> {
  const { keep } = await writeMap(directory, arrays);
  const before = db.read.maps.of(map.run, map.collection);
  const id = db.transaction(() => {
    db.write.maps.removeOf(map.run, map.collection);
    return db.write.maps.create({ ...map, points: arrays.images.length, length: arrays.length, labels: arrays.classes, createdAt: Date.now() });
  });
  await keep(id);
  if (before) await removeMapFile(directory, before.id);
}

/** Two parts of a map as one: labels of the second get the numbers that they have in the first. */
function joined(a: MapArrays, b: MapArrays): MapArrays {
  const classes = [...new Set([...a.classes, ...b.classes])];
  const labels = b.labels.map((label) => (label < 0 ? label : classes.indexOf(b.classes[label])));
  return {
    coordinates: appended(a.coordinates, b.coordinates, Float32Array),
    images: appended(a.images, b.images, Int32Array),
    labels: appended(a.labels, labels, Int16Array),
    symbols: appended(a.symbols, b.symbols, Uint16Array),
    classes,
    length: a.length,
  };
}

function appended<A extends Float32Array | Int32Array | Int16Array | Uint16Array>(a: A, b: A, Make: new (length: number) => A): A {
  const out = new Make(a.length + b.length);
  out.set(a);
  out.set(b, a.length);
  return out;
}

const count = (n: number) => n.toLocaleString('en');
