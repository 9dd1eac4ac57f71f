import { rgbToHex } from '../../charts/colour';
import { toScreen, visibleBox } from './camera';
import { densityExtent, type DensityImage } from './density';
import { groupOfCode, isBack, isChosen, mostGroups } from './point-codes';
import { atlasEdge, type Frame, type GroupStyle, type PointRenderer } from './point-renderer';

/** The same picture on a plain 2D canvas, for windows without WebGL2: every point is drawn, only more slowly. */
export class CanvasPointRenderer implements PointRenderer {
  readonly kind = 'canvas';
  readonly #canvas: HTMLCanvasElement;
  readonly #context: CanvasRenderingContext2D;
  #coordinates: Float32Array = new Float32Array(0);
  #codes: Uint16Array = new Uint16Array(0);
  /** Points in the order of their codes, and where each code begins. */
  #order: Uint32Array = new Uint32Array(0);
  #starts: Uint32Array = new Uint32Array(1);
  #styles: readonly GroupStyle[] = [];
  #density: HTMLCanvasElement | null = null;
  readonly #pictures = new Map<number, HTMLCanvasElement>();

  constructor(canvas: HTMLCanvasElement) {
    const context = canvas.getContext('2d');
    if (!context) throw new Error('This window can draw neither WebGL2 nor a 2D canvas.');
    this.#canvas = canvas;
    this.#context = context;
  }

  setPoints(coordinates: Float32Array): void {
    if (this.#coordinates === coordinates) return;
    this.#coordinates = coordinates;
    this.#starts = new Uint32Array(1);
  }

  setCodes(codes: Uint16Array): void {
    this.#codes = codes;
    this.#starts = new Uint32Array(4 * mostGroups + 1);
    for (const code of codes) this.#starts[code + 1] += 1;
    for (let code = 0; code + 1 < this.#starts.length; code++) this.#starts[code + 1] += this.#starts[code];
    this.#order = new Uint32Array(codes.length);
    const next = this.#starts.slice(0, -1);
    codes.forEach((code, point) => (this.#order[next[code]++] = point));
  }

  setStyles(styles: readonly GroupStyle[]): void {
    this.#styles = styles;
  }

  setDensity({ side, pixels }: DensityImage): void {
    this.#density ??= document.createElement('canvas');
    this.#density.width = this.#density.height = side;
    const image = new ImageData(side, side);
    for (let row = 0; row < side; row++)
      for (let at = row * side * 4, to = (side - 1 - row) * side * 4, end = at + side * 4; at < end; at += 4, to += 4) {
        const cover = pixels[at + 3];
        for (let c = 0; c < 3; c++) image.data[to + c] = cover === 0 ? 0 : (255 * pixels[at + c]) / cover;
        image.data[to + 3] = cover;
      }
    this.#density.getContext('2d')?.putImageData(image, 0, 0);
  }

  setPicture(slot: number, picture: ImageBitmap): void {
    const kept = this.#pictures.get(slot) ?? document.createElement('canvas');
    kept.width = kept.height = atlasEdge;
    kept.getContext('2d')?.drawImage(picture, 0, 0);
    this.#pictures.set(slot, kept);
  }

  draw(frame: Frame): void {
    const { camera, ratio } = frame;
    const context = this.#context;
    this.#canvas.width = Math.round(camera.width * ratio);
    this.#canvas.height = Math.round(camera.height * ratio);
    context.scale(ratio, ratio);
    if (frame.density > 0 && this.#density) {
      const { left, top } = toScreen(camera, -densityExtent, densityExtent);
      const edge = 2 * densityExtent * camera.scale;
      context.globalAlpha = frame.density;
      context.drawImage(this.#density, left, top, edge, edge);
    }
    if (frame.points > 0) this.#drawPoints(frame);
    context.globalAlpha = 1;
    const edge = frame.pictureSize;
    for (let at = 0; at < frame.pictures.length; at += 4) {
      const picture = this.#pictures.get(frame.pictures[at + 2]);
      if (!picture) continue;
      const { left, top } = toScreen(camera, frame.pictures[at], frame.pictures[at + 1]);
      context.fillStyle = rgbToHex(this.#styles[frame.pictures[at + 3]].colour);
      context.fillRect(left - edge / 2, top - edge / 2, edge, edge);
      context.drawImage(picture, left - edge / 2 + 2, top - edge / 2 + 2, edge - 4, edge - 4);
    }
  }

  #drawPoints({ camera, size, points, ink }: Frame): void {
    const context = this.#context;
    const box = visibleBox(camera);
    const byPass: [number, number][][] = [[], [], []];
    for (let code = 0; code + 1 < this.#starts.length; code++) {
      if (this.#starts[code] === this.#starts[code + 1]) continue;
      const back = isBack(code) || (this.#styles[groupOfCode(code)]?.strength ?? 0) < 0.99;
      byPass[back ? 0 : isChosen(code) ? 2 : 1].push([this.#starts[code], this.#starts[code + 1]]);
    }
    byPass.forEach((runs, pass) => {
      for (const [first, end] of runs) {
        const style = this.#styles[groupOfCode(this.#codes[this.#order[first]])];
        if (!style) continue;
        const edge = size * (pass === 2 ? 1.2 : 0.9);
        context.globalAlpha = pass === 0 ? Math.min(0.16, style.strength) : pass === 2 ? 1 : 0.86 * points * (byPass[2].length > 0 ? 0.5 : 1);
        for (let at = first; at < end; at++) {
          const x = this.#coordinates[2 * this.#order[at]];
          const y = this.#coordinates[2 * this.#order[at] + 1];
          if (x < box.left || x > box.right || y < box.bottom || y > box.top) continue;
          const left = (x - box.left) * camera.scale - edge / 2;
          const top = (box.top - y) * camera.scale - edge / 2;
          if (pass === 2) {
            context.fillStyle = rgbToHex(ink);
            context.fillRect(left - 1.5, top - 1.5, edge + 3, edge + 3);
          }
          context.fillStyle = rgbToHex(style.colour);
          context.fillRect(left, top, edge, edge);
        }
      }
    });
  }

  destroy(): void {
    this.#order = new Uint32Array(0);
    this.#pictures.clear();
  }
}
