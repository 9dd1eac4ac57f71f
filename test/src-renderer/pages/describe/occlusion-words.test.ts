import { expect, it } from 'vitest';
import { dropInWords, strongestPatches } from '../../../../src-renderer/pages/describe/occlusion-words';

it('names the patches that change a symbol most, for and against it', () => {
  expect(strongestPatches([0, 0.5, -2, 1], 2, 2)).toEqual([{ row: 2, column: 1, drop: -2 }, { row: 2, column: 2, drop: 1 }]);
  expect(strongestPatches([1, 1, 1, 1], 2, 1)).toEqual([{ row: 1, column: 1, drop: 1 }]);
});

it('says a fall of the log-probability as a factor', () => {
  expect(dropInWords(0)).toBe('as likely as before');
  expect(dropInWords(Math.log(2))).toBe('2.0 × less likely');
  expect(dropInWords(-Math.log(12))).toBe('12 × likelier');
  expect(dropInWords(40)).toBe('over 1,000 × less likely');
});
