/** "for 30 days", "until it is emptied by hand". */
export const keptWords = (days: number | null): string => (days === null ? 'until emptied by hand' : `for ${days} ${days === 1 ? 'day' : 'days'}`);

/** "in 12 days", "today". */
export function emptiedWords(at: number | null, now: number): string {
  if (at === null) return 'never by itself';
  const days = Math.ceil((at - now) / (24 * 60 * 60_000));
  return days <= 0 ? 'within the hour' : days === 1 ? 'within a day' : `in ${days} days`;
}
