import type { ErrorDetail } from '../contract/errors';
import type { ProgressState } from '../contract/progress';
import type { EmbeddingSet } from './embedding-set';
import type { NearestImages } from './kept-neighbours';
import type { placingPoints, StandingMap } from './map-placing';
import type { FoundRows, NearestQuestion } from './nearest-graph';
import type { FoundNeighbours, NeighbourQuery } from './neighbours';
import type { NearImages, NearQuery } from './neighbours-by';
import type { PrefixNode } from '../contract/explore';
import type { PrefixQuestion } from './prefix-tree';
import type { SymbolPositions, VocabularyParts } from './vocabulary';

/** What the contract's `mapArrays` are made of, n images in the set's order. */
export interface MapArrays {
  /** [n, 2] within −1 … 1 */
  coordinates: Float32Array;
  images: Int32Array;
  /** Index into `classes`, −1 without a label. */
  labels: Int16Array;
  /** [n, length] */
  symbols: Uint16Array;
  classes: string[];
  length: number;
}

/** A finished map. */
export interface MapResult extends MapArrays {
  /** Units of UMAP's layout in one of the map's. */
  extent: number;
}

/** What the vector worker can be asked: input and output of each operation. Every input names a set by its key. */
export interface VectorOperations {
  load: { input: { key: string; set: EmbeddingSet }; output: null };
  unload: { input: { key: string }; output: null };
  neighbours: { input: { key: string; query: NeighbourQuery }; output: FoundNeighbours };
  near: { input: { key: string; query: NearQuery }; output: NearImages };
  positionCounts: { input: { key: string }; output: { counts: Int32Array; images: number } };
  vocabulary: { input: { key: string; exemplars: number }; output: VocabularyParts };
  symbol: { input: { key: string; symbol: number; images: number }; output: SymbolPositions };
  prefix: { input: { key: string; question: PrefixQuestion }; output: PrefixNode };
  mapPoints: { input: { key: string }; output: NearestQuestion };
  placingPoints: { input: { key: string; map: StandingMap }; output: ReturnType<typeof placingPoints> };
  placeVector: { input: { key: string; map: StandingMap; vector: Float32Array }; output: { x: number; y: number } };
  placeMissing: { input: { key: string; map: StandingMap; nearest: FoundRows | null }; output: MapArrays };
  imageRows: { input: { key: string; k: number }; output: NearestQuestion };
  nearestImages: { input: { key: string; k: number; nearest: FoundRows | null }; output: NearestImages };
  map: { input: { key: string; seed: number; nearest: FoundRows | null }; output: MapResult };
}
export type VectorOperation = keyof VectorOperations;

export type VectorRequest =
  | { [O in VectorOperation]: { id: number; operation: O; input: VectorOperations[O]['input'] } }[VectorOperation]
  | { id: number; operation: 'cancel' };

export type VectorReply =
  | { id: number; output: VectorOperations[VectorOperation]['output'] }
  | { id: number; error: ErrorDetail }
  | { id: number; progress: ProgressState };

/** Buffers that a message may take along instead of copying: those that belong to one array alone. */
export function ownBuffers(...arrays: { buffer: ArrayBufferLike; byteLength: number }[]): ArrayBuffer[] {
  const own = arrays.filter((array) => array.buffer instanceof ArrayBuffer && array.byteLength === array.buffer.byteLength);
  return [...new Set(own.map((array) => array.buffer as ArrayBuffer))];
}
