import type { BackendReport } from '../contract/system';
import { table } from './wording';

export const mark = (ok: boolean): string => (ok ? 'ok' : '--');

/** What was found of each backend, one a line. */
export function backendTable(backends: readonly BackendReport[]): string {
  const number = (value: number | null, digits: number) => (value === null ? '–' : value.toFixed(digits));
  return table(['', 'backend', 'GFLOPS', 'ms a step', 'detail'], backends.map((b) => [mark(b.available), b.name, number(b.gflops, 1), number(b.stepMs, 0), b.detail]));
}
