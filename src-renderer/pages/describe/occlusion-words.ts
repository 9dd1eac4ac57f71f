/** One patch and by how much the symbol's log-probability falls without it. */
export interface Patch {
  /** From 1, from the top and from the left. */
  row: number;
  column: number;
  drop: number;
}

/** The patches whose loss changes the probability most, the greatest change first. */
export function strongestPatches(drops: readonly number[], grid: number, count: number): Patch[] {
  return drops
    .map((drop, i) => ({ row: Math.floor(i / grid) + 1, column: (i % grid) + 1, drop }))
    .sort((a, b) => Math.abs(b.drop) - Math.abs(a.drop) || a.row - b.row || a.column - b.column)
    .slice(0, count);
}

/** "3.4 × less likely", "1.2 × likelier", "as likely as before": what a drop of the log-probability means. */
export function dropInWords(drop: number): string {
  const times = Math.exp(Math.abs(drop));
  if (times < 1.05) return 'as likely as before';
  const factor = times >= 1000 ? 'over 1,000' : times >= 10 ? Math.round(times).toLocaleString('en') : times.toFixed(1);
  return `${factor} × ${drop > 0 ? 'less likely' : 'likelier'}`;
}
