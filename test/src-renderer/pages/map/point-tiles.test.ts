import { describe, expect, it } from 'vitest';
import { drawingOrder, runsWithin, tilePoints } from '../../../../src-renderer/pages/map/point-tiles';

describe('tilePoints and runsWithin', () => {
  const coordinates = Float32Array.from({ length: 20_000 }, (_, i) => Math.sin(i * 12.9898) );
  const tiles = tilePoints(coordinates);
  it('holds every point once', () => {
    expect([...tiles.order].sort((a, b) => a - b)).toEqual([...Array(10_000).keys()]);
  });
  it('gives runs with every point of a box, and few others', () => {
    const box = { left: -0.3, right: 0.12, bottom: 0.2, top: 0.55 };
    const drawn = new Set(runsWithin(tiles, box).flatMap(([first, end]) => [...tiles.order.subarray(first, end)]));
    const inside = [...Array(10_000).keys()].filter((i) => coordinates[2 * i] >= box.left && coordinates[2 * i] <= box.right && coordinates[2 * i + 1] >= box.bottom && coordinates[2 * i + 1] <= box.top);
    expect(inside.length).toBeGreaterThan(50);
    expect(inside.every((point) => drawn.has(point))).toBe(true);
    expect(drawn.size).toBeLessThan(5_000);
  });
  it('gives nothing beside the map, and one run for all of it', () => {
    expect(runsWithin(tiles, { left: 1.1, right: 2, bottom: -1, top: 1 })).toEqual([]);
    expect(runsWithin(tiles, { left: -2, right: 2, bottom: -2, top: 2 })).toEqual([[0, 10_000]]);
  });
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
