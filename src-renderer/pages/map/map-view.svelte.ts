import type { Scheme } from '../../charts/palette';
import { closestFor, fit, lookingAt, lookOf, pan, pictureSize, pointSize, resized, reveal, toMap, toScreen, visibleBox, zoom, type Camera, type Look, type MapPoint, type ScreenPoint } from './camera';
import { densityExtent, densitySide, densityStrength, pointStrength } from './density';
import { pointsWithin } from './enclosed';
import type { MapPoints } from './groups';
import { MapColours } from './map-colours.svelte';
import { codePoints, countsWithin, shownPoints } from './point-codes';
import { PointIndex, type Accepts } from './point-index';
import { PointSelection, type SelectHow } from './point-selection.svelte';
import { PrefixIds } from './prefix-ids';

/** How near the pointer must come to a point, in CSS pixels beyond its edge. */
const reach = 6;
/** Pictures that stand on the map at most, and points in view beyond which they are not looked for. */
export const mostPictures = 1000;
const tooManyForPictures = 40_000;

export const layerNames = ['density', 'points', 'pictures', 'labels'] as const;
export type LayerName = (typeof layerNames)[number];

export interface MapViewSource {
  hues: () => readonly number[] | null;
  scheme: () => Scheme;
  /** [n] the numbers of a field in the map's order; null while they are not here. */
  numbers: (field: string) => Float32Array | null;
}

/** What is seen of one map: where the camera stands, how points are coloured, what is shown, selected and pointed at. */
export class MapView {
  #points = $state.raw<MapPoints | null>(null);
  #labels = $state.raw<readonly string[]>([]);
  #camera = $state.raw<Camera>(fit(1, 1, 8));
  #hovered = $state(-1);
  #layers = $state.raw<ReadonlySet<LayerName>>(new Set(layerNames));
  #passes = $state.raw<Uint8Array | null>(null);
  #index = $state.raw<PointIndex | null>(null);
  #prefixes = $state.raw<PrefixIds | null>(null);
  #places = new Map<number, number>();
  readonly colours: MapColours;
  readonly selection = new PointSelection();

