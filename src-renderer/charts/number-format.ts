const grouped = new Intl.NumberFormat('en-GB');

/** "12,345". */
export const formatCount = (value: number): string => grouped.format(Math.round(value));

/** Three or four significant digits in at most eight characters, so that a column of them keeps its width. */
export function formatValue(value: number | null | undefined, digits: 3 | 4 = 4): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return '–';
  const size = Math.abs(value);
  if (size === 0) return '0';
  if (size >= 1e6 || size < 1e-3) return value.toExponential(1).replace('e+', 'e').replace('-', '−').replace('e-', 'e−');
  if (size >= 1000) return grouped.format(Math.round(value)).replace('-', '−');
  const places = (size >= 100 ? 1 : size >= 10 ? 2 : size >= 0.1 ? 3 : 4) - (4 - digits);
  return value.toFixed(Math.max(0, places)).replace('-', '−');
}

/** "63.1 %" from 0.631. */
export function formatShare(value: number | null | undefined, digits = 1): string {
  return value === null || value === undefined || !Number.isFinite(value) ? '–' : `${(value * 100).toFixed(digits)} %`;
}

/** "60 %" from 0.6, for axes of shares. */
export const formatShareTicks = (splits: readonly number[]): string[] => formatTicks(splits.map((v) => Math.round(v * 1e6) / 1e4)).map((text) => `${text} %`);

/** Axis values: as short as the distance between them allows. */
export function formatTicks(splits: readonly number[]): string[] {
  const exact = (digits: number) => splits.every((v) => Math.abs(v * 10 ** digits - Math.round(v * 10 ** digits)) < 1e-6 * Math.max(1, Math.abs(v)));
  const digits = [0, 1, 2, 3, 4, 5, 6].find(exact) ?? 6;
  return splits.map((value) => {
    const size = Math.abs(value);
    if (size !== 0 && (size >= 1e5 || size < 1e-4)) {
      if (size >= 1e6) return `${+(value / 1e6).toPrecision(3)}M`;
      if (size >= 1e5) return `${+(value / 1e3).toPrecision(4)}k`;
      return value.toExponential(0).replace('e-', 'e−');
    }
    if (size >= 1e4) return `${+(value / 1e3).toPrecision(3)}k`;
    return digits === 0 && size >= 1000 ? grouped.format(value).replace('-', '−') : value.toFixed(digits);
  });
}

/** "1 h 04 min", "3 min 20 s", "12 s". */
export function formatDuration(seconds: number | null | undefined): string {
  if (seconds === null || seconds === undefined || !Number.isFinite(seconds)) return '–';
  const whole = Math.max(0, Math.round(seconds));
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor((whole % 3600) / 60);
  if (hours > 0) return `${formatCount(hours)} h ${String(minutes).padStart(2, '0')} min`;
  if (minutes > 0) return `${minutes} min ${String(whole % 60).padStart(2, '0')} s`;
  return `${whole} s`;
}
