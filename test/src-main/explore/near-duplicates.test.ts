import { describe, expect, it } from 'vitest';
import { mulberry32 } from '../../../src-main/evaluation/split';
import { duplicateEdges, duplicateGroups } from '../../../src-main/explore/near-duplicates';

const never = () => Promise.resolve();

/** n unit rows around a few directions. */
function someRows(n: number, width: number, random: () => number): Float32Array {
  const centres = Array.from({ length: 5 }, () => Array.from({ length: width }, () => random() - 0.5));
  const rows = new Float32Array(n * width);
  for (let i = 0; i < n; i++) {
    const row = centres[Math.floor(random() * 5)].map((value) => value + (random() - 0.5) * 0.3 * random());
    const length = Math.hypot(...row);
    row.forEach((value, j) => (rows[i * width + j] = value / length));
  }
  return rows;
}

/** Connected by chains of pairs within the threshold, by comparing every pair. */
function groupsByDefinition(images: number[], rows: Float32Array, width: number, threshold: number): number[][] {
  const close = (a: number, b: number) => {
    let dot = 0;
    for (let j = 0; j < width; j++) dot += rows[a * width + j] * rows[b * width + j];
    return Math.max(0, 1 - dot) <= threshold;
  };
  const left = new Set(images.keys());
  const groups: number[][] = [];
  for (const first of images.keys()) {
    if (!left.delete(first)) continue;
    const group = [first];
    for (const a of group) for (const b of [...left]) if (close(a, b) && left.delete(b)) group.push(b);
    if (group.length > 1) groups.push(group.map((i) => images[i]).sort((a, b) => a - b));
  }
  return groups.sort((a, b) => a[0] - b[0]);
}

describe('near-duplicates', () => {
  it.each([0.000001, 0.001, 0.01, 0.05, 0.2])('are what chains of close pairs join, at a threshold of %f', async (threshold) => {
    const [n, width] = [120, 6];
    const rows = someRows(n, width, mulberry32(3));
    rows.copyWithin(7 * width, 2 * width, 3 * width); // two equal ones
    const images = Array.from({ length: n }, (_, i) => 10 + 3 * i);
    const groups = duplicateGroups(await duplicateEdges(images, rows, width, 0.3, never), threshold, new Set());
    expect(groups.map((group) => group.images).sort((a, b) => a[0] - b[0])).toEqual(groupsByDefinition(images, rows, width, threshold));
  });

  it('leave excluded images out, and groups of which one image is left', () => {
    const edges = [[1, 2, 0.01], [2, 3, 0.02], [8, 9, 0.001]] as const;
    expect(duplicateGroups(edges, 0.05, new Set())).toEqual([{ images: [8, 9], distance: 0.001 }, { images: [1, 2, 3], distance: 0.02 }]);
    expect(duplicateGroups(edges, 0.05, new Set([2, 9]))).toEqual([{ images: [1, 3], distance: 0.02 }]);
    expect(duplicateGroups(edges, 0.01, new Set())).toEqual([{ images: [8, 9], distance: 0.001 }, { images: [1, 2], distance: 0.01 }]);
  });

  it('have no edge longer than asked for, and nothing of a single image', async () => {
    const rows = someRows(40, 4, mulberry32(1));
    const edges = await duplicateEdges(Array.from({ length: 40 }, (_, i) => i + 1), rows, 4, 0.02, never);
    expect(edges.every(([, , distance]) => distance <= 0.02)).toBe(true);
    expect(await duplicateEdges([5], rows.subarray(0, 4), 4, 1, never)).toEqual([]);
  });
});
