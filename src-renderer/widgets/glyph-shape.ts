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

/** Drawn above y = 7; a stem leads down to the body at y = 7. */
const heads: readonly Form[] = [
  {},
  { fill: circle(12, 3.6, 2.2) },
  { stroke: 'M6 3H18M12 3V7' },
  { stroke: 'M6.5 1.8C6.5 5 9 6.6 12 6.6S17.5 5 17.5 1.8' },
  { stroke: 'M7 6.6L12 1.8L17 6.6' },
  { fill: circle(7.4, 3.8, 2.1) + circle(16.6, 3.8, 2.1) },
  { stroke: 'M12 7V2.4H17.8' },
  { stroke: 'M12 7V2.4H6.2' },
];

/** Drawn between y = 7 and y = 17. */
const bodies: readonly Form[] = [
  { stroke: circle(12, 12, 4.6) },
  { fill: circle(12, 12, 5.2) },
  { stroke: 'M7.4 7.4L16.6 16.6M16.6 7.4L7.4 16.6' },
  { fill: 'M12 6.4L17.6 12L12 17.6L6.4 12Z' },
  { stroke: 'M16 7.4A5 5 0 1 0 16 16.6' },
  { stroke: 'M8 7.4A5 5 0 1 1 8 16.6' },
  { stroke: 'M5.5 12H18.5M12 7V17' },
  { stroke: 'M7 7.4H17L7 16.6H17' },
];

/** Drawn below y = 17; a stem leads up to the body at y = 17. */
const feet: readonly Form[] = [
  {},
  { fill: circle(12, 20.4, 2.2) },
  { stroke: 'M6 21H18M12 21V17' },
  { stroke: 'M6.5 22.2C6.5 19 9 17.4 12 17.4S17.5 19 17.5 22.2' },
  { stroke: 'M7 17.4L12 22.2L17 17.4' },
  { fill: circle(7.4, 20.2, 2.1) + circle(16.6, 20.2, 2.1) },
  { stroke: 'M12 17V21.6H17.8' },
  { stroke: 'M12 17V21.6H6.2' },
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

/** Steps through 0 … 511 so that from one number to the next head, body and foot all change (235 is odd: a bijection). */
const mixed = (symbol: number) => (symbol * 235 + 73) % 512;

/** Which head, body, foot and companion a symbol has. Throws RangeError outside 0 … 4095. */
export function glyphParts(symbol: number): { head: number; body: number; foot: number; companion: number } {
  if (!Number.isInteger(symbol) || symbol < 0 || symbol >= glyphCount) throw new RangeError(`No glyph for symbol ${symbol}: 0 to ${glyphCount - 1} have one.`);
  const number = mixed(symbol % 512);
  return { body: number & 7, head: (number >> 3) & 7, foot: number >> 6, companion: Math.floor(symbol / 512) };
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
  return size <= 100 ? 1.6 : 1.3;
}
