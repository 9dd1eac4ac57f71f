/**
 * Chance that `label` is among the `places` highest of `scores` when equal scores come in random order: 1 when it is
 * surely there, 0 when surely not, and the share of the places left where it is tied at the border.
 */
export function expectedHit(scores: ArrayLike<number>, offset: number, classes: number, label: number, places: number): number {
  const own = scores[offset + label];
  let above = 0;
  let equal = 0;
  for (let c = 0; c < classes; c++) {
    const score = scores[offset + c];
    if (score > own) above++;
    else if (score === own) equal++;
  }
  return Math.min(1, Math.max(0, (places - above) / equal));
}
