import { expect, it } from 'vitest';
import { seenPart, type Preprocessing } from '../../../src-main/teacher/preprocessing';

const wide = { width: 400, height: 200 };

it.each<[string, Preprocessing, number, ReturnType<typeof seenPart>]>([
  ['the square in the middle', { kind: 'centre-square' }, 32, { left: 0.25, top: 0, width: 0.5, height: 1 }],
  ['less than that square, cut from a larger whole', { kind: 'resize-and-crop', shorterSide: 256, interpolation: 'bicubic' }, 192, { left: 0.3125, top: 0.125, width: 0.375, height: 0.75 }],
  ['all of it, pressed into a square', { kind: 'resize-and-crop', width: 224, height: 224, interpolation: 'bilinear' }, 224, { left: 0, top: 0, width: 1, height: 1 }],
])('a teacher sees %s', (_, how, size, part) => {
  expect(seenPart(wide, how, size)).toEqual(part);
});
