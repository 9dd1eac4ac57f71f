/** How far a named part of some work has come; `total` is null while it is unknown. */
export interface ProgressState {
  phase: string;
  done: number;
  total: number | null;
  unit: string;
}
export type Progress = (state: ProgressState) => void;
