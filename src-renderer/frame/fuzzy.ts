/**
 * How well letters typed in order fit a text; null when they do not. Better: letters side by side, at the start of words,
 * early, and in short texts.
 */
export function fuzzyScore(sought: string, text: string): number | null {
  const letters = sought.toLowerCase().replace(/\s+/g, '');
  const lower = text.toLowerCase();
  if (letters === '') return 0;
  let best: number | null = null;
  // A first letter may stand in several places: the best start counts.
  for (let start = lower.indexOf(letters[0]); start >= 0; start = lower.indexOf(letters[0], start + 1)) {
    const score = scoreFrom(letters, lower, start);
    if (score !== null && (best === null || score > best)) best = score;
  }
  return best === null ? null : best - text.length / 100;
}

function scoreFrom(letters: string, text: string, start: number): number | null {
  let score = 0;
  let last = start - 1;
  for (const letter of letters) {
    const at = text.indexOf(letter, last + 1);
    if (at < 0) return null;
    const startsWord = at === 0 || !/[\p{L}\p{N}]/u.test(text[at - 1]);
    score += at === last + 1 ? 4 : 1;
    if (startsWord) score += 2;
    last = at;
  }
  return score - start / 50;
}
