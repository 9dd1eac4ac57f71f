import type { Rgb } from '../../charts/colour';
import type { Camera } from './camera';
import { CanvasPointRenderer } from './canvas-renderer';
import { WebGlPointRenderer } from './webgl-renderer';

/** How one group is drawn. */
export interface GroupStyle {
  colour: Rgb;
  /** 1: in full; below 1: stepped back, drawn first and faint. */
  strength: number;
}

/** Draws many points on one canvas. Nothing is drawn before `draw`. */
export interface PointRenderer {
  readonly kind: 'webgl2' | 'canvas';
  /** @param coordinates [n, 2] within −1 … 1  @param groupOf [n] */
  setPoints(coordinates: Float32Array, groupOf: Uint16Array): void;
  /** By group index. */
  setStyles(styles: readonly GroupStyle[]): void;
  /** @param size diameter in CSS pixels  @param ratio device pixels to a CSS pixel */
  draw(camera: Camera, size: number, ratio: number): void;
  destroy(): void;
}

/** WebGL2 where the window has it, the slower 2D canvas where not; `kind` says which, and the page says it in words. */
export function createPointRenderer(canvas: HTMLCanvasElement, onRestored: () => void): PointRenderer {
  const gl = canvas.getContext('webgl2', { antialias: false, alpha: true, premultipliedAlpha: true, powerPreference: 'high-performance' });
  return gl ? new WebGlPointRenderer(canvas, gl, onRestored) : new CanvasPointRenderer(canvas);
}
