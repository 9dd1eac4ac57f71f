import type { Finding } from '../../contract/health';
import type { TrainingEvent } from '../../contract/runs';

/** What is wrong, as a check tells it; the watch adds when it was raised. */
export type Ailment = Omit<Finding, 'raisedAt' | 'overAt'>;

/** One question about a training, asked of its events as they come. */
export interface Check {
  /** What is wrong after this event; null: nothing; undefined: the event says nothing about it. */
  look(event: TrainingEvent): Ailment | null | undefined;
}

/** "3", "1 and 3", "1, 2 and 5". */
export const list = (values: readonly number[]): string => [values.slice(0, -1).join(', '), values[values.length - 1]].filter((part) => part !== '').join(' and ');

export const count = (value: number): string => Math.round(value).toLocaleString('en');
export const percent = (share: number): string => `${Math.round(100 * share)}%`;
