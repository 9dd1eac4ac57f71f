import type { Rgb } from '../../charts/colour';
import type { Camera } from './camera';
import type { DensityImage } from './density';
import type { CodeCounts } from './point-codes';

/** What tells groups apart when their colours repeat. */
export const pointShapes = ['circle', 'square', 'triangle', 'diamond'] as const;
export type PointShape = (typeof pointShapes)[number];

/** How one group is drawn. */
export interface GroupStyle {
  colour: Rgb;
  /** 1: in full; below 1: stepped back, drawn first and faint. */
  strength: number;
  shape: PointShape;
}

/** Pictures that stand on the map in place of points: four numbers each, x and y in map units, slot of the atlas, group. */
export type PlacedPictures = Float32Array;

/** What is drawn once. */
export interface Frame {
  camera: Camera;
  /** Diameter of a point in CSS pixels. */
  size: number;
  /** Device pixels to a CSS pixel. */
  ratio: number;
  /** 0 … 1; 0 leaves the layer out. */
  density: number;
  points: number;
  pictures: PlacedPictures;
  /** Edge of a picture in CSS pixels. */
  pictureSize: number;
  /** What selected points are ringed with. */
  ink: Rgb;
}

/** Pictures that the atlas holds at once, and their edge in its pixels: 16 MB. */
export const atlasSlots = 1024;
export const atlasEdge = 64;

/** Draws many points on one canvas. Nothing is drawn before `draw`. */
export interface PointRenderer {
  readonly kind: 'webgl2' | 'canvas';
  /** @param coordinates [n, 2] within −1 … 1 */
  setPoints(coordinates: Float32Array): void;
  /** @param codes [n] of the points set before: see point-codes.ts */
  setCodes(codes: Uint16Array, counts: CodeCounts): void;
  /** By group index. */
  setStyles(styles: readonly GroupStyle[]): void;
  setDensity(image: DensityImage): void;
  /** Puts a picture of `atlasEdge` squared into the atlas; the bitmap stays the caller's. */
  setPicture(slot: number, picture: ImageBitmap): void;
  draw(frame: Frame): void;
  destroy(): void;
}

export interface RendererEvents {
  /** The window took the graphics memory away and gave it back: pictures must be set again, then all drawn. */
  onRestored: () => void;
}
