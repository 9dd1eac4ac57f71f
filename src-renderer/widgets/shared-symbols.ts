/** How a symbol of one description stands to another description: the same there, somewhere else in it, or not in it. */
export type Sharing = 'same' | 'moved' | null;

/**
 * Marks the symbols of a description that another one holds too. Each symbol of the other counts once: first where both have
 * it at the same place, then from the left. `null` in the other stands for any symbol.
 */
export function sharedSymbols(symbols: readonly number[], other: readonly (number | null)[]): Sharing[] {
  const marks = symbols.map((symbol, at): Sharing => (at < other.length && (other[at] === null || other[at] === symbol) ? 'same' : null));
  const left = other.filter((symbol, at) => symbol !== null && marks[at] !== 'same');
  return marks.map((mark, at) => {
    const found = mark ? -1 : left.indexOf(symbols[at]);
    if (found < 0) return mark;
    left.splice(found, 1);
    return 'moved';
  });
}

/** "3 in the same place, 1 elsewhere", for those who cannot see the marks. */
export function sharingInWords(marks: readonly Sharing[]): string {
  const same = marks.filter((mark) => mark === 'same').length;
  const moved = marks.filter((mark) => mark === 'moved').length;
  if (same + moved === 0) return 'no symbol shared';
  return [same > 0 && `${same} shared in the same place`, moved > 0 && `${moved} shared elsewhere`].filter(Boolean).join(', ');
}
