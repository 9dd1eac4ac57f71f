/** What points are coloured by. Positions and lengths count from 1; a number is a field of `numberFields`. */
export type ColourBy = { kind: 'label' } | { kind: 'symbol'; position: number } | { kind: 'prefix'; length: number } | { kind: 'number'; field: string };

/** As it stands in a link: "label", "symbol-2", "prefix-3", "number-width". */
export function colourKey(by: ColourBy): string {
  if (by.kind === 'symbol') return `symbol-${by.position}`;
  if (by.kind === 'prefix') return `prefix-${by.length}`;
  if (by.kind === 'number') return `number-${by.field}`;
  return by.kind;
}

/** Reads `colourKey` back; null for anything else. */
export function parseColourKey(text: string): ColourBy | null {
  if (text === 'label') return { kind: 'label' };
  const found = /^(symbol|prefix)-([1-8])$/.exec(text);
  if (found) return found[1] === 'symbol' ? { kind: 'symbol', position: Number(found[2]) } : { kind: 'prefix', length: Number(found[2]) };
  const field = /^number-([a-z]+)$/.exec(text);
  return field ? { kind: 'number', field: field[1] } : null;
}
