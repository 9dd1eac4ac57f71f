/** Pixels as bytes: RGB of sRGB, row by row, [height, width, 3]. */
export interface RgbImage {
  data: Uint8Array;
  width: number;
  height: number;
}

/** The most pixels an image may have, before anything of it is decoded. */
export const largestPixels = 64_000_000;

/** What shows through transparent pixels: white. */
export const background = { r: 255, g: 255, b: 255 } as const;
