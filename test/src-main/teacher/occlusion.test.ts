import { expect, it } from 'vitest';
import { meanColour, withoutPatch } from '../../../src-main/teacher/occlusion';

const size = 6;
const view = Float32Array.from({ length: size * size * 3 }, (_, i) => i);

it('greys one patch and nothing else; all patches together cover the view once', () => {
  for (const grid of [1, 2, 3, 4]) {
    const times = new Uint8Array(size * size);
    for (let patch = 0; patch < grid * grid; patch++) {
      const greyed = withoutPatch(view, size, grid, patch, [-1, -2, -3]);
      for (let pixel = 0; pixel < size * size; pixel++) {
        const now = [...greyed.subarray(pixel * 3, pixel * 3 + 3)];
        const own = [...view.subarray(pixel * 3, pixel * 3 + 3)];
        if (now[0] < 0) {
          expect(now).toEqual([-1, -2, -3]);
          times[pixel]++;
        } else expect(now).toEqual(own);
      }
    }
    expect([...times]).toEqual(new Array(size * size).fill(1));
  }
});

it('counts patches row by row, and takes the mean of each colour', () => {
  const greyed = withoutPatch(view, size, 3, 5, [-1, -1, -1]); // second row, last column
  expect(greyed[(2 * size + 4) * 3]).toBe(-1);
  expect(greyed[(2 * size + 3) * 3]).toBe(view[(2 * size + 3) * 3]);
  expect(meanColour(Float32Array.of(1, 2, 3, 5, 6, 7))).toEqual([3, 4, 5]);
});
