import type { TileSize } from '../../state/preferences.svelte';

/** How a tile of the grid is built: everything has a fixed size, so that nothing moves when it is filled. */
export interface TileLayout {
  picture: number;
  /** Glyph edge and glyphs a row; the number stands below. */
  glyph: number;
  columns: number;
  /** Width of one place of the strip. */
  place: number;
  stripHeight: number;
  /** Width and height of a whole tile, with its padding. */
  width: number;
  height: number;
}

export const tileGap = 8;
const padding = 4;
const caption = 16;

const strips: Record<TileSize, Pick<TileLayout, 'glyph' | 'columns' | 'place'>> = {
  96: { glyph: 14, columns: 4, place: 24 },
  128: { glyph: 18, columns: 4, place: 32 },
  192: { glyph: 18, columns: 8, place: 24 },
};
/** What stands around and below a glyph: padding, number, mark. */
const placeExtra = 19;

/** The layout for a picture size and descriptions of `length` symbols (0: there is no run, and no room is kept). */
export function tileLayout(picture: TileSize, length: number): TileLayout {
  const strip = strips[picture];
  const stripHeight = Math.ceil(length / strip.columns) * (strip.glyph + placeExtra);
  return { picture, ...strip, stripHeight, width: picture + 2 * padding, height: padding * 2 + picture + caption + stripHeight };
}
