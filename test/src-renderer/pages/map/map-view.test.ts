import { describe, expect, it } from 'vitest';
import type { MapPoints } from '../../../../src-renderer/pages/map/groups';
import { readMapLink, writeMapLink } from '../../../../src-renderer/pages/map/map-link';
import { MapView } from '../../../../src-renderer/pages/map/map-view.svelte';

const points: MapPoints = {
  coordinates: new Float32Array([-0.5, 0, 0, 0, 0.5, 0, 0, 0.5]),
  images: new Int32Array([11, 12, 13, 14]),
  labels: new Int16Array([0, 0, 1, 1]),
  symbols: new Uint16Array([1, 2, 1, 3, 2, 2, 2, 3]),
  length: 2,
};
const empty = (): MapView => new MapView({ hues: () => [0, 120, 240, 300], scheme: () => 'light', numbers: () => null });
function shown(): MapView {
  const view = empty();
  view.resize(800, 600);
  view.show(points, ['cat', 'dog']);
  return view;
}
const box = (left: number, right: number) => [{ x: left, y: -1 }, { x: right, y: -1 }, { x: right, y: 1 }, { x: left, y: 1 }];

describe('MapView', () => {
  it('finds the point under the pointer, within reach', () => {
    const view = shown();
    const place = view.screen(2);
    expect(view.at(place)).toBe(2);
    expect(view.at({ left: place.left + view.size / 2 + 4, top: place.top })).toBe(2);
    expect(view.at({ left: place.left + 60, top: place.top })).toBe(-1);
  });

  it('finds and selects only what is shown in full', () => {
    const view = shown();
    view.colours.solo(['cat']);
    expect(view.at(view.screen(2))).toBe(-1);
    expect(view.at(view.screen(0))).toBe(0);
    expect(view.shownCount).toBe(2);
    view.enclose(box(-1, 1), 'replace');
    expect(view.selectedImages).toEqual([11, 12]);
    view.colours.showAll();
    expect(view.shownCount).toBe(4);
  });

  it('turns rows off and on, and one alone twice is all of them', () => {
    const { colours } = shown();
    colours.toggle(['cat']);
    expect([...colours.off]).toEqual(['cat']);
    colours.solo(['cat']);
    expect([...colours.off]).toEqual(['dog']);
    colours.solo(['cat']);
    expect(colours.off.size).toBe(0);
  });

  it('counts each row within the filter and the selection', () => {
    const view = shown();
    expect([...view.within]).toEqual([2, 2, 0]);
    view.filter([11, 13, 14, 99]);
    expect([...view.within]).toEqual([1, 2, 0]);
    expect(view.shownCount).toBe(3);
    view.enclose(box(0.4, 0.6), 'replace');
    expect([...view.within]).toEqual([0, 1, 0]);
    view.filter([11]);
    expect(view.selection.count).toBe(0);
    view.filter(null);
    expect([...view.within]).toEqual([2, 2, 0]);
  });

  it('adds to a selection, takes away, turns it round and lets it grow', () => {
    const view = shown();
    view.enclose(box(-0.6, -0.4), 'replace');
    view.enclose(box(0.4, 0.6), 'add');
    expect(view.selectedImages).toEqual([11, 13]);
    view.enclose(box(-1, 0), 'subtract');
    expect(view.selectedImages).toEqual([13]);
    view.invertSelection();
    expect(view.selectedImages).toEqual([11, 12, 14]);
    view.enclose(box(-0.6, -0.4), 'replace');
    view.growSelection();
    expect(view.selectedImages).toEqual([11, 12, 13, 14]);
    view.enclose(box(0.8, 0.9), 'replace');
    expect(view.selection.mask).toBeNull();
  });

  it('steps from image to image, from the middle at first, and past those that step back', () => {
    const view = shown();
    expect(view.step(-1, 1, 0)).toBe(1);
    expect(view.step(1, 1, 0)).toBe(2);
    expect(view.step(1, 0, 1)).toBe(3);
    view.colours.toggle(['dog']);
    expect(view.step(1, 1, 0)).toBe(-1);
    expect(view.step(1, -1, 0)).toBe(0);
  });

  it('puts every row back when the colours change, and knows each point', () => {
    const view = shown();
    view.colours.toggle(['dog']);
    view.colours.by = { kind: 'symbol', position: 1 };
    expect(view.colours.off.size).toBe(0);
    expect(view.colours.rows.map(({ key }) => key)).toEqual(['1', '2']);
    expect(view.symbols(2)).toEqual([2, 2]);
    expect(view.label(2)).toBe('dog');
    expect(view.placeOf(13)).toBe(2);
    expect(view.placeOf(99)).toBe(-1);
  });

  it('colours by first symbol when there are no labels', () => {
    const view = empty();
    view.show({ ...points, labels: new Int16Array(4).fill(-1) }, []);
    expect(view.colours.by).toEqual({ kind: 'symbol', position: 1 });
  });

  it('shows pictures only while few points are in view, and none when they are off', () => {
    const many = 4000;
    const view = empty();
    view.resize(800, 600);
    view.show({ coordinates: Float32Array.from({ length: 2 * many }, (_, i) => ((i * 7919) % 2000) / 1000 - 1), images: new Int32Array(many), labels: new Int16Array(many), symbols: new Uint16Array(many), length: 1 }, ['a']);
    expect(view.near).toEqual([]);
    view.zoom(8);
    expect(view.near.length).toBeGreaterThan(0);
    expect(view.near.length).toBeLessThanOrEqual(1000);
    view.toggleLayer('pictures');
    expect(view.near).toEqual([]);
  });
});

describe('links', () => {
  it('restore the view exactly, and leave other parameters alone', () => {
    const view = shown();
    view.colours.by = { kind: 'prefix', length: 2 };
    view.colours.toggle(['1.2']);
    view.toggleLayer('density');
    view.zoom(3, { left: 200, top: 100 });
    const link = writeMapLink(view, new URLSearchParams('q=12+7&off=old'));
    expect(link.get('q')).toBe('12 7');
    const other = shown();
    readMapLink(other, link);
    expect(other.colours.by).toEqual(view.colours.by);
    expect([...other.colours.off]).toEqual(['1.2']);
    expect([...other.layers]).toEqual(['points', 'pictures', 'labels']);
    for (const key of ['x', 'y', 'magnification'] as const) expect(other.look[key]).toBeCloseTo(view.look[key], 4);
    expect(writeMapLink(other, link).toString()).toBe(link.toString());
  });
  it('with nonsense change nothing', () => {
    const view = shown();
    const before = writeMapLink(view, new URLSearchParams()).toString();
    readMapLink(view, new URLSearchParams('at=1_2&colour=pink'));
    expect(writeMapLink(view, new URLSearchParams()).toString()).toBe(before);
  });
});
