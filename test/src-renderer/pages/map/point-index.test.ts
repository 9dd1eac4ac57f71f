import { describe, expect, it } from 'vitest';
import { PointIndex } from '../../../../src-renderer/pages/map/point-index';

function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 4294967296;
}
const random = seeded(7);
const count = 2000;
const coordinates = Float32Array.from({ length: 2 * count }, (_, i) => (i % 3 === 0 ? random() * 0.1 : random() * 2 - 1));
coordinates.set([-1, -1, 1, 1], 0);
const index = new PointIndex(coordinates);
const distance = (point: number, x: number, y: number) => Math.hypot(coordinates[2 * point] - x, coordinates[2 * point + 1] - y);

describe('PointIndex', () => {
  it('finds in a box what a scan of all points finds', () => {
    for (let i = 0; i < 50; i++) {
      const [a, b, c, d] = [random() * 2 - 1, random() * 2 - 1, random() * 2 - 1, random() * 2 - 1];
      const box = { left: Math.min(a, b), right: Math.max(a, b), bottom: Math.min(c, d), top: Math.max(c, d) };
      const scan = Array.from({ length: count }, (_, p) => p).filter(
        (p) => coordinates[2 * p] >= box.left && coordinates[2 * p] <= box.right && coordinates[2 * p + 1] >= box.bottom && coordinates[2 * p + 1] <= box.top,
      );
      expect(index.within(box).sort((p, q) => p - q)).toEqual(scan);
    }
  });

  it('finds the nearest point within a radius, or none', () => {
    for (let i = 0; i < 200; i++) {
      const [x, y] = [random() * 2.4 - 1.2, random() * 2.4 - 1.2];
      const best = Array.from({ length: count }, (_, p) => p).reduce((a, b) => (distance(b, x, y) < distance(a, x, y) ? b : a));
      const found = index.nearest(x, y, 0.05);
      if (distance(best, x, y) > 0.05) expect(found).toBe(-1);
      else expect(distance(found, x, y)).toBeCloseTo(distance(best, x, y), 6);
    }
  });

  it('passes over points that are not accepted', () => {
    const x = coordinates[20];
    const y = coordinates[21];
    expect(index.nearest(x, y, 0.5)).toBe(10);
    expect(index.nearest(x, y, 0.5, (p) => p !== 10)).not.toBe(10);
    expect(index.nearest(x, y, 0.5, () => false)).toBe(-1);
  });

  it('walks towards a direction and stops at the edge', () => {
    let here = index.nearest(0, 0, 1);
    const seen = new Set<number>();
    for (;;) {
      const next = index.towards(here, 1, 0);
      if (next < 0) break;
      expect(coordinates[2 * next]).toBeGreaterThan(coordinates[2 * here]);
      expect(seen.has(next)).toBe(false);
      seen.add(next);
      here = next;
    }
    expect(seen.size).toBeGreaterThan(5);
    const others = Array.from({ length: count }, (_, p) => p).filter((p) => {
      const ahead = coordinates[2 * p] - coordinates[2 * here];
      return ahead > 0 && Math.abs(coordinates[2 * p + 1] - coordinates[2 * here + 1]) <= ahead;
    });
    expect(others).toEqual([]);
  });

  it('holds no point, one point, and points in one place', () => {
    expect(new PointIndex(new Float32Array(0)).nearest(0, 0, 2)).toBe(-1);
    expect(new PointIndex(new Float32Array([0.5, 0.5])).nearest(0, 0, 2)).toBe(0);
    const same = new PointIndex(new Float32Array(200).fill(0.25));
    expect(same.within({ left: 0, right: 1, bottom: 0, top: 1 }).length).toBe(100);
    expect(same.towards(0, 1, 0)).toBe(-1);
  });
});
