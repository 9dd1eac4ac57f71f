import type { Split } from '../contract/names';

/** One image as it is exported. What was not asked for, or is not there, is null. */
export interface ExportRow {
  id: number;
  /** Hexadecimal; the same image has it in every library. */
  sha256: string;
  name: string;
  label: string | null;
  split: Split | null;
  tags: readonly string[];
  excluded: boolean;
  symbols: readonly number[] | null;
  /** On the map, within −1 … 1. */
  x: number | null;
  y: number | null;
  embedding: Float32Array | null;
  /** Rows of this export, from 0, nearest first, with 1 − cosine of the embeddings. */
  neighbours: { ids: readonly number[]; distances: readonly number[] } | null;
  /** A WebP; null when the image could not be read, too. */
  thumbnail: Buffer | null;
}

/** What all rows have in common. */
export interface ExportShape {
  /** Rows in all. */
  count: number;
  /** Symbols of a description; 0 without a run. */
  length: number;
  /** Numbers of an embedding; 0 without embeddings. */
  width: number;
  map: boolean;
  neighbours: boolean;
  thumbnails: boolean;
  /** Longest edge of any of the images, in pixels: no thumbnail is larger. */
  largest: number;
}

/** Writes rows as they come. `finish` completes the files; one that is not finished is no export. */
export interface ExportWriter {
  write(rows: readonly ExportRow[]): Promise<void>;
  finish(): Promise<void>;
  /** Lets go of the files, finished or not. */
  close(): Promise<void>;
}

/** Names of the columns that hold symbols: symbol_1, symbol_2, … */
export const symbolColumns = (length: number): string[] => Array.from({ length }, (_, i) => `symbol_${i + 1}`);
