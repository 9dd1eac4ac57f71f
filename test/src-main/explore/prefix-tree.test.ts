import { describe, expect, test } from 'vitest';
import { prefixNode } from '../../../src-main/contract/explore';
import { prepareSet } from '../../../src-main/explore/embedding-set';
import { prefixNodeOf } from '../../../src-main/explore/prefix-tree';
import { cosine, describedSet, rowOf } from './sets';

const set = prepareSet(describedSet(7, 300, { width: 5, length: 3, vocabulary: 6 }));
const rows = Array.from(set.images, (image, i) => ({ image, i, symbols: Array.from(set.symbols.subarray(i * 3, i * 3 + 3)), label: set.labels[i] }));
const begin = (prefix: number[]) => rows.filter((r) => prefix.every((symbol, j) => r.symbols[j] === symbol));

/** That the exemplars are members, and none that was left out is nearer to the members' mean. */
function expectNearest(exemplars: number[], members: typeof rows, count: number): void {
  const mean = new Float64Array(set.width);
  for (const { i } of members) rowOf(set, i).forEach((x, t) => (mean[t] += x));
  const nearness = new Map(members.map(({ image, i }) => [image, cosine(rowOf(set, i), mean)]));
  expect(new Set(exemplars).size).toBe(Math.min(count, members.length));
  const found = exemplars.map((image) => nearness.get(image) as number);
  const best = [...nearness.values()].sort((x, y) => y - x);
  found.forEach((near, i) => expect(near).toBeCloseTo(best[i], 6));
}

function commonest(members: typeof rows) {
  const labelled = members.filter((r) => r.label >= 0);
  if (labelled.length === 0) return null;
  const counts = set.classes.map((_, c) => labelled.filter((r) => r.label === c).length);
  const most = Math.max(...counts);
  return { name: set.classes[counts.indexOf(most)], share: most / labelled.length };
}

describe('the tree of prefixes', () => {
  test('every node down to whole descriptions counts what a scan counts', () => {
    let nodes = 0;
    const visit = (prefix: number[]): void => {
      const node = prefixNode.parse(prefixNodeOf(set, { prefix, images: 30, skip: 0 }));
      nodes++;
      const members = begin(prefix);
      expect(node.total).toBe(members.length);
      expect(node.label).toEqual(commonest(members));
      if (prefix.length === 3) {
        expectNearest(node.exemplars, members, 30);
        return expect(node.children).toEqual([]);
      }
      expect(node.exemplars).toEqual([]);
      expect(node.children.reduce((sum, child) => sum + child.total, 0)).toBe(members.length);
      expect(node.children.map((child) => child.total)).toEqual(node.children.map((child) => child.total).sort((a, b) => b - a));
      for (const child of node.children) {
        const own = begin([...prefix, child.symbol]);
        expect(child.total).toBe(own.length);
        expect(child.label).toEqual(commonest(own));
        const share = Math.max(1, Math.round((30 * own.length) / members.length));
        expectNearest(child.exemplars, own, share);
        visit([...prefix, child.symbol]);
      }
    };
    visit([]);
    expect(nodes).toBeGreaterThan(60);
  });

  test('children before `skip` come without exemplars, and the others share all of them', () => {
    const all = prefixNodeOf(set, { prefix: [], images: 40, skip: 0 }).children;
    const later = prefixNodeOf(set, { prefix: [], images: 40, skip: 2 }).children;
    expect(later.map(({ symbol, total }) => ({ symbol, total }))).toEqual(all.map(({ symbol, total }) => ({ symbol, total })));
    expect(later.slice(0, 2).map((child) => child.exemplars)).toEqual([[], []]);
    for (let i = 2; i < all.length; i++) expect(later[i].exemplars.length).toBeGreaterThanOrEqual(all[i].exemplars.length);
  });

  test('a prefix that no image has is an empty node; one that is too long is refused', () => {
    const unused = [0, 1, 2, 3, 4, 5].flatMap((a) => [0, 1, 2, 3, 4, 5].map((b) => [a, b, 5])).find((prefix) => begin(prefix).length === 0)!;
    expect(prefixNodeOf(set, { prefix: unused, images: 4, skip: 0 })).toEqual({ prefix: unused, length: 3, total: 0, label: null, exemplars: [], children: [] });
    expect(() => prefixNodeOf(set, { prefix: [0, 0, 0, 0], images: 4, skip: 0 })).toThrow('A prefix of 4 symbols: descriptions have 3.');
  });
});
