/**
 * Exponential moving mean with the start corrected (Kingma and Ba 2015, section 3), so that the first values are not
 * drawn towards zero. `weight` 0 gives the values as they are, 0.99 a very slow mean. Gaps (null) stay gaps.
 */
export function smooth(values: readonly (number | null)[], weight: number): (number | null)[] {
  if (weight <= 0) return values.slice();
  let mean = 0;
  let seen = 0;
  return values.map((value) => {
    if (value === null || !Number.isFinite(value)) return null;
    mean = weight * mean + (1 - weight) * value;
    seen += 1;
    return mean / (1 - weight ** seen);
  });
}
