/**
 * The alphabet. A glyph stands on three storeys like the signs of the planets: a head, a body and a foot, each one of
 * eight forms, which makes 8 × 8 × 8 = 512 signs. Above 512 one of seven companions stands beside the sign, up to 4096.
 * Forms are few and bold, so that they hold at 12 px; coordinates are in a box of 24 × 24 with the axis at x = 12.
 */
export interface GlyphShape {
  /** SVG path drawn as strokes. */
  stroke: string;
  /** SVG path filled. */
  fill: string;
}

/** Edge of the box that glyph paths are drawn in. */
export const glyphBox = 24;
/** Symbols that have a glyph: 0 to 4095, as the contract allows. */
export const glyphCount = 4096;

type Form = Partial<GlyphShape>;

const circle = (x: number, y: number, r: number) => `M${x - r} ${y}a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0Z`;

/** Drawn above y = 7; a stem leads down to the body at y = 7. Angular. */
const heads: readonly Form[] = [
  { stroke: 'M12 7L18.6 1.6' },
  { fill: circle(12, 3.1, 2.6) },
  { stroke: 'M4.4 2.6H19.6M12 7V2.6' },
  { stroke: 'M4.6 1.4C4.6 4.6 7.8 6.5 12 6.5S19.4 4.6 19.4 1.4' },
  { stroke: 'M4.6 5.6L12 1.2L19.4 5.6' },
  { fill: circle(5.4, 3.4, 2.6) + circle(18.6, 3.4, 2.6) },
  { stroke: 'M12 7V2.2H20' },
  { stroke: 'M12 7V2.2H4' },
];

/** Drawn between y = 7 and y = 17. */
const bodies: readonly Form[] = [
  { stroke: circle(12, 12, 4.9) },
  { fill: circle(12, 12, 5.6) },
  { stroke: 'M6.4 7.8L17.6 16.2M17.6 7.8L6.4 16.2' },
  { fill: 'M12 6.4C12.6 9.8 14.6 11.2 20.6 12C14.6 12.8 12.6 14.2 12 17.6C11.4 14.2 9.4 12.8 3.4 12C9.4 11.2 11.4 9.8 12 6.4Z' },
  { stroke: 'M17.4 8.2A5.4 5 0 1 0 17.4 15.8' },
  { stroke: 'M6.6 8.2A5.4 5 0 1 1 6.6 15.8' },
  { stroke: 'M7.4 7.4V16.6M16.6 7.4V16.6' },
  { fill: 'M5.8 7.2H18.2L13.3 12L18.2 16.8H5.8L10.7 12Z' },
];

/** Drawn below y = 17; a stem leads up to the body at y = 17. Hooks curve where flags are angular. */
const feet: readonly Form[] = [
  { stroke: 'M12 17L5.4 22.4' },
  { fill: circle(12, 20.9, 2.6) },
  { stroke: 'M4.4 21.4H19.6M12 17V21.4' },
  { stroke: 'M4.6 22.6C4.6 19.4 7.8 17.5 12 17.5S19.4 19.4 19.4 22.6' },
  { stroke: 'M4.6 18.4L12 22.8L19.4 18.4' },
  { fill: circle(5.4, 20.6, 2.6) + circle(18.6, 20.6, 2.6) },
  { stroke: 'M12 17C12 20.4 13.6 22.2 16 22.2C18.2 22.2 19.8 21 20 19' },
  { stroke: 'M12 17C12 20.4 10.4 22.2 8 22.2C5.8 22.2 4.2 21 4 19' },
];

/** Only for symbols from 512 on. */
const companions: readonly Form[] = [
  {},
  { fill: circle(2.6, 12, 1.9) },
  { fill: circle(21.4, 12, 1.9) },
  { fill: circle(2.6, 12, 1.9) + circle(21.4, 12, 1.9) },
  { stroke: 'M2.4 8V16' },
  { stroke: 'M21.6 8V16' },
  { stroke: 'M2.4 8V16M21.6 8V16' },
  { stroke: 'M2.4 8V16', fill: circle(21.4, 12, 1.9) },
];

/**
 * Which head, body, foot and companion a symbol has. The three octal digits of the number (below 512) are mixed by a
 * matrix with an odd determinant, which loses nothing, chosen so that from one number to the next all three parts
 * change. Throws RangeError outside 0 … 4095.
 */
export function glyphParts(symbol: number): { head: number; body: number; foot: number; companion: number } {
  if (!Number.isInteger(symbol) || symbol < 0 || symbol >= glyphCount) throw new RangeError(`No glyph for symbol ${symbol}: 0 to ${glyphCount - 1} have one.`);
  const [units, eights, sixtyFours] = [symbol & 7, (symbol >> 3) & 7, (symbol >> 6) & 7];
  return {
    head: (2 * units + eights + 2 * sixtyFours + 3) & 7,
    body: (5 * units + 7 * eights + 6 * sixtyFours) & 7,
    foot: (3 * units + 3 * eights + sixtyFours + 6) & 7,
    companion: symbol >> 9,
  };
}

const drawn = new Map<number, GlyphShape>();

/** The glyph of a symbol: the same number gives the same paths, always. */
export function glyphShape(symbol: number): GlyphShape {
  const known = drawn.get(symbol);
  if (known) return known;
  const { head, body, foot, companion } = glyphParts(symbol);
  const forms = [bodies[body], heads[head], feet[foot], companions[companion]];
  const shape = { stroke: forms.map((form) => form.stroke ?? '').join(''), fill: forms.map((form) => form.fill ?? '').join('') };
  drawn.set(symbol, shape);
  return shape;
}

/** Stroke width in box units: a glyph is drawn bolder when small, as type is. */
export function glyphWeight(size: number): number {
  if (size <= 14) return 2.7;
  if (size <= 24) return 2.3;
  if (size <= 48) return 1.9;
  return size <= 100 ? 1.6 : 1.25;
}
