import type { Job } from '../contract/jobs';
import type { AlarmEvent } from '../contract/runs';
import { kebab } from './training-flags';

export const count = (n: number): string => n.toLocaleString('en');
export const percent = (share: number): string => `${(100 * share).toFixed(1)}%`;

/** "1 h 5 min", "3 min 20 s", "12 s". */
export function duration(seconds: number): string {
  const s = Math.max(0, Math.round(seconds));
  if (s >= 3600) return `${Math.floor(s / 3600)} h ${Math.floor((s % 3600) / 60)} min`;
  return s >= 60 ? `${Math.floor(s / 60)} min ${s % 60} s` : `${s} s`;
}

/** "reading: 1,204 of 60,000 images (2.0%), 980 a second, 1 min 0 s left". */
export function jobLine(job: Job): string {
  if (job.state === 'waiting') return `${job.title}: waiting for the job before it`;
  const rate = job.rate === null ? '' : `, ${job.rate >= 10 ? count(Math.round(job.rate)) : job.rate.toFixed(1)} a second`;
  const left = job.etaSeconds === null ? '' : `, ${duration(job.etaSeconds)} left`;
  const of = job.total === null ? '' : ` of ${count(job.total)}`;
  const share = job.total ? ` (${percent(job.done / job.total)})` : '';
  return `${job.phase}: ${count(job.done)}${of} ${job.unit}${share}${rate}${left}`;
}

/** Columns as wide as their widest cell; numbers (cells that look like one) to the right. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...all.map((row) => row[column].length)));
  const numeric = head.map((_, column) => rows.length > 0 && rows.every((row) => /^[\d,.%–-]*$/.test(row[column])));
  return all.map((row) => row.map((cell, i) => (numeric[i] ? cell.padStart(widths[i]) : cell.padEnd(widths[i]))).join('  ').trimEnd()).join('\n');
}

/** "step 240: ALARM few-symbols: Position 3 is worth …", then a line for each field to change. */
export function alarmLine({ step, cause, raised, text, remedies }: AlarmEvent): string {
  if (!raised) return `step ${count(step)}: the alarm ${cause} is over.`;
  return [`step ${count(step)}: ALARM ${cause}: ${text}`, ...remedies.map(({ field, text: change }) => `  --${kebab(field)}: ${change}`)].join('\n');
}
