/** Limits and ticks of the y axis, the same on the screen and in a file. */
import { formatTicks } from './number-format';

/** Linear limits with a little air, never empty, holding what must be included. */
export function yLimits(low: number | null, high: number | null, include: readonly number[] = []): [number, number] {
  const values = [low, high, ...include].filter((v): v is number => v !== null && Number.isFinite(v));
  if (values.length === 0) return [0, 1];
  const least = Math.min(...values);
  const most = Math.max(...values);
  const span = most - least || Math.abs(most) || 1;
  const bottom = include.includes(least) ? least : least >= 0 && least - 0.06 * span < 0 ? 0 : least - 0.06 * span;
  return [bottom, include.includes(most) ? most : most + 0.06 * span];
}

/** Limits of a logarithmic scale around positive values, rounded outwards to one digit: 0.4 to 3, 20 to 700. */
export function logLimits(low: number | null, high: number | null): [number, number] {
  const least = low !== null && low > 0 ? low : 1e-4;
  const most = high !== null && high > least ? high : least * 10;
  const unit = (value: number) => 10 ** Math.floor(Math.log10(value) + 1e-9);
  const bottom = Math.floor(least / unit(least) + 1e-9) * unit(least);
  const top = Math.ceil(most / unit(most) - 1e-9) * unit(most);
  return [bottom, top > bottom ? top : bottom * 2];
}

/** Values of a logarithmic axis: 1, 2 and 5 of each decade are written, or decades alone when there are many. */
export function logTicks(splits: readonly number[]): string[] {
  const decades = splits.length > 1 ? Math.log10(splits[splits.length - 1] / splits[0]) : 1;
  return splits.map((value) => {
    const leading = Math.round(value / 10 ** Math.floor(Math.log10(value) + 1e-9));
    return leading === 1 || (decades < 2.5 && (leading === 2 || leading === 5)) ? formatTicks([value, value * 2])[0] : '';
  });
}

/** Places of a linear axis: multiples of 1, 2 or 5 of a power of ten, or of given distances, about `count` of them. */
export function linearSplits(low: number, high: number, count: number, distances?: readonly number[]): number[] {
  const least = (high - low) / Math.max(1, count);
  const unit = 10 ** Math.floor(Math.log10(least));
  const step = distances?.find((distance) => distance >= least) ?? [1, 2, 5, 10].map((n) => n * unit).find((n) => n >= least * (1 - 1e-9))!;
  const first = Math.ceil(low / step - 1e-9);
  return Array.from({ length: Math.floor(high / step + 1e-9) - first + 1 }, (_, i) => (first + i) * step);
}

/** Places of a logarithmic axis: 1 to 9 of each decade between positive limits. */
export function logSplits(low: number, high: number): number[] {
  const splits: number[] = [];
  for (let decade = Math.floor(Math.log10(low)); 10 ** decade <= high; decade++)
    for (let n = 1; n < 10; n++) if (n * 10 ** decade >= low * (1 - 1e-9) && n * 10 ** decade <= high * (1 + 1e-9)) splits.push(n * 10 ** decade);
  return splits;
}
