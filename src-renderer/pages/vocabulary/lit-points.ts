import type { MapPoints } from '../map/groups';

/** Points whose description has a symbol at a position (from 1), or anywhere with null: 1 for each of them, and how many. */
export function litPoints({ symbols, images, length }: Pick<MapPoints, 'symbols' | 'images' | 'length'>, symbol: number, position: number | null): { of: Uint8Array; count: number } {
  const of = new Uint8Array(images.length);
  const [first, end] = position === null ? [0, length] : [position - 1, position];
  let count = 0;
  for (let i = 0; i < images.length; i++)
    for (let j = first; j < end && of[i] === 0; j++)
      if (symbols[i * length + j] === symbol) {
        of[i] = 1;
        count++;
      }
  return { of, count };
}
