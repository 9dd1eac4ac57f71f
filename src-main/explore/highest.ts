/**
 * Keeps the `capacity` rows with the highest scores. Equal scores are ordered by row, so the answer never depends on the
 * order of insertion.
 */
export class Highest {
  readonly #capacity: number;
  readonly #scores: Float64Array;
  readonly #rows: Int32Array;
  #size = 0;

  constructor(capacity: number) {
    this.#capacity = capacity;
    this.#scores = new Float64Array(capacity);
    this.#rows = new Int32Array(capacity);
  }

  /** The heap's root is the worst that is kept: lowest score, and the highest row among equals. */
  offer(score: number, row: number): void {
    if (this.#size < this.#capacity) {
      let at = this.#size++;
      while (at > 0) {
        const parent = (at - 1) >> 1;
        if (!this.#worse(score, row, this.#scores[parent], this.#rows[parent])) break;
        this.#scores[at] = this.#scores[parent];
        this.#rows[at] = this.#rows[parent];
        at = parent;
      }
      this.#scores[at] = score;
      this.#rows[at] = row;
    } else if (this.#capacity > 0 && this.#worse(this.#scores[0], this.#rows[0], score, row)) {
      let at = 0;
      for (;;) {
        let child = 2 * at + 1;
        if (child >= this.#size) break;
        if (child + 1 < this.#size && this.#worse(this.#scores[child + 1], this.#rows[child + 1], this.#scores[child], this.#rows[child])) child++;
        if (!this.#worse(this.#scores[child], this.#rows[child], score, row)) break;
        this.#scores[at] = this.#scores[child];
        this.#rows[at] = this.#rows[child];
        at = child;
      }
      this.#scores[at] = score;
      this.#rows[at] = row;
    }
  }

  /** What a score must reach to be kept: −∞ until there are `capacity`, ∞ when that is 0. */
  get border(): number {
    if (this.#capacity === 0) return Infinity;
    return this.#size < this.#capacity ? -Infinity : this.#scores[0];
  }

  /** Best first. */
  sorted(): { row: number; score: number }[] {
    return Array.from({ length: this.#size }, (_, i) => ({ row: this.#rows[i], score: this.#scores[i] })).sort((a, b) => b.score - a.score || a.row - b.row);
  }

  #worse(score: number, row: number, thanScore: number, thanRow: number): boolean {
    return score < thanScore || (score === thanScore && row > thanRow);
  }
}
