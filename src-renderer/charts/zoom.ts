/** A step nearer shows this share of what was shown. */
const share = 0.5;

/**
 * The stretch of x that a key leads to: + or = nearer, − further, 0 all (null). Undefined for other keys.
 * @param at where the crosshair stands, which then stays where it is; else the stretch's end does
 */
export function steppedZoom(key: string, { whole, zoom, at }: { whole: readonly [number, number]; zoom: readonly [number, number] | null; at: number | null }): readonly [number, number] | null | undefined {
  if (key === '0') return null;
  const factor = key === '+' || key === '=' ? share : key === '-' || key === '−' ? 1 / share : null;
  if (factor === null) return undefined;
  const [from, to] = zoom ?? whole;
  const fixed = Math.min(to, Math.max(from, at ?? to));
  const next: [number, number] = [Math.max(whole[0], fixed - (fixed - from) * factor), Math.min(whole[1], fixed + (to - fixed) * factor)];
  if (next[0] <= whole[0] && next[1] >= whole[1]) return null;
  return next[1] > next[0] ? next : zoom;
}
