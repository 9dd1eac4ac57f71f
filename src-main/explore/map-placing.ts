import type { Progress } from '../contract/progress';
import { distinctRows, unitRows } from '../evaluation/distinct-rows';
import { liveColumns } from '../evaluation/live-columns';
import type { EmbeddingSet } from './embedding-set';
import { rowsOf } from './map';
import type { FoundRows, NearestQuestion } from './nearest-graph';
import { placeAmong, placingNeighbours, type Anchors } from './place';
import { spreadDuplicates } from './spread-duplicates';

/** A map that stays as it is while others are placed on it. */
export interface StandingMap {
  id: number;
  seed: number;
  /** Units of UMAP's layout in one of the map's, whose half side is 1. */
  extent: number;
  images: Int32Array;
  /** [n, 2] within −1 … 1 */
  coordinates: Float32Array;
}

/** Where images stand that a map lacks: rows of the set, and their coordinates [m, 2] within −1 … 1. */
export interface PlacedRows {
  rows: Int32Array;
  coordinates: Float32Array;
}

interface Ground {
  map: number;
  /** Group of each row of the set: rows of one embedding. */
  group: Int32Array;
  /** For each group its place among the anchors or, from −1 down, among those to be placed. */
  place: Int32Array;
  anchors: Anchors;
  /** For each group without an image on the map a row of it. */
  missing: Int32Array;
}

const grounds = new WeakMap<EmbeddingSet, Ground>();

/** The question for the nearest anchors of the points that a map lacks, without the columns that are zero in all. */
export function placingPoints(set: EmbeddingSet, map: StandingMap): Omit<Required<NearestQuestion>, 'approximate'> {
  const { anchors, missing } = groundOf(set, map);
  const { a: bank, b: rows, width } = liveColumns(rowsOf(set, anchors.row), rowsOf(set, missing), set.width);
  return { bank, rows, width, k: Math.min(placingNeighbours, bank.length / width) };
}

/** Where a vector [Z] of any length would stand on the map of a set: x and y within −1 … 1. */
export async function placeVector(set: EmbeddingSet, map: StandingMap, vector: Float32Array): Promise<{ x: number; y: number }> {
  const [x, y] = await placeAmong(groundOf(set, map).anchors, unitRows(vector, set.width), { seed: map.seed });
  return { x: within(x / map.extent), y: within(y / map.extent) };
}

/** Places the images of a set that its map lacks. @throws the signal's reason when cancelled */
export async function placeMissing(set: EmbeddingSet, map: StandingMap, o: { nearest?: FoundRows | null; signal?: AbortSignal; onProgress?: Progress }): Promise<PlacedRows> {
  const { anchors, missing, group, place } = groundOf(set, map);
  const placed = await placeAmong(anchors, rowsOf(set, missing), { ...o, seed: map.seed });
  const points = new Float32Array(place.length * 2);
  place.forEach((at, g) => {
    const [from, index] = at >= 0 ? [anchors.points, at] : [placed, -1 - at];
    for (let c = 0; c < 2; c++) points[g * 2 + c] = within(from[index * 2 + c] / map.extent);
  });
  const spread = spreadDuplicates(points, group);
  const standing = new Set(map.images);
  const rows = Int32Array.from(set.images.keys()).filter((i) => !standing.has(set.images[i]));
  return { rows, coordinates: Float32Array.from({ length: rows.length * 2 }, (_, t) => within(spread[rows[t >> 1] * 2 + (t & 1)])) };
}

const within = (x: number) => Math.min(1, Math.max(-1, x));

/** The parts of a set that stand on a map and those that do not; kept for the next question about the same map. */
function groundOf(set: EmbeddingSet, map: StandingMap): Ground {
  const kept = grounds.get(set);
  if (kept?.map === map.id) return kept;
  const { width } = set;
  const groups = distinctRows(set.embeddings, width);
  const placeOf = new Map(Array.from(map.images, (image, at) => [image, at]));
  const sum = new Float64Array(groups.count * 3); // x, y and images
  groups.group.forEach((g, i) => {
    const at = placeOf.get(set.images[i]);
    if (at === undefined) return;
    sum[g * 3] += map.coordinates[at * 2];
    sum[g * 3 + 1] += map.coordinates[at * 2 + 1];
    sum[g * 3 + 2]++;
  });
  const [standing, lacking]: [number[], number[]] = [[], []];
  const place = Int32Array.from({ length: groups.count }, (_, g) => (sum[g * 3 + 2] > 0 ? standing.push(g) - 1 : -lacking.push(g)));
  const firstOf = (some: readonly number[]) => Int32Array.from(some, (g) => groups.first[g]);
  const points = Float32Array.from({ length: standing.length * 2 }, (_, t) => {
    const g = standing[t >> 1] * 3;
    return (sum[g + (t & 1)] / sum[g + 2]) * map.extent;
  });
  const ground = { map: map.id, group: groups.group, place, anchors: { rows: set.embeddings, row: firstOf(standing), width, points }, missing: firstOf(lacking) };
  grounds.set(set, ground);
  return ground;
}