  readonly #shown = $derived.by(() => {
    const grouping = this.colours.grouping;
    return grouping ? shownPoints(grouping.groupOf, this.colours.offGroups, this.#passes) : new Uint8Array(0);
  });
  readonly #coded = $derived.by(() => {
    const grouping = this.colours.grouping;
    return grouping && codePoints(grouping.groupOf, this.#shown, this.selection.mask);
  });
  readonly #within = $derived.by(() => {
    const grouping = this.colours.grouping;
    return grouping ? countsWithin(grouping.groupOf, grouping.groups.length, this.#passes, this.selection.mask) : new Uint32Array(0);
  });

  constructor({ hues, scheme, numbers }: MapViewSource) {
    this.colours = new MapColours(() => {
      const by = this.colours.by;
      return this.#points && this.#prefixes && { points: this.#points, prefixes: this.#prefixes, labels: this.#labels, numbers: by.kind === 'number' ? numbers(by.field) : null, hues: hues(), scheme: scheme() };
    });
  }

  /** Takes a loaded map over; the camera shows all of it. */
  show(points: MapPoints, labels: readonly string[]): void {
    this.#index = new PointIndex(points.coordinates);
    this.#prefixes = new PrefixIds(points.symbols, points.length);
    this.#places = new Map();
    points.images.forEach((image, point) => this.#places.set(image, point));
    this.#points = points;
    this.#labels = labels;
    this.#passes = null;
    this.#hovered = -1;
    this.selection.clear();
    if (labels.length === 0 && this.colours.by.kind === 'label') this.colours.by = { kind: 'symbol', position: 1 };
    this.#camera = fit(this.#camera.width, this.#camera.height, closestFor(points.images.length));
  }

  get points(): MapPoints | null {
    return this.#points;
  }
  get index(): PointIndex | null {
    return this.#index;
  }
  get prefixes(): PrefixIds | null {
    return this.#prefixes;
  }
  get camera(): Camera {
    return this.#camera;
  }
  get total(): number {
    return this.#points?.images.length ?? 0;
  }
  get hasLabels(): boolean {
    return this.#labels.length > 0;
  }
  /** The point under the pointer; −1 for none. */
  get hovered(): number {
    return this.#hovered;
  }
  get layers(): ReadonlySet<LayerName> {
    return this.#layers;
  }
  set layers(layers: ReadonlySet<LayerName>) {
    this.#layers = layers;
  }
  toggleLayer(name: LayerName): void {
    const next = new Set(this.#layers);
    if (!next.delete(name)) next.add(name);
    this.#layers = next;
  }

  /** [n] 1 for points shown in full: their row of the legend is on and the filter lets them through. */
  get shown(): Uint8Array {
    return this.#shown;
  }
  get shownCount(): number {
    return this.#coded?.counts.shown ?? 0;
  }
  /** What each point is drawn as. */
  get coded() {
    return this.#coded;
  }
  /** Points of each group that pass the filter and, with a selection, are selected. */
  get within(): Uint32Array {
    return this.#within;
  }
  get filtered(): boolean {
    return this.#passes !== null;
  }
  /** Shows only these images in full; null for all. A selection keeps what is still shown. */
  filter(images: Iterable<number> | null): void {
    if (images === null) this.#passes = null;
    else {
      const passes = new Uint8Array(this.total);
      for (const image of images) {
        const point = this.#places.get(image);
        if (point !== undefined) passes[point] = 1;
      }
      this.#passes = passes;
    }
    this.selection.keepOnly(this.#shown);
  }

  /** Diameter of a point in CSS pixels. */
  get size(): number {
    return pointSize(this.#camera, this.total);
  }
  get pictureSize(): number {
    return pictureSize(this.#camera, this.total);
  }
  /** Points in view, or a few more. */
  get inView(): number {
    return this.#index?.atMostWithin(visibleBox(this.#camera)) ?? 0;
  }
  /** Strengths of the layers at this place, 0 … 1: density far away, points nearer. */
  get strengths(): { density: number; points: number } {
    const density = this.#layers.has('density') ? densityStrength((2 * densityExtent * this.#camera.scale) / densitySide(this.total)) : 0;
    const points = this.#layers.has('points') ? Math.max(1 - density, pointStrength(this.inView)) : 0;
    return { density: density * (1 - 0.5 * points), points };
  }
  /** Points shown in full that are in view, when they are so few that each can stand as its picture; else none. */
  get near(): readonly number[] {
    if (!this.#index || !this.#layers.has('pictures') || this.inView > tooManyForPictures) return [];
    const found = this.#index.within(visibleBox(this.#camera), mostPictures + 1, this.#accepts);
    return found.length > mostPictures ? [] : found;
  }

  resize(width: number, height: number): void {
    this.#camera = resized(this.#camera, width, height);
  }
  pan(right: number, down: number): void {
    this.#camera = pan(this.#camera, right, down);
  }
  zoom(factor: number, at?: ScreenPoint): void {
    this.#camera = zoom(this.#camera, factor, at);
  }
  fit(): void {
    this.#camera = fit(this.#camera.width, this.#camera.height, this.#camera.closest);
  }
  get look(): Look {
    return lookOf(this.#camera);
  }
  set look(look: Look) {
    this.#camera = lookingAt(this.#camera, look);
  }

  /** Whether a point is shown in full. */
  get #accepts(): Accepts {
    const shown = this.#shown;
    return (point) => shown[point] === 1;
  }

  /** The point at a place on the screen, among those shown in full: within its radius and a little, or `least` pixels; −1 for none. */
  at(place: ScreenPoint, least = 0): number {
    const { x, y } = toMap(this.#camera, place.left, place.top);
    return this.#index?.nearest(x, y, Math.max(least, this.size / 2 + reach) / this.#camera.scale, this.#accepts) ?? -1;
  }
  hover(place: ScreenPoint | null, least = 0): void {
    this.#hovered = place ? this.at(place, least) : -1;
  }
  screen(point: number): ScreenPoint {
    const { coordinates } = this.#points as MapPoints;
    return toScreen(this.#camera, coordinates[2 * point], coordinates[2 * point + 1]);
  }
  /** Where an image stands on the map; −1 when it does not. */
  placeOf(image: number | null): number {
    return image === null ? -1 : (this.#places.get(image) ?? -1);
  }

  /** Selects every point shown within an outline in map coordinates. */
  enclose(outline: readonly MapPoint[], how: SelectHow): void {
    if (!this.#index || !this.#points) return;
    this.selection.take(pointsWithin(this.#index, this.#points.coordinates, outline), how, this.total, this.#shown);
  }
  /** Selects these images, as far as they are shown. */
  select(images: Iterable<number>): void {
    const points = Array.from(images, (image) => this.placeOf(image)).filter((point) => point >= 0);
    this.selection.take(points, 'replace', this.total, this.#shown);
  }
  selectShown(): void {
    this.selection.clear();
    this.selection.invert(this.#shown);
  }
  invertSelection(): void {
    this.selection.invert(this.#shown);
  }
  growSelection(): void {
    if (this.#index) this.selection.grow(this.#index, this.#shown);
  }
  /** Row numbers of the selected images. */
  get selectedImages(): number[] {
    const { images } = this.#points as MapPoints;
    return this.selection.points().map((point) => images[point]);
  }

  /** From a point to its neighbour in a direction (unit steps right and up); from nowhere, the point nearest the centre. */
  step(from: number, right: number, up: number): number {
    if (!this.#index) return -1;
    if (from >= 0) return this.#index.towards(from, right, up, this.#accepts);
    return this.#index.nearest(this.#camera.x, this.#camera.y, 3, this.#accepts);
  }
  /** Brings a point into view. */
  reveal(point: number): void {
    const { coordinates } = this.#points as MapPoints;
    this.#camera = reveal(this.#camera, { x: coordinates[2 * point], y: coordinates[2 * point + 1] });
  }

  /** What the map itself knows of a point, before the engine is asked for its name. */
  label(point: number): string | null {
    return this.#labels[this.#points?.labels[point] ?? -1] ?? null;
  }
  symbols(point: number): number[] {
    const { symbols, length } = this.#points as MapPoints;
    return Array.from(symbols.subarray(point * length, (point + 1) * length));
  }
}
