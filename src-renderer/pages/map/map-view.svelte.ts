import type { ImageItem } from '../../../src-main/contract/images';
import type { Scheme } from '../../charts/palette';
import { closestFor, fit, pan, pointSize, resized, reveal, toMap, toScreen, visibleBox, zoom, type Camera, type ScreenPoint } from './camera';
import { groupPoints, togglePick, type ColourBy, type Grouping, type MapPoints } from './groups';
import { PointIndex } from './point-index';
import type { GroupStyle } from './point-renderer';

/** How near the pointer must come to a point, in CSS pixels beyond its edge. */
const reach = 6;
/** Pictures that stand on the map at most. */
const mostPictures = 140;

/** What is seen of one map: where the camera stands, how points are coloured, what is picked and what is pointed at. */
export class MapView {
  #points = $state.raw<MapPoints | null>(null);
  #labels = $state.raw<readonly string[]>([]);
  #camera = $state.raw<Camera>(fit(1, 1, 8));
  #by = $state<ColourBy>('label');
  #picked = $state.raw<ReadonlySet<number>>(new Set());
  /** Group under the pointer in the legend. */
  #glanced = $state<number | null>(null);
  #hovered = $state(-1);
  #index: PointIndex | null = null;
  readonly #hues: () => readonly number[] | null;
  readonly #scheme: () => Scheme;

  readonly #grouping = $derived.by<Grouping | null>(() => (this.#points ? groupPoints(this.#points, this.#by, this.#labels, this.#hues(), this.#scheme()) : null));
  readonly #styles = $derived.by<GroupStyle[]>(() => {
    const alone = this.#glanced === null ? this.#picked : new Set([this.#glanced]);
    const quiet = this.#scheme() === 'light' ? 0.16 : 0.2;
    return (this.#grouping?.groups ?? []).map((group) => ({ colour: group.colour, strength: alone.size === 0 || alone.has(group.index) ? 1 : quiet }));
  });

  constructor(hues: () => readonly number[] | null, scheme: () => Scheme) {
    this.#hues = hues;
    this.#scheme = scheme;
  }

  /** Takes a loaded map over; the camera shows all of it. */
  show(points: MapPoints, labels: readonly string[]): void {
    this.#index = new PointIndex(points.coordinates);
    this.#points = points;
    this.#labels = labels;
    this.#picked = new Set();
    this.#hovered = -1;
    if (labels.length === 0) this.#by = 'symbol';
    this.#camera = fit(this.#camera.width, this.#camera.height, closestFor(points.images.length));
  }

  get points(): MapPoints | null {
    return this.#points;
  }
  get camera(): Camera {
    return this.#camera;
  }
  get grouping(): Grouping | null {
    return this.#grouping;
  }
  get styles(): readonly GroupStyle[] {
    return this.#styles;
  }
  /** Groups that are shown in full; empty: all of them. */
  get picked(): ReadonlySet<number> {
    return this.#picked;
  }
  get glanced(): number | null {
    return this.#glanced;
  }
  set glanced(group: number | null) {
    this.#glanced = group;
  }
  get by(): ColourBy {
    return this.#by;
  }
  set by(by: ColourBy) {
    this.#by = by;
    this.#picked = new Set();
    this.#glanced = null;
  }
  get hasLabels(): boolean {
    return this.#labels.length > 0;
  }
  /** The point under the pointer; −1 for none. */
  get hovered(): number {
    return this.#hovered;
  }
  /** Diameter of a point in CSS pixels. */
  get size(): number {
    return pointSize(this.#camera, this.#points?.images.length ?? 1);
  }
  /** Points that are shown in full. */
  get shown(): number {
    const all = this.#grouping?.groups ?? [];
    return all.reduce((sum, group) => sum + (this.#picked.size === 0 || this.#picked.has(group.index) ? group.count : 0), 0);
  }

  /** Points shown in full that are in view, when they are so few that each can stand as its picture; else none. */
  get near(): readonly number[] {
    const found = this.#index?.within(visibleBox(this.#camera), mostPictures + 1, this.#accepts) ?? [];
    return found.length > mostPictures ? [] : found;
  }

  pick(group: number): void {
    this.#picked = togglePick(this.#picked, group);
  }
  pickAll(): void {
    this.#picked = new Set();
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

  readonly #accepts = (point: number): boolean => this.#picked.size === 0 || this.#picked.has(this.#grouping?.groupOf[point] ?? -1);

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
    return image === null ? -1 : (this.#points?.images.indexOf(image) ?? -1);
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

/** Names of images by number, asked for once each; the newest few hundred are kept. */
export class ImageNames {
  readonly #ask: (image: number, signal: AbortSignal) => Promise<ImageItem>;
  #known = $state.raw<ReadonlyMap<number, ImageItem>>(new Map());
  #asking: { image: number; stop: AbortController } | null = null;

  constructor(ask: (image: number, signal: AbortSignal) => Promise<ImageItem>) {
    this.#ask = ask;
  }

  of(image: number): ImageItem | null {
    return this.#known.get(image) ?? null;
  }

  /** Asks for one image; an older question is given up. */
  want(image: number): void {
    if (this.#known.has(image) || this.#asking?.image === image) return;
    this.#asking?.stop.abort();
    const stop = new AbortController();
    this.#asking = { image, stop };
    this.#ask(image, stop.signal).then(
      (item) => {
        this.#known = new Map([...[...this.#known].slice(-300), [image, item]]);
        if (this.#asking?.stop === stop) this.#asking = null;
      },
      () => {
        if (this.#asking?.stop === stop) this.#asking = null; // the card keeps its place; label and description are known without the name
      },
    );
  }
}
