/** Which stretches of a run's steps are held as pairs of points, and how many steps such a pair stands for. */
export class CoarseStretches {
  #list: { from: number; to: number; stride: number }[] = [];

  /** Replaces what was known of a stretch. A stride of 1 means that each step is a point. */
  set(from: number, to: number, stride: number): void {
    this.#list = this.#list.flatMap((old) => [
      ...(old.from < from ? [{ ...old, to: Math.min(old.to, from) }] : []),
      ...(old.to > to ? [{ ...old, from: Math.max(old.from, to) }] : []),
    ]);
    if (stride > 1) this.#list.push({ from, to, stride });
  }

  /** Forgets what lies at a step or after it. */
  cut(step: number): void {
    this.#list = this.#list.filter(({ from }) => from < step).map((old) => ({ ...old, to: Math.min(old.to, step) }));
  }

  /** Every two pairs, or four points, of the whole became one pair. */
  halve(from: number, to: number): void {
    const before = this.#list;
    this.#list = [{ from, to, stride: 4 }];
    for (const { from: start, to: end, stride } of before) this.set(start, end, 2 * stride);
  }

  /** Steps that a pair of points stands for at most, from one step to another; 1: every point is a step. */
  worst(from: number, to: number): number {
    return this.#list.reduce((most, old) => (old.from < to && old.to > from ? Math.max(most, old.stride) : most), 1);
  }
}
