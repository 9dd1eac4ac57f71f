import { asksExcluded, compares, fits, fitsName, type QueryNode } from '../../src-main/contract/query';

/** An entry with all that a query may ask of it. */
export interface PlainEntry {
  image: number;
  name: string;
  label: string | null;
  split: string | null;
  format: string;
  width: number;
  height: number;
  bytes: number;
  tags: readonly string[];
  excluded: boolean;
  symbols: readonly number[] | null;
}
export interface PlainName {
  symbol: number;
  position: number | null;
  name: string;
}

/** Whether an entry passes, asked of it alone and by the words of the definition: what a search must agree with. */
export function passes(query: QueryNode, entry: PlainEntry, names: readonly PlainName[]): boolean {
  return holds(query, entry, names) && (asksExcluded(query) || !entry.excluded);
}

function holds(query: QueryNode, entry: PlainEntry, names: readonly PlainName[]): boolean {
  const { symbols } = entry;
  switch (query.kind) {
    case 'and':
      return query.parts.every((part) => holds(part, entry, names));
    case 'or':
      return query.parts.some((part) => holds(part, entry, names));
    case 'not':
      return !holds(query.part, entry, names);
    case 'word':
      return entry.name.toLowerCase().includes(query.text);
    case 'split':
      return query.values.some((value) => value === (entry.split ?? 'none'));
    case 'text': {
      const texts = { label: [entry.label], tag: entry.tags, format: [entry.format], name: [] }[query.field];
      return query.values.some((value) => (query.field === 'name' ? fitsName(value, entry.name.toLowerCase()) : texts.some((text) => text !== null && fits(value, text.toLowerCase()))));
    }
    case 'number':
      return compares(entry[query.field], query.comparison, query.value);
    case 'described':
      return (symbols !== null) === query.value;
    case 'excluded':
      return query.value === 'any' || entry.excluded === (query.value === 'yes');
    case 'sequence':
      return symbols !== null && query.symbols.length <= symbols.length && query.symbols.every((symbol, i) => symbol === null || symbols[i] === symbol);
    case 'has':
      return query.symbols.some((asked) => {
        const { symbol } = asked;
        const wanted = typeof symbol === 'number' ? [{ symbol, position: null }] : names.filter(({ name }) => fits(symbol, name.toLowerCase()));
        return wanted.some((one) =>
          (symbols ?? []).some((have, i) => have === one.symbol && (one.position === null || one.position === i + 1) && (asked.position === null || asked.position === i + 1)),
        );
      });
  }
}
