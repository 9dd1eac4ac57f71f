import { describe, expect, it } from 'vitest';
import { fits, fitsName, quoted, type QueryNode } from '../../../src-main/contract/query';
import { parseQuery, tryQuery } from '../../../src-main/contract/query-parser';

/** A node without its places. */
function plain(node: QueryNode): unknown {
  if (node.kind === 'and' || node.kind === 'or') return [node.kind, ...node.parts.map(plain)];
  if (node.kind === 'not') return ['not', plain(node.part)];
  const { at: _, ...rest } = node;
  return rest;
}
const read = (text: string) => plain(parseQuery(text));
const word = (text: string) => ({ kind: 'word', text });
const label = (...values: string[][]) => ({ kind: 'text', field: 'label', values });
const sequence = (...symbols: (number | null)[]) => ({ kind: 'sequence', symbols });

describe('a query', () => {
  it.each<[string, unknown]>([
    ['', ['and']],
    ['   ', ['and']],
    ['Cat', word('cat')],
    ['cat dog', ['and', word('cat'), word('dog')]],
    ['cat and dog', ['and', word('cat'), word('dog')]],
    ['cat or dog bird', ['or', word('cat'), ['and', word('dog'), word('bird')]]],
    ['(cat or dog) bird', ['and', ['or', word('cat'), word('dog')], word('bird')]],
    ['not cat', ['not', word('cat')]],
    ['-cat dog', ['and', ['not', word('cat')], word('dog')]],
    ['not not cat', ['not', ['not', word('cat')]]],
    ['-(a or b)', ['not', ['or', word('a'), word('b')]]],
    ['"a and (b)"', word('a and (b)')],
    ['"say \\"hi\\" \\\\"', word('say "hi" \\')],
    ['android', word('android')],
    ['nothing', word('nothing')],
    ['a-b', word('a-b')],
    ['foo*', { kind: 'text', field: 'name', values: [['foo', '']] }],
    ['name:a**b', { kind: 'text', field: 'name', values: [['a', 'b']] }],
    ['label:cat', label(['cat'])],
    ['LABEL:Cat,"big dog",s*', label(['cat'], ['big dog'], ['s', ''])],
    ['label:"s*"', label(['s*'])],
    ['tag:"to check"', { kind: 'text', field: 'tag', values: [['to check']] }],
    ['split:test,none', { kind: 'split', values: ['test', 'none'] }],
    ['12 7 *', sequence(12, 7, null)],
    ['* 7 cat', ['and', sequence(null, 7), word('cat')]],
    ['12 or 7', ['or', sequence(12), sequence(7)]],
    ['label:cat 12 7', ['and', label(['cat']), sequence(12, 7)]],
    ['not 12 7', ['not', sequence(12, 7)]],
    ['12.jpg', word('12.jpg')],
    ['"12"', word('12')],
    ['has:45', { kind: 'has', symbols: [{ symbol: 45, position: null }] }],
    ['has:45@3,7', { kind: 'has', symbols: [{ symbol: 45, position: 3 }, { symbol: 7, position: null }] }],
    ['has:wing*@1,"a wing"', { kind: 'has', symbols: [{ symbol: ['wing', ''], position: 1 }, { symbol: ['a wing'], position: null }] }],
    ['width>64', { kind: 'number', field: 'width', comparison: '>', value: 64 }],
    ['bytes<=1.5k', { kind: 'number', field: 'bytes', comparison: '<=', value: 1500 }],
    ['height:32', { kind: 'number', field: 'height', comparison: '=', value: 32 }],
    ['described:no', { kind: 'described', value: false }],
    ['excluded:any', { kind: 'excluded', value: 'any' }],
  ])('%s', (text, meaning) => expect(read(text)).toEqual(meaning));

  it('says of each term from where to where it stands', () => {
    const text = ' label:cat  (12  7) or -"a b"';
    const spans: string[] = [];
    const walk = (node: QueryNode): void => {
      if (node.kind === 'and' || node.kind === 'or') node.parts.forEach(walk);
      else if (node.kind === 'not') walk(node.part);
      else spans.push(text.slice(node.at.start, node.at.end));
    };
    walk(parseQuery(text));
    expect(spans).toEqual(['label:cat', '12  7', '"a b"']);
  });
});

