import type { Snapshots, SnapshotEvent } from '../contract/runs';
import type { LibraryDatabase } from '../database/library-database';
import type { StoredRun } from '../database/runs';

/** Snapshots given at most; of more, every second, third … one up to the newest. */
const mostSnapshots = 200;

/** The snapshots of a run with the names and labels of their images; null where it made none. */
export function readSnapshots(db: LibraryDatabase, run: Pick<StoredRun, 'id' | 'collection'>): Snapshots | null {
  const events = db.read.trainingEvents.ofType(run.id, 'snapshot') as SnapshotEvent[];
  const newest = events.at(-1);
  if (!newest) return null;
  const stride = Math.ceil(events.length / mostSnapshots);
  const { images, heldOut, plane } = newest;
  const items = run.collection === null ? [] : db.read.collectionImages.items(run.collection, images, null);
  const known = new Map(items.map((item) => [item.id, item]));
  return {
    images: images.map((image) => ({ image, name: known.get(image)?.name ?? `image ${image}`, label: known.get(image)?.label ?? null })),
    heldOut,
    plane,
    stride,
    list: events.filter((_, i) => (events.length - 1 - i) % stride === 0).map(({ step, symbols, coordinates }) => ({ step, symbols, coordinates })),
  };
}
