/** Where a key leads from a place of a grid; null for keys that do not move. */
export function gridMove(key: string, from: number, grid: { columns: number; total: number; page: number }): number | null {
  const steps: Record<string, number> = {
    ArrowLeft: -1,
    ArrowRight: 1,
    ArrowUp: -grid.columns,
    ArrowDown: grid.columns,
    PageUp: -grid.columns * grid.page,
    PageDown: grid.columns * grid.page,
  };
  if (grid.total === 0) return null;
  if (key === 'Home') return 0;
  if (key === 'End') return grid.total - 1;
  const step = steps[key];
  if (step === undefined) return null;
  const to = from + step;
  if (Math.abs(step) === grid.columns && (to < 0 || to >= grid.total)) {
    // from the row above a short last row, down leads to its end
    const lastRow = Math.floor((grid.total - 1) / grid.columns);
    return step > 0 && Math.floor(from / grid.columns) < lastRow ? grid.total - 1 : from;
  }
  return Math.min(grid.total - 1, Math.max(0, to));
}
