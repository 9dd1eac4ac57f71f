import { CanvasPointRenderer } from './canvas-renderer';
import type { PointRenderer, RendererEvents } from './point-renderer';
import { WebGlPointRenderer } from './webgl-renderer';

/** WebGL2 where the window has it, the slower 2D canvas where not; `kind` says which, and the page says it in words. */
export function createPointRenderer(canvas: HTMLCanvasElement, events: RendererEvents): PointRenderer {
  const gl = canvas.getContext('webgl2', { antialias: false, alpha: true, premultipliedAlpha: true, powerPreference: 'high-performance' });
  return gl ? new WebGlPointRenderer(canvas, gl, events) : new CanvasPointRenderer(canvas);
}
