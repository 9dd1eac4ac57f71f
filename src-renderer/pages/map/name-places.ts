/** Where names stand on the map. */

/**
 * The densest place of each group: the cell of a coarse grid with most of its points, its neighbours counted in, and
 * there the mean of the group's points. A mean over all would name empty ground between two islands.
 */
export function groupCentres(coordinates: Float32Array, groupOf: Uint16Array, groups: number): Float32Array {
  const side = 24;
  const cells = new Uint32Array(groups * side * side);
  const cell = (v: number) => Math.min(side - 1, Math.max(0, Math.floor(((v + 1) / 2) * side)));
  for (let i = 0; i < groupOf.length; i++) cells[groupOf[i] * side * side + cell(coordinates[2 * i + 1]) * side + cell(coordinates[2 * i])] += 1;
  const best = new Int32Array(groups);
  for (let group = 0; group < groups; group++) {
    let most = -1;
    for (let row = 0; row < side; row++)
      for (let column = 0; column < side; column++) {
        let sum = 0;
        for (let dy = -1; dy <= 1; dy++)
          for (let dx = -1; dx <= 1; dx++) {
            const [r, c] = [row + dy, column + dx];
            if (r >= 0 && c >= 0 && r < side && c < side) sum += (dx === 0 && dy === 0 ? 2 : 1) * cells[group * side * side + r * side + c];
          }
        if (sum > most) {
          most = sum;
          best[group] = row * side + column;
        }
      }
  }
  const sums = new Float64Array(groups * 3);
  for (let i = 0; i < groupOf.length; i++) {
    const group = groupOf[i];
    const [row, column] = [Math.floor(best[group] / side), best[group] % side];
    if (Math.abs(cell(coordinates[2 * i + 1]) - row) > 1 || Math.abs(cell(coordinates[2 * i]) - column) > 1) continue;
    sums[3 * group] += coordinates[2 * i];
    sums[3 * group + 1] += coordinates[2 * i + 1];
    sums[3 * group + 2] += 1;
  }
  const centres = new Float32Array(groups * 2);
  for (let group = 0; group < groups; group++) {
    const weight = sums[3 * group + 2] || 1;
    centres[2 * group] = sums[3 * group] / weight;
    centres[2 * group + 1] = sums[3 * group + 1] / weight;
  }
  return centres;
}

/**
 * Which names can stand on the map without covering one another, the largest groups first, `most` of them. With
 * `move`, a name whose place is taken stands above or below it, up to two lines away; it is left out when there is no
 * room there either.
 */
export function visibleNames<T extends { left: number; top: number; width: number; height: number }>(
  wanted: readonly T[],
  bounds: { width: number; height: number },
  { gap = 4, move = true, most = Infinity } = {},
): T[] {
  const placed: T[] = [];
  const inside = (item: T) => item.left >= item.width / 2 && item.top >= item.height / 2 && item.left + item.width / 2 <= bounds.width && item.top + item.height / 2 <= bounds.height;
  const free = (item: T) =>
    placed.every(
      (other) =>
        Math.abs(other.left - item.left) >= (other.width + item.width) / 2 + gap || Math.abs(other.top - item.top) >= (other.height + item.height) / 2 + gap,
    );
  for (const item of wanted) {
    if (placed.length >= most) break;
    if (!inside(item)) continue;
    for (const lines of move ? [0, -1, 1, -2, 2] : [0]) {
      const moved = lines === 0 ? item : { ...item, top: item.top + lines * (item.height + gap) };
      if (!inside(moved) || !free(moved)) continue;
      placed.push(moved);
      break;
    }
  }
  return placed;
}
