import { describe, expect, it } from 'vitest';
import { blocksByPlace, evenBlocks, thinPlaces, thinValues } from '../../../src-main/contract/thinning';

const noisy = Array.from({ length: 1000 }, (_, i) => Math.sin(i * 12.9898) * 43758.5453 % 1);

describe('thinned rows', () => {
  it('keep the least and the greatest value of every block, in the order in which they came', () => {
    for (const rows of [2, 3, 7, 64, 1000, 5000]) {
      const starts = evenBlocks(0, noisy.length, rows);
      const points = thinValues(noisy, starts, noisy.length) as number[];
      let at = 0;
      for (let from = 0; from < noisy.length; from += rows) {
        const block = noisy.slice(from, from + rows);
        if (block.length === 1) {
          expect(points[at++]).toBe(block[0]);
          continue;
        }
        const [low, high] = [Math.min(...block), Math.max(...block)];
        expect(points.slice(at, at + 2)).toEqual(block.indexOf(low) < block.indexOf(high) ? [low, high] : [high, low]);
        at += 2;
      }
      expect(at).toBe(points.length);
      expect(thinPlaces(noisy.map((_, i) => i), starts, noisy.length).length).toBe(points.length);
    }
  });

  it('of one row each are the rows themselves', () => expect(thinValues(noisy, evenBlocks(0, 1000, 1), 1000)).toEqual(noisy));

  it('have a gap where a block has no number, and none where it has one', () => {
    expect(thinValues([null, null, 3, null, 5, 1], evenBlocks(0, 6, 2), 6)).toEqual([null, null, 3, 3, 5, 1]);
  });

  it('of what was thinned before keep the extremes of the whole', () => {
    const once = thinValues(noisy, evenBlocks(0, 1000, 8), 1000);
    const twice = thinValues(once, evenBlocks(0, once.length, 4), once.length) as number[];
    expect([Math.min(...twice), Math.max(...twice)]).toEqual([Math.min(...noisy), Math.max(...noisy)]);
  });

  it('begin a block at each new cell of x, wherever the rows are', () => {
    const x = [0, 1, 2, 9, 10, 30, 31, 39.9];
    expect(blocksByPlace(x, 10, 0, x.length)).toEqual([0, 4, 5]);
    expect(blocksByPlace(x, 10, 4, 6)).toEqual([4, 5]);
  });
});
