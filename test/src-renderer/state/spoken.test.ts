import { describe, expect, it } from 'vitest';
import { readSequence, sequenceText, Spoken } from '../../../src-renderer/state/spoken.svelte';

const alphabet = { vocabulary: 128, length: 8 };
const speaking = (text = '') => {
  const spoken = new Spoken(() => alphabet);
  type(spoken, text);
  return spoken;
};
/** Types as the keys of the editor do. */
function type(spoken: Spoken, text: string): void {
  for (const key of text) {
    if (key === '*') spoken.put(null);
    else if (key === ' ') spoken.next();
    else spoken.digit(key);
  }
}
const said = (spoken: Spoken) => `${sequenceText(spoken.symbols)} @${spoken.cursor}`;

describe('a sequence as text', () => {
  it('is read with blanks, commas and dots, and written back the same', () => {
    expect(readSequence(' 12, 7.* 3', alphabet)).toEqual({ symbols: [12, 7, null, 3] });
    expect(sequenceText([12, 7, null, 3])).toBe('12 7 * 3');
    expect(readSequence('', alphabet)).toEqual({ symbols: [] });
  });

  it('is refused with what is wrong with it', () => {
    expect(readSequence('12 128', alphabet)).toEqual({ wrong: '"128" is no symbol: they are 0 to 127, and * for any.' });
    expect(readSequence('1 x', alphabet)).toEqual({ wrong: '"x" is no symbol: they are 0 to 127, and * for any.' });
    expect(readSequence('1 2 3 4 5 6 7 8 9', alphabet)).toEqual({ wrong: '9 symbols: a description has at most 8.' });
  });
});

describe('a spoken sequence', () => {
  it('is typed digit by digit; a symbol that no digit can follow ends by itself', () => {
    expect(said(speaking('12 7 *3'))).toBe('12 7 * 3 @3');
    expect(said(speaking('1201277'))).toBe('120 127 7 @2'); // 120 and 127 are full, 7 may go on
    expect(said(speaking('05'))).toBe('0 5 @1');
  });

  it('refuses a symbol that the run does not have, and says so', () => {
    const spoken = speaking('12');
    spoken.digit('9');
    expect([said(spoken), spoken.notice]).toEqual(['12 @0', 'There is no symbol 129: they are 0 to 127.']);
    spoken.next();
    expect(spoken.notice).toBeNull();
  });

  it('replaces at the cursor, moves a symbol with it, inserts and takes out', () => {
    const spoken = speaking('1 2 3 4 ');
    spoken.moveTo(1);
    type(spoken, '99');
    expect(said(spoken)).toBe('1 99 3 4 @2');
    spoken.carry(1, 3);
    expect(said(spoken)).toBe('1 3 4 99 @3');
    spoken.carry(3, 9); // already the last
    spoken.carry(3, 0);
    expect(said(spoken)).toBe('99 1 3 4 @0');
    spoken.insert();
    expect(said(spoken)).toBe('* 99 1 3 4 @0');
    spoken.remove();
    spoken.moveTo(2);
    spoken.removeBefore();
    expect(said(spoken)).toBe('99 3 4 @1');
  });

  it('takes back the last digit before it takes out a symbol', () => {
    const spoken = speaking('5 12');
    spoken.removeBefore();
    expect(said(spoken)).toBe('5 1 @1');
    spoken.removeBefore();
    expect(said(spoken)).toBe('5 @1');
    spoken.removeBefore();
    expect(said(spoken)).toBe(' @0');
  });

  it('never holds more symbols than a description', () => {
    const spoken = speaking('1 2 3 4 5 6 7 8 9 ');
    expect(said(spoken)).toBe('1 2 3 4 5 6 7 9 @7');
    spoken.insert();
    expect(spoken.notice).toBe('A description has at most 8 symbols.');
    spoken.set([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(spoken.symbols).toHaveLength(8);
  });

  it('undoes everything to the start and does it again, a typed symbol at a time', () => {
    const spoken = speaking('12 34 *');
    spoken.carry(0, 2);
    spoken.clear();
    const last = said(spoken);
    const seen: string[] = [];
    while (spoken.canUndo) {
      spoken.undo();
      seen.push(sequenceText(spoken.symbols));
    }
    expect(seen).toEqual(['34 * 12', '12 34 *', '12 34', '12', '']);
    while (spoken.canRedo) spoken.redo();
    expect(said(spoken)).toBe(last);
    spoken.undo();
    spoken.put(5);
    expect(spoken.canRedo).toBe(false);
  });

  it('a sequence of a larger run keeps what fits', () => {
    const spoken = new Spoken(() => ({ vocabulary: 16, length: 2 }));
    spoken.set([3, 99, 4]);
    expect(spoken.symbols).toEqual([3, null]);
  });
});
