import { describe, expect, it } from 'vitest';
import { alignedTo, matchedRows } from '../../../../src-renderer/pages/map/align';

const target = new Float32Array([-0.5, -0.2, 0.6, 0.1, 0.1, 0.7, -0.3, 0.4]);
const all = { points: new Int32Array([0, 1, 2, 3]), target: new Int32Array([0, 1, 2, 3]) };
/** Turned by an angle, mirrored when asked, scaled and moved. */
const moved = (angle: number, mirror: boolean) =>
  Float32Array.from(target, (_, i) => {
    const [x, y] = [target[i & ~1], target[i | 1] * (mirror ? -1 : 1)];
    return 0.4 * (i % 2 === 0 ? Math.cos(angle) * x - Math.sin(angle) * y : Math.sin(angle) * x + Math.cos(angle) * y) + 0.1;
  });

describe('alignedTo', () => {
  it.each([[0.3, false], [2.5, false], [-1.2, true], [3.1, true]])('undoes a turn of %s, mirrored %s', (angle, mirror) => {
    alignedTo(moved(angle, mirror), target, all).forEach((value, i) => expect(value).toBeCloseTo(target[i], 5));
  });
  it('uses matched rows alone and keeps everything within the map', () => {
    const matched = matchedRows(new Int32Array([5, 6, 7]), new Int32Array([9, 7, 5]));
    expect([[...matched.a], [...matched.b]]).toEqual([[0, 2], [2, 1]]);
    const wide = alignedTo(new Float32Array([0, 0, 0.1, 0, 1, 1]), new Float32Array([-1, 0, 1, 0]), { points: new Int32Array([0, 1]), target: new Int32Array([0, 1]) });
    expect(Math.max(...wide.map(Math.abs))).toBeCloseTo(1, 6);
  });
});
