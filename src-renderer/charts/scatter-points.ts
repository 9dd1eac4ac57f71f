/** What points are placed by. */
export interface ScatterAxis {
  label: string;
  /** Words at the places 0, 1, 2, … in place of numbers. */
  words: readonly string[] | null;
  format: (value: number) => string;
}

export interface ScatterPoint {
  key: string;
  label: string;
  href: string;
  x: number;
  y: number;
  group: string | null;
  /** Form of the mark: the place of its group. */
  mark: number;
  /** Null: the page's accent. */
  colour: string | null;
}
