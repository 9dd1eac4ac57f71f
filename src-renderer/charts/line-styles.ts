import { rgbToHex } from './colour';
import { categoryColours, type Scheme } from './palette';

/** Dash patterns in pixels, the first unbroken. */
const dashes: readonly (readonly number[])[] = [[], [7, 4], [2, 3], [11, 3, 2, 3], [5, 2, 1, 2, 1, 2], [14, 5]];

export interface LineStyle {
  colour: string;
  dash: readonly number[];
}

/** A style for each of many lines: any two of the first thirty differ in colour or dash pattern, and neighbours in both. */
export function lineStyles(count: number, scheme: Scheme): LineStyle[] {
  const colours = categoryColours(Math.min(count, 10), scheme).map(rgbToHex);
  return Array.from({ length: count }, (_, i) => ({ colour: colours[i % 10], dash: dashes[i % dashes.length] }));
}
