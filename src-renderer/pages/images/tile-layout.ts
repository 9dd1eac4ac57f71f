import type { TileSize } from '../../state/preferences.svelte';

/** How a tile of the grid is built: everything has a fixed size, so that nothing moves when it is filled. */
export interface TileLayout {
  picture: number;
  /** Glyph edge, glyphs a row, and where the number stands. */
  glyph: number;
  columns: number;
  number: 'right' | 'below';
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

const strips: Record<TileSize, Pick<TileLayout, 'glyph' | 'columns' | 'number' | 'place' | 'stripHeight'>> = {
  96: { glyph: 14, columns: 4, number: 'below', place: 24, stripHeight: 60 },
  128: { glyph: 15, columns: 4, number: 'right', place: 32, stripHeight: 40 },
  192: { glyph: 18, columns: 8, number: 'below', place: 24, stripHeight: 34 },
};

/** The layout for a picture size; numbers of four digits do not fit beside a glyph and go below it. */
export function tileLayout(picture: TileSize, vocabulary: number): TileLayout {
  const strip = strips[picture];
  const wide = vocabulary > 1000 && strip.number === 'right' ? { ...strip, number: 'below' as const, stripHeight: 64 } : strip;
  return { picture, ...wide, width: picture + 2 * padding, height: padding * 2 + picture + caption + wide.stripHeight };
}
