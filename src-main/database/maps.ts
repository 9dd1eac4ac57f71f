import * as z from 'zod';
import type { MapInfo } from '../contract/explore';
import { allValues, change, oneRow, type ReadHandle, type WriteHandle } from './handles';

interface MapRow {
  id: number;
  run: number;
  collection: number;
  seed: number;
  points: number;
  length: number;
  labels: string;
  created_at: number;
  step: number | null;
  extent: number | null;
  placed: number;
  recall: number | null;
}

/** A map with what placing more images on it needs; both are null for one of an older version. */
export interface StoredMap extends MapInfo {
  /** The checkpoint whose descriptions it shows. */
  step: number | null;
  /** Units of UMAP's layout in one of the map's. */
  extent: number | null;
}

const labelList = z.array(z.string());
const toMap = (row: MapRow): StoredMap => ({
  id: row.id,
  run: row.run,
  collection: row.collection,
  seed: row.seed,
  points: row.points,
  length: row.length,
  labels: labelList.parse(JSON.parse(row.labels)),
  createdAt: row.created_at,
  placed: row.placed,
  recall: row.recall,
  step: row.step,
  extent: row.extent,
});
const columns = 'id, run, collection, seed, points, length, labels, created_at, step, extent, placed, recall';

export function readMaps(db: ReadHandle) {
  const byId = oneRow<MapRow>(db, `SELECT ${columns} FROM maps WHERE id = ?`);
  const ofRun = allValues<number>(db, 'SELECT id FROM maps WHERE run = ?');
  const latest = oneRow<MapRow>(db, `SELECT ${columns} FROM maps WHERE run = ? AND collection = ?`);
  return {
    byId: (id: number): StoredMap | null => {
      const row = byId(id);
      return row ? toMap(row) : null;
    },
    /** Ids of all maps of a run. */
    ofRun: (run: number): number[] => ofRun(run),
    of: (run: number, collection: number): StoredMap | null => {
      const row = latest(run, collection);
      return row ? toMap(row) : null;
    },
  };
}

export function writeMaps(db: WriteHandle) {
  const removeOf = change(db, 'DELETE FROM maps WHERE run = ? AND collection = ?');
  const create = change(db, 'INSERT INTO maps (run, collection, seed, points, length, labels, created_at, step, extent, placed, recall) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)');
  return {
    /** Makes room for the new map of a run and collection; gives its id. Its file must be there before. */
    create: (map: Omit<StoredMap, 'id'>): number =>
      create(map.run, map.collection, map.seed, map.points, map.length, JSON.stringify(map.labels), map.createdAt, map.step, map.extent, map.placed, map.recall).id,
    removeOf: (run: number, collection: number): void => void removeOf(run, collection),
  };
}
