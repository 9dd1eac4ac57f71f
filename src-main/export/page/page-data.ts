import type { Colouring } from '../../contract/export';
import type { Split } from '../../contract/names';

/** What a static page says of itself. */
export interface PageHead {
  title: string;
  /** Of how many images, described by which run, when. */
  subtitle: string;
  /** Symbols of a description. */
  length: number;
  colourBy: Colouring;
  /** Edge of a thumbnail and thumbnails in a row of a sheet; a sheet holds `sheetSize` images. */
  tile: number;
  columns: number;
  sheetSize: number;
}

/** One image: name, label, split, tags, symbols, x, y; x and y are null for one that is not on the map. */
export type PageRow = [name: string, label: string | null, split: Split | null, tags: readonly string[], symbols: readonly number[], x: number | null, y: number | null];
