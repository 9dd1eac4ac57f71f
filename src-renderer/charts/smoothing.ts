/**
 * Exponential moving mean with the start corrected (Kingma and Ba 2015, section 3), so that the first values are not
 * drawn towards zero. `weight` 0 gives the values as they are, 0.99 a very slow mean. Gaps (null) stay gaps.
 */
export class SmoothedRow {
  readonly values: (number | null)[] = [];
  readonly #weight: number;
  #mean = 0;
  #seen = 0;

  constructor(weight: number) {
    this.#weight = weight;
  }

  /** Takes in what a row has more than before. */
  extend(row: readonly (number | null)[]): void {
    for (let i = this.values.length; i < row.length; i++) {
      const value = row[i];
      if (value === null || !Number.isFinite(value)) {
        this.values.push(null);
        continue;
      }
      this.#mean = this.#weight * this.#mean + (1 - this.#weight) * value;
      this.#seen += 1;
      this.values.push(this.#mean / (1 - this.#weight ** this.#seen));
    }
  }
}

/** The moving mean of a whole row. */
export function smooth(values: readonly (number | null)[], weight: number): (number | null)[] {
  if (weight <= 0) return values.slice();
  const row = new SmoothedRow(weight);
  row.extend(values);
  return row.values;
}
