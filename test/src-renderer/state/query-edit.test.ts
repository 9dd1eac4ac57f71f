import { describe, expect, it } from 'vitest';
import type { QueryTerm } from '../../../src-main/contract/query';
import { parseQuery } from '../../../src-main/contract/query-parser';
import { replaceTerm, requiredTerms } from '../../../src-renderer/state/query-edit';

const isLabel = (term: QueryTerm) => term.kind === 'text' && term.field === 'label';
const isSequence = (term: QueryTerm) => term.kind === 'sequence';

describe('editing a query', () => {
  it.each([
    ['', 'label:cat', 'label:cat'],
    ['foo', 'label:cat', 'foo label:cat'],
    ['label:dog foo', 'label:cat', 'label:cat foo'],
    ['foo LABEL:"Big Dog" bar', '', 'foo bar'],
    ['label:a label:b', 'label:c', 'label:c'],
    ['12 label:a 7', '', '12 and 7'],
    ['-12 label:a 7', '', '-12 and 7'],
    ['a or b', 'label:c', '(a or b) label:c'],
    ['a label:b or c', 'label:d', '(a label:b or c) label:d'],
    ['not label:a', 'label:b', '-label:a label:b'],
    ['not (a or not 12 7)  "x y"', 'label:b', '-(a or -12 7) "x y" label:b'],
    ['label:(', 'label:b', 'label:b'],
  ])('%s with %s', (text, term, edited) => {
    expect(replaceTerm(text, isLabel, term)).toBe(edited);
    expect(() => parseQuery(edited)).not.toThrow();
  });

  it('replaces the sequence that a tile asks for', () => {
    expect(replaceTerm('cat 12 *', isSequence, '12 7')).toBe('cat 12 7');
    expect(replaceTerm('12 or 7', isSequence, '3')).toBe('(12 or 7) 3');
  });

  it('knows the terms that every image must fulfil', () => {
    const kinds = (text: string) => requiredTerms(text).map((term) => text.slice(term.at.start, term.at.end));
    expect(kinds('label:a (b or c) -d 12 7')).toEqual(['label:a', '12 7']);
    expect(kinds('a or b')).toEqual([]);
    expect(kinds('label:')).toEqual([]);
  });
});