describe('what is wrong is named with its place', () => {
  it.each<[string, string, string]>([
    // query, the part that is wrong, message
    ['(cat', '(', 'This bracket is not closed.'],
    ['cat)', ')', 'This bracket closes nothing.'],
    ['()', ')', 'A term is missing before this bracket.'],
    ['cat or', 'or', 'A term is missing after "or".'],
    ['cat and', 'and', 'A term is missing after "and".'],
    ['or cat', 'or', 'A term is missing before "or".'],
    ['a or or b', 'or', 'A term is missing before "or".'],
    ['not', 'not', 'A term is missing after "not".'],
    ['cat -', '-', '"-" needs a term right after it.'],
    ['a "b c', '"', 'This quotation mark has no second one.'],
    ['""', '""', 'There is nothing between these quotation marks.'],
    ['"a\\b"', '\\b', 'After a backslash stands a quotation mark or a backslash.'],
    ['lable:cat', 'lable', 'There is no field "lable".'],
    ['label>3', '>', '"label" is no number: it takes ":" and a value.'],
    ['x label: y', ' ', '"label" needs a value.'],
    ['label:a,', '', '"label" needs a value.'],
    ['width>wide', 'wide', '"width" is compared with a number.'],
    ['split:tset', 'tset', '"split" is train, test or none.'],
    ['described:maybe', 'maybe', '"described" is yes or no.'],
    ['12 4096', '4096', 'Symbols are numbers from 0 to 4095.'],
    ['12 007', '007', 'A symbol has no leading zero.'],
    ['1 2 3 4 5 6 7 8 9', '9', 'A description has at most 8 symbols.'],
    ['has:', '', '"has" needs a symbol: its number or its name.'],
    ['has:45@9', '@9', 'A position is a number from 1 to 8.'],
    ['has:4097', '4097', 'Symbols are numbers from 0 to 4095.'],
  ])('%s', (text, part, message) => {
    const { error } = tryQuery(text);
    expect(error?.message).toBe(message);
    expect(text.slice(error!.start, error!.end)).toBe(part);
  });

  it('a depth that no one writes is refused', () => {
    expect(tryQuery(`${'('.repeat(300)}a${')'.repeat(300)}`).error?.message).toMatch(/at most 40 deep/);
  });

  it('whatever is typed is a query or an error within it', () => {
    const pieces = ['(', ')', '"', 'or', 'not', '-', ' ', 'label:', '12', '*', ',', '@3', 'has:', 'width>', '\\', 'cat', '9999'];
    for (let i = 0; i < 20_000; i++) {
      const text = Array.from({ length: 1 + (i % 7) }, (_, place) => pieces[(i * (place + 3) * 7919 + place * 31) % pieces.length]).join('');
      const { error } = tryQuery(text);
      if (error) expect(error.start >= 0 && error.start <= error.end && error.end <= text.length + 1).toBe(true);
    }
  });
});

describe('values', () => {
  it('with stars fit as the pieces lie in the text', () => {
    expect(fits(['ab'], 'ab') && !fits(['ab'], 'abc')).toBe(true);
    expect(fits(['a', 'b'], 'ab') && fits(['a', 'b'], 'axxb') && !fits(['a', 'b'], 'axbx')).toBe(true);
    expect(fits(['aa', 'aa'], 'aaa')).toBe(false); // the ends may not lie on one another
    expect(fits(['', 'b', 'b', ''], 'xbx')).toBe(false);
    expect(fits(['', ''], '')).toBe(true);
    expect(fitsName(['cat', ''], 'train/dog/cat1.png') && fitsName(['train', ''], 'train/dog/cat1.png')).toBe(true);
  });

  it('are written so that they are read back', () => {
    for (const value of ['cat', 'big dog', 'a"b', 'a\\b', 'or', '12', 'a*', 'x:y', '-a', 'a,b', 'ü', '(a)', 'a@2', '>1', 'a=b']) {
      expect(read(`label:${quoted(value)}`)).toEqual(label([value.toLowerCase()]));
      expect(read(`has:${quoted(value)}`)).toEqual({ kind: 'has', symbols: [{ symbol: [value.toLowerCase()], position: null }] });
      expect(read(quoted(value))).toEqual(word(value.toLowerCase()));
    }
  });
});
