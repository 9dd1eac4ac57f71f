import { describe, expect, it } from 'vitest';
import { rgbToHex } from '../../../../src-renderer/charts/colour';
import { groupPoints, togglePick, visibleNames, type MapPoints } from '../../../../src-renderer/pages/map/groups';
import { drawingOrder } from '../../../../src-renderer/pages/map/webgl-renderer';

const points: MapPoints = {
  coordinates: new Float32Array([-0.5, 0.5, -0.52, 0.5, -0.5, 0.52, 0.9, -0.9, 0.5, 0.5, 0.51, 0.5]),
  images: new Int32Array([11, 12, 13, 14, 15, 16]),
  labels: new Int16Array([0, 0, 0, 0, 1, -1]),
  symbols: new Uint16Array([5, 1, 5, 2, 5, 3, 2, 1, 2, 2, 0, 0]),
  length: 2,
};

describe('groupPoints', () => {
  it('groups by label; images without one come last and are grey', () => {
    const { groups, groupOf, order } = groupPoints(points, 'label', ['cat', 'dog'], null, 'light');
    expect([...groupOf]).toEqual([0, 0, 0, 0, 1, 2]);
    expect(groups.map((g) => [g.name, g.count])).toEqual([['cat', 4], ['dog', 1], ['no label', 1]]);
    expect(order).toEqual([0, 1, 2]);
    expect(groups[2].colour[0]).toBe(groups[2].colour[1]);
  });

  it('groups by first symbol and leaves unused symbols out of the legend', () => {
    const { groups, groupOf, order } = groupPoints(points, 'symbol', [], [0, 60, 120, 180, 240, 300], 'light');
    expect([...groupOf]).toEqual([5, 5, 5, 2, 2, 0]);
    expect(order).toEqual([5, 2, 0]);
    expect(groups[5]).toMatchObject({ symbol: 5, count: 3, name: 'symbol 5' });
    expect(groups[1].count).toBe(0);
  });

  it('gives a symbol the same colour whatever else is on the map, and colours without hues as well', () => {
    const hues = [10, 20, 30, 40, 50, 60];
    const few = groupPoints({ ...points, symbols: new Uint16Array(12).fill(5) }, 'symbol', [], hues, 'dark');
    const many = groupPoints(points, 'symbol', [], hues, 'dark');
    expect(rgbToHex(few.groups[5].colour)).toBe(rgbToHex(many.groups[5].colour));
    const plain = groupPoints(points, 'symbol', [], null, 'dark');
    expect(new Set(plain.groups.map((g) => rgbToHex(g.colour))).size).toBe(plain.groups.length);
  });

  it('names a group where most of it is, not between its parts', () => {
    const { groups } = groupPoints(points, 'label', ['cat', 'dog'], null, 'light');
    expect(groups[0].x).toBeCloseTo(-0.507, 2);
    expect(groups[0].y).toBeCloseTo(0.507, 2);
  });
});

describe('legend', () => {
  it('picks one alone first, then adds and takes away', () => {
    let picked: Set<number> = new Set();
    picked = togglePick(picked, 3);
    expect([...picked]).toEqual([3]);
    picked = togglePick(picked, 1);
    expect([...picked].sort()).toEqual([1, 3]);
    picked = togglePick(togglePick(picked, 3), 1);
    expect(picked.size).toBe(0);
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

describe('drawingOrder', () => {
  it('is a permutation, mixed, and the same every time', () => {
    const order = drawingOrder(1000);
    expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: 1000 }, (_, i) => i));
    expect([...order]).toEqual([...drawingOrder(1000)]);
    const half = [...order.slice(0, 500)].filter((i) => i < 500).length;
    expect(half).toBeGreaterThan(200);
    expect(half).toBeLessThan(300);
  });
});
