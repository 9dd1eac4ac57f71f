import { describe, expect, it } from 'vitest';
import { mulberry32 } from '../../../../src-main/evaluation/split';
import type { MapPoint } from '../../../../src-renderer/pages/map/camera';
import { edgesOf, isEnclosed, pointsWithin } from '../../../../src-renderer/pages/map/enclosed';
import { PointIndex } from '../../../../src-renderer/pages/map/point-index';

const random = mulberry32(7);
const coordinates = Float32Array.from({ length: 2 * 20_000 }, () => 2 * random() - 1);
// Some at the corners and the very edge, and some that lie on one another.
coordinates.set([-1, -1, 1, 1, -1, 1, 1, -1, 0, 0, 0, 0, 0.5, 0.5]);
const index = new PointIndex(coordinates);

function byEachPoint(outline: readonly MapPoint[]): number[] {
  const edges = edgesOf(outline);
  const found: number[] = [];
  for (let i = 0; i < coordinates.length / 2; i++) if (isEnclosed(coordinates[2 * i], coordinates[2 * i + 1], edges)) found.push(i);
  return found;
}
const sorted = (points: Uint32Array) => [...points].sort((a, b) => a - b);

describe('pointsWithin', () => {
  const star = Array.from({ length: 400 }, (_, i) => ({ x: Math.cos(i / 40) * (0.4 + 0.3 * Math.sin(i / 3)), y: Math.sin(i / 40) * (0.4 + 0.3 * Math.cos(i / 5)) }));
  const outlines: Record<string, MapPoint[]> = {
    triangle: [{ x: -0.8, y: -0.7 }, { x: 0.9, y: -0.2 }, { x: 0.1, y: 0.95 }],
    'outline that crosses itself': star,
    'box beyond the map': [{ x: -3, y: -2 }, { x: 2, y: -2 }, { x: 2, y: 4 }, { x: -3, y: 4 }],
    sliver: [{ x: -1, y: 0.1 }, { x: 1, y: 0.1001 }, { x: 1, y: 0.1004 }],
    'tiny loop': [{ x: 0.2, y: 0.2 }, { x: 0.201, y: 0.2 }, { x: 0.2, y: 0.201 }],
    scribble: Array.from({ length: 120 }, () => ({ x: 3 * random() - 1.5, y: 3 * random() - 1.5 })),
  };
  it.each(Object.keys(outlines))('gives the same as asking each point: %s', (name) => {
    expect(sorted(pointsWithin(index, coordinates, outlines[name]))).toEqual(byEachPoint(outlines[name]));
  });
  it('gives every point of the map for an outline round all of it', () => {
    expect(pointsWithin(index, coordinates, outlines['box beyond the map']).length).toBe(20_000);
  });
  it('gives none for a line', () => expect(pointsWithin(index, coordinates, [{ x: -1, y: 0 }, { x: 1, y: 0 }, { x: 0, y: 0 }]).length).toBe(0));
});
