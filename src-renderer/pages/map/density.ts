import type { GroupStyle } from './point-renderer';

/** How many points each cell of the plane holds, as a picture: every point is counted, none is drawn alone. */
export interface DensityImage {
  side: number;
  /** [side, side, 4] premultiplied, the first row at the bottom of the map. */
  pixels: Uint8ClampedArray;
}

/** The plane reaches so far to every side, so that what is smoothed over the edge of the map is seen too. */
export const densityExtent = 1.1;

/** Cells along a side for so many points: about one point to a cell. */
export function densitySide(points: number): number {
  return Math.min(1024, Math.max(64, 2 ** Math.round(Math.log2(Math.sqrt(Math.max(1, points))))));
}

/**
 * Counts points shown in full into cells, smooths with a binomial kernel of 3 × 3, and paints each cell in the mean
 * colour of its points, the stronger the more there are (logarithm of the count against that of the fullest cell).
 * @param coordinates [n, 2] within −1 … 1  @param groupOf [n]  @param shown [n] 0 for those left out  @param styles by group; those that step back are left out
 */
export function densityImage(coordinates: Float32Array, groupOf: Uint16Array, shown: Uint8Array, styles: readonly GroupStyle[]): DensityImage {
  const side = densitySide(groupOf.length);
  const sums = new Float32Array(side * side * 4); // colour sums and count
  const colours = Float32Array.from(styles.flatMap(({ colour, strength }) => [...colour, strength < 0.99 ? 0 : 1]));
  for (let i = 0; i < groupOf.length; i++) {
    const style = 4 * groupOf[i];
    if (shown[i] === 0 || colours[style + 3] === 0) continue;
    const column = cellOf(coordinates[2 * i], side);
    const row = cellOf(coordinates[2 * i + 1], side);
    const cell = 4 * (row * side + column);
    sums[cell] += colours[style];
    sums[cell + 1] += colours[style + 1];
    sums[cell + 2] += colours[style + 2];
    sums[cell + 3] += 1;
  }
  smooth(sums, side, 4);
  smooth(sums, side, 4 * side);
  let fullest = 0;
  for (let at = 3; at < sums.length; at += 4) if (sums[at] > fullest) fullest = sums[at];
  const pixels = new Uint8ClampedArray(side * side * 4);
  const full = Math.log1p(4 * fullest);
  for (let at = 0; at < sums.length; at += 4) {
    const count = sums[at + 3];
    if (count === 0) continue;
    const cover = 0.12 + 0.83 * (Math.log1p(4 * count) / full);
    for (let c = 0; c < 3; c++) pixels[at + c] = (255 * cover * sums[at + c]) / count;
    pixels[at + 3] = 255 * cover;
  }
  return { side, pixels };
}

const cellOf = (value: number, side: number) => Math.min(side - 1, Math.max(0, Math.floor((value / densityExtent + 1) * 0.5 * side)));

/** One pass of the kernel ¼ ½ ¼ along an axis, in place; what would leave the plane stays at its edge. */
function smooth(sums: Float32Array, side: number, step: number): void {
  const across = step === 4 ? 4 * side : 4;
  for (let line = 0; line < side; line++)
    for (let c = 0; c < 4; c++) {
      let at = line * across + c;
      let before = sums[at];
      for (let i = 0; i < side; i++, at += step) {
        const here = sums[at];
        const after = i + 1 < side ? sums[at + step] : here;
        sums[at] = 0.25 * before + 0.5 * here + 0.25 * after;
        before = here;
      }
    }
}

/** How strongly the density is drawn: in full while its cells are small on the screen, not at all when they are plain to see. */
export function densityStrength(cellPixels: number): number {
  return Math.min(1, Math.max(0, (14 - cellPixels) / 10));
}

/** How strongly points are drawn over the density: in full up to 60,000 in view, not at all from 120,000 on. */
export function pointStrength(inView: number): number {
  return Math.min(1, Math.max(0, 2 - inView / 60_000));
}
