export interface Box {
  left: number;
  top: number;
  width: number;
  height: number;
}

/**
 * Divides a rectangle into parts whose areas are in proportion to `values` (all above 0, largest first) and whose
 * shapes are near squares. Bruls, Huizing & van Wijk: "Squarified treemaps", 2000.
 */
export function squarify(values: readonly number[], width: number, height: number): Box[] {
  const boxes: Box[] = [];
  let free: Box = { left: 0, top: 0, width, height };
  let left = values.reduce((sum, value) => sum + value, 0);
  for (let from = 0; from < values.length; ) {
    const short = Math.min(free.width, free.height);
    const scale = (free.width * free.height) / left;
    let end = from + 1;
    let sum = values[from];
    while (end < values.length && worst(values, from, end + 1, sum + values[end], scale, short) <= worst(values, from, end, sum, scale, short)) sum += values[end++];
    const thickness = (sum / left) * Math.max(free.width, free.height);
    const down = free.width >= free.height; // the row stands as a column at the left
    let at = 0;
    for (let i = from; i < end; i++) {
      const extent = (values[i] / sum) * short;
      boxes.push(down ? { left: free.left, top: free.top + at, width: thickness, height: extent } : { left: free.left + at, top: free.top, width: extent, height: thickness });
      at += extent;
    }
    free = down ? { ...free, left: free.left + thickness, width: free.width - thickness } : { ...free, top: free.top + thickness, height: free.height - thickness };
    left -= sum;
    from = end;
  }
  return boxes;
}

/** The worst ratio of sides in a row of values[from … end), which together fill `short`. */
function worst(values: readonly number[], from: number, end: number, sum: number, scale: number, short: number): number {
  const area = sum * scale;
  const most = (short ** 2 * values[from] * scale) / area ** 2;
  const least = area ** 2 / (short ** 2 * values[end - 1] * scale);
  return Math.max(most, least);
}

/**
 * How many of the children (largest first) can be drawn as parts of a rectangle of `area`, in proportion to one another,
 * with none under `least` square pixels; one at least.
 */
export function shownParts(totals: readonly number[], area: number, least: number): number {
  let sum = 0;
  let shown = 0;
  while (shown < totals.length && totals[shown] * area >= least * (sum + totals[shown])) sum += totals[shown++];
  return Math.min(totals.length, Math.max(1, shown));
}

/** The box whose centre is nearest in the direction of an arrow key, preferring what lies straight ahead; −1 for none. */
export function boxTowards(boxes: readonly Box[], from: number, key: string): number {
  const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[key];
  if (!step || !boxes[from]) return -1;
  const centre = (box: Box) => [box.left + box.width / 2, box.top + box.height / 2];
  const [x, y] = centre(boxes[from]);
  let best = -1;
  let bestCost = Infinity;
  boxes.forEach((box, i) => {
    const [cx, cy] = centre(box);
    const ahead = (cx - x) * step[0] + (cy - y) * step[1];
    if (i === from || ahead <= 0.5) return;
    const cost = ahead + 2 * Math.abs((cx - x) * step[1] + (cy - y) * step[0]);
    if (cost < bestCost) [best, bestCost] = [i, cost];
  });
  return best;
}

/** Columns, edge and count of the square pictures that fill a part of a treemap: larger ones where there are few images. */
export function mosaic(width: number, height: number, images: number, { least = 22, most = 96 } = {}): { columns: number; size: number; count: number } {
  const rows = (size: number) => Math.floor(height / size);
  let columns = Math.max(1, Math.ceil(width / most));
  while (width / (columns + 1) >= least && (rows(width / columns) === 0 || columns * rows(width / columns) < images)) columns++;
  const size = width / columns;
  return { columns, size, count: size < least ? 0 : Math.min(images, columns * rows(size)) };
}
