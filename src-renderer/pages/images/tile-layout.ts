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

const strips: Record<TileSize, Pick<TileLayout, 'glyph' | 'columns' | 'place' | 'stripHeight'>> = {
  96: { glyph: 14, columns: 4, place: 24, stripHeight: 60 },
  128: { glyph: 18, columns: 4, place: 32, stripHeight: 70 },
  192: { glyph: 18, columns: 8, place: 24, stripHeight: 34 },
};

/** The layout for a picture size; where no image has a description, no room is kept for one. */
export function tileLayout(picture: TileSize, described: boolean): TileLayout {
  const strip = described ? strips[picture] : { ...strips[picture], stripHeight: 0 };
  return { picture, ...strip, width: picture + 2 * padding, height: padding * 2 + picture + caption + strip.stripHeight };
}
