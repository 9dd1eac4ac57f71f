import type { QueryNode, QueryTerm } from '../../src-main/contract/query';
import { tryQuery } from '../../src-main/contract/query-parser';

/** The terms that every image found must fulfil: those outside of "or" and "not". None where the text is no query. */
export function requiredTerms(text: string): QueryTerm[] {
  const { query } = tryQuery(text);
  return query ? parts(query).flatMap((part) => (isTerm(part) ? [part] : [])) : [];
}

/**
 * The query with its required terms of one kind replaced by `term` (or taken away by ''), everything else as the user
 * wrote it. Where the text is no query, `term` stands alone.
 */
export function replaceTerm(text: string, isMeant: (term: QueryTerm) => boolean, term: string): string {
  const { query } = tryQuery(text);
  const all = query ? parts(query) : [];
  const first = all.findIndex((part) => isTerm(part) && isMeant(part));
  const pieces = all.flatMap((part, index) => {
    if (!isTerm(part) || !isMeant(part)) return [write(part, text, 'and')];
    return index === first && term !== '' ? [term] : [];
  });
  return join(first < 0 && term !== '' ? [...pieces, term] : pieces);
}

const isTerm = (node: QueryNode): node is QueryTerm => node.kind !== 'and' && node.kind !== 'or' && node.kind !== 'not';
const parts = (query: QueryNode): readonly QueryNode[] => (query.kind === 'and' ? query.parts : [query]);

function write(node: QueryNode, text: string, within: 'and' | 'or' | 'not'): string {
  if (isTerm(node)) return text.slice(node.at.start, node.at.end);
  if (node.kind === 'not') return `-${write(node.part, text, 'not')}`;
  const written = node.parts.map((part) => write(part, text, node.kind));
  const whole = node.kind === 'and' ? join(written) : written.join(' or ');
  return node.kind === 'and' && within === 'or' ? whole : `(${whole})`;
}

/** Two sequences of symbols side by side would be read as one. */
function join(pieces: readonly string[]): string {
  return pieces.reduce((whole, piece) => (whole === '' ? piece : /(^|[\s(-])(\d+|\*)$/.test(whole) && /^(\d+|\*)(\s|$)/.test(piece) ? `${whole} and ${piece}` : `${whole} ${piece}`), '');
}
