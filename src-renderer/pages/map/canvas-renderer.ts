import { rgbToHex } from '../../charts/colour';
import { visibleBox, type Camera } from './camera';
import type { GroupStyle, PointRenderer } from './point-renderer';

/** The same picture on a plain 2D canvas, for windows without WebGL2: every point is drawn, only more slowly. */
export class CanvasPointRenderer implements PointRenderer {
  readonly kind = 'canvas';
  readonly #canvas: HTMLCanvasElement;
  readonly #context: CanvasRenderingContext2D;
  #coordinates: Float32Array = new Float32Array(0);
  /** Points in the order of their groups, and where each group begins. */
  #order: Uint32Array = new Uint32Array(0);
  #starts: Uint32Array = new Uint32Array(1);
  #styles: readonly GroupStyle[] = [];

  constructor(canvas: HTMLCanvasElement) {
    const context = canvas.getContext('2d');
    if (!context) throw new Error('This window can draw neither WebGL2 nor a 2D canvas.');
    this.#canvas = canvas;
    this.#context = context;
  }

  setPoints(coordinates: Float32Array, groupOf: Uint16Array): void {
    this.#coordinates = coordinates;
    const groups = groupOf.reduce((most, g) => Math.max(most, g), 0) + 1;
    this.#starts = new Uint32Array(groups + 1);
    for (const group of groupOf) this.#starts[group + 1] += 1;
    for (let g = 0; g < groups; g++) this.#starts[g + 1] += this.#starts[g];
    this.#order = new Uint32Array(groupOf.length);
    const next = this.#starts.slice(0, -1);
    groupOf.forEach((group, point) => (this.#order[next[group]++] = point));
  }

  setStyles(styles: readonly GroupStyle[]): void {
    this.#styles = styles;
  }

  draw(camera: Camera, size: number, ratio: number): void {
    const context = this.#context;
    this.#canvas.width = Math.round(camera.width * ratio);
    this.#canvas.height = Math.round(camera.height * ratio);
    const box = visibleBox(camera);
    const scale = camera.scale * ratio;
    const edge = size * ratio * 0.9;
    const groups = this.#starts.length - 1;
    for (const back of [true, false])
      for (let group = 0; group < groups; group++) {
        const style = this.#styles[group];
        if (!style || style.strength < 0.99 !== back) continue;
        context.globalAlpha = back ? style.strength : 0.86;
        context.fillStyle = rgbToHex(style.colour);
        for (let at = this.#starts[group]; at < this.#starts[group + 1]; at++) {
          const x = this.#coordinates[2 * this.#order[at]];
          const y = this.#coordinates[2 * this.#order[at] + 1];
          if (x < box.left || x > box.right || y < box.bottom || y > box.top) continue;
          context.fillRect((x - box.left) * scale - edge / 2, (box.top - y) * scale - edge / 2, edge, edge);
        }
      }
  }

  destroy(): void {
    this.#order = new Uint32Array(0);
  }
}
