import { describe, expect, it } from 'vitest';
import { fit } from '../../../../src-renderer/pages/map/camera';
import { PointIndex } from '../../../../src-renderer/pages/map/point-index';
import { PrefixIds } from '../../../../src-renderer/pages/map/prefix-ids';
import { regionsInView } from '../../../../src-renderer/pages/map/regions';

/** Twenty points at each of two places, all with symbol 1 first; the second symbol tells the places apart. */
const n = 40;
const coordinates = Float32Array.from({ length: 2 * n }, (_, i) => (i % 2 === 0 ? (i < n ? -0.7 : 0.7) : 0.3) + (i % 7) * 0.001);
const points = { coordinates, images: Int32Array.from({ length: n }, (_, i) => i + 1), labels: new Int16Array(n), symbols: Uint16Array.from({ length: 2 * n }, (_, i) => (i % 2 === 0 ? 1 : i < n ? 4 : 6)), length: 2 };
const regions = (shown = new Uint8Array(n).fill(1)) => regionsInView(points, new PrefixIds(points.symbols, 2), new PointIndex(coordinates), fit(800, 600, 8), shown);

describe('regionsInView', () => {
  it('takes the prefix that a region has and the rest has not, with its counts', () => {
    const found = regions();
    expect(found.map(({ symbols }) => symbols)).toEqual(expect.arrayContaining([[1, 4], [1, 6]]));
    expect(found.length).toBe(2);
    for (const region of found) expect(region).toMatchObject({ points: 20, with: 20, everywhere: 20, lift: 2 });
    expect(found.find(({ symbols }) => symbols[1] === 4)!.x).toBeCloseTo(-0.7, 1);
  });
  it('leaves out points that are not shown, and regions of a few', () => {
    const shown = new Uint8Array(n).fill(1).fill(0, 3, 20);
    expect(regions(shown).map(({ symbols }) => symbols)).toEqual([[1, 6]]);
  });
  it('says nothing where nothing is telling', () => {
    const same = { ...points, symbols: new Uint16Array(2 * n).fill(3) };
    expect(regionsInView(same, new PrefixIds(same.symbols, 2), new PointIndex(coordinates), fit(800, 600, 8), new Uint8Array(n).fill(1))).toEqual([]);
  });
});
