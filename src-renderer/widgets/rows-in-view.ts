/** Which rows of one height stand in a window of `height` pixels scrolled down by `top`, and some more on both sides. */
export function rowsInView(o: { top: number; height: number; rowHeight: number; count: number; overscan: number }): { first: number; end: number } {
  const first = Math.max(0, Math.min(o.count, Math.floor(o.top / o.rowHeight)) - o.overscan);
  const end = Math.min(o.count, Math.ceil((o.top + o.height) / o.rowHeight) + o.overscan);
  return { first: Math.min(first, Math.max(0, end)), end: Math.max(0, end) };
}

/** Columns of `width` with `gap` between them that fit into a space, at least one. */
export const columnsThatFit = (space: number, width: number, gap: number): number => Math.max(1, Math.floor((space + gap) / (width + gap)));
