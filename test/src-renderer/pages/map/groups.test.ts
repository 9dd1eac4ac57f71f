import { describe, expect, it } from 'vitest';
import { rgbToHex } from '../../../../src-renderer/charts/colour';
import { colourKey, parseColourKey } from '../../../../src-renderer/pages/map/colour-by';
import { groupPoints, type GroupingInput, type MapPoints } from '../../../../src-renderer/pages/map/groups';
import { PrefixIds } from '../../../../src-renderer/pages/map/prefix-ids';

const points: MapPoints = {
  coordinates: new Float32Array(12),
  images: new Int32Array([11, 12, 13, 14, 15, 16]),
  labels: new Int16Array([0, 0, 0, 0, 1, -1]),
  symbols: new Uint16Array([5, 1, 5, 2, 5, 3, 2, 1, 2, 2, 0, 0]),
  length: 2,
};
const input = (changes: Partial<GroupingInput> = {}): GroupingInput => {
  const given = { points, labels: ['cat', 'dog'], numbers: null, hues: [0, 60, 120, 180, 240, 300], scheme: 'light' as const, ...changes };
  return { ...given, prefixes: new PrefixIds(given.points.symbols, given.points.length) };
};
const rows = (grouping: ReturnType<typeof groupPoints>) => grouping.rows.map(({ key, count }) => [key, count]);

describe('groupPoints', () => {
  it('groups by label; images without one are grey', () => {
    const grouping = groupPoints({ kind: 'label' }, input());
    expect([...grouping.groupOf]).toEqual([0, 0, 0, 0, 1, 2]);
    expect(grouping.rows.map(({ name, count }) => [name, count])).toEqual([['cat', 4], ['dog', 1], ['no label', 1]]);
    expect(grouping.groups[2].colour[0]).toBe(grouping.groups[2].colour[1]);
  });

  it('groups by the symbol at any position, and by prefix', () => {
    expect(rows(groupPoints({ kind: 'symbol', position: 1 }, input()))).toEqual([['5', 3], ['2', 2], ['0', 1]]);
    expect(rows(groupPoints({ kind: 'symbol', position: 2 }, input()))).toEqual([['1', 2], ['2', 2], ['0', 1], ['3', 1]]);
    expect(rows(groupPoints({ kind: 'prefix', length: 2 }, input())).map(([key]) => key)).toEqual(['5.1', '5.2', '5.3', '2.1', '2.2', '0.0']);
  });

  it('gives a symbol the same colour whatever else is on the map', () => {
    const colour = (changes: Partial<GroupingInput>) => groupPoints({ kind: 'symbol', position: 1 }, input(changes)).rows.find(({ key }) => key === '5')!.colour;
    expect(rgbToHex(colour({ points: { ...points, symbols: new Uint16Array(12).fill(5) } }))).toBe(rgbToHex(colour({})));
  });

  it('has colours for more than 256 labels, repeated with another shape', () => {
    const many = 400;
    const labels = Array.from({ length: many }, (_, i) => `label ${i}`);
    const grouping = groupPoints({ kind: 'label' }, input({ labels, points: { ...points, labels: Int16Array.from({ length: many }, (_, i) => i), images: new Int32Array(many), symbols: new Uint16Array(2 * many) } }));
    expect(grouping.rows.length).toBe(many);
    const looks = grouping.groups.slice(0, 80).map(({ colour, shape }) => `${rgbToHex(colour)} ${shape}`);
    expect(new Set(looks).size).toBe(80);
  });

  it('keeps the 4,095 largest of more prefixes apart and counts the rest in one row', () => {
    const n = 5000;
    const grouping = groupPoints({ kind: 'prefix', length: 2 }, input({ points: { ...points, images: new Int32Array(n), labels: new Int16Array(n), symbols: Uint16Array.from({ length: 2 * n }, (_, i) => (i % 2 === 0 ? Math.floor(i / 2 / 100) : (i >> 1) % 100)) } }));
    expect(grouping.rows.length).toBe(4096);
    expect(grouping.rows.at(-1)).toMatchObject({ key: 'rest', count: n - 4095 });
    expect(grouping.rows.reduce((sum, { count }) => sum + count, 0)).toBe(n);
  });

  it('colours numbers on a ramp in bands, and says what is not known', () => {
    const grouping = groupPoints({ kind: 'number', field: 'width' }, input({ numbers: new Float32Array([0, 1, 39, 40, 80, NaN]) }));
    expect(rows(grouping)).toEqual([['band 0', 2], ['band 3', 1], ['band 4', 1], ['band 7', 1], ['unknown', 1]]);
    expect(grouping.rows[0].name).toBe('0 to 10');
    expect(rows(groupPoints({ kind: 'number', field: 'width' }, input()))).toEqual([['unknown', 6]]);
    expect(rows(groupPoints({ kind: 'number', field: 'width' }, input({ numbers: new Float32Array(6).fill(32) })))).toEqual([['band 0', 6]]);
  });
});

describe('colour keys', () => {
  it('read back what they wrote, and nothing else', () => {
    for (const key of ['label', 'symbol-3', 'prefix-2', 'number-width']) expect(colourKey(parseColourKey(key)!)).toBe(key);
    for (const text of ['', 'symbol-0', 'symbol-9', 'prefix-', 'number-', 'hue']) expect(parseColourKey(text)).toBeNull();
  });
});
