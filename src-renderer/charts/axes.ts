import { formatCount, formatTicks } from './number-format';

/** How the values of x are called and written. */
export interface ChartAxis {
  name: string;
  /** Head of its column in a file. */
  column: string;
  format: (value: number) => string;
  ticks: (splits: readonly number[]) => string[];
  /** Distances that its places may have; by default 1, 2 and 5 of each power of ten. */
  distances?: number[];
}

export const stepAxis: ChartAxis = { name: 'step', column: 'step', format: formatCount, ticks: formatTicks };
export const epochAxis: ChartAxis = { name: 'epoch', column: 'epoch', format: (value) => value.toFixed(value < 10 ? 2 : 1), ticks: formatTicks };

const minute = 60;
const hour = 60 * minute;
const two = (value: number) => String(value).padStart(2, '0');

/** "0:07", "12:30", "1:05:00": hours, minutes and seconds of training. */
export function formatClock(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const [hours, minutes] = [Math.floor(whole / hour), Math.floor((whole % hour) / minute)];
  return hours > 0 ? `${hours}:${two(minutes)}:${two(whole % minute)}` : `${minutes}:${two(whole % minute)}`;
}

export const timeAxis: ChartAxis = {
  name: 'time',
  column: 'seconds',
  format: formatClock,
  ticks: (splits) => splits.map((value) => (splits.length > 1 && splits.every((split) => split % hour === 0) ? `${Math.round(value / hour)} h` : formatClock(value))),
  distances: [1, 2, 5, 10, 15, 30, minute, 2 * minute, 5 * minute, 10 * minute, 15 * minute, 30 * minute, hour, 2 * hour, 3 * hour, 6 * hour, 12 * hour, 24 * hour, 48 * hour, 120 * hour],
};
