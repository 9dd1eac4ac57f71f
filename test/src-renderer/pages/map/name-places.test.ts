import { describe, expect, it } from 'vitest';
import { groupCentres, visibleNames } from '../../../../src-renderer/pages/map/name-places';

describe('groupCentres', () => {
  it('names a group where most of it is, not between its parts', () => {
    const centres = groupCentres(new Float32Array([-0.5, 0.5, -0.52, 0.5, -0.5, 0.52, 0.9, -0.9, 0.5, 0.5, 0.51, 0.5]), new Uint16Array([0, 0, 0, 0, 1, 2]), 3);
    expect(centres[0]).toBeCloseTo(-0.507, 2);
    expect(centres[1]).toBeCloseTo(0.507, 2);
  });
});

describe('visibleNames', () => {
  const name = (left: number, top: number) => ({ left, top, width: 40, height: 16 });
  it('moves a name whose place is taken a line up or down, and none covers another', () => {
    const placed = visibleNames([name(100, 100), name(120, 105), name(100, 106)], { width: 200, height: 200 });
    expect(placed.length).toBe(3);
    expect(placed[0].top).toBe(100);
    for (const [i, a] of placed.entries()) for (const b of placed.slice(i + 1)) expect(Math.abs(a.top - b.top) >= 16 || Math.abs(a.left - b.left) >= 40).toBe(true);
  });
  it('leaves out names for which there is no room, the last ones first', () => {
    const crowd = Array.from({ length: 9 }, (_, i) => ({ ...name(100, 100), id: i }));
    expect(visibleNames(crowd, { width: 200, height: 200 }).map((n) => n.id)).toEqual([0, 1, 2, 3, 4]);
  });
  it('moves none and stops at a number when told so', () => {
    const wanted = [name(100, 100), name(110, 105), name(50, 50), name(150, 150)];
    expect(visibleNames(wanted, { width: 200, height: 200 }, { move: false, most: 2 })).toEqual([wanted[0], wanted[2]]);
  });
  it('leaves out what would stand over the edge', () => expect(visibleNames([name(5, 100), name(100, 199)], { width: 200, height: 200 })).toEqual([]));
});
