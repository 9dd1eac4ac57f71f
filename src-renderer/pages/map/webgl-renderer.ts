import type { DensityImage } from './density';
import { pointShapes, type Frame, type GroupStyle, type PointRenderer, type RendererEvents } from './point-renderer';
import type { CodeCounts } from './point-codes';
import type { PointTiles } from './point-tiles';
import { DensityLayer } from './webgl-density';
import { PictureLayer } from './webgl-pictures';
import { PointLayer } from './webgl-points';
import { texture } from './webgl-program';

interface Layers {
  density: DensityLayer;
  points: PointLayer;
  pictures: PictureLayer;
  styles: WebGLTexture;
}
const makeLayers = (gl: WebGL2RenderingContext): Layers => ({ density: new DensityLayer(gl), points: new PointLayer(gl), pictures: new PictureLayer(gl), styles: texture(gl, gl.NEAREST) });

/** Density, points and pictures, one over the other; colours of groups stand in a texture, so that a change of them uploads 16 kB. */
export class WebGlPointRenderer implements PointRenderer {
  readonly kind = 'webgl2';
  readonly #canvas: HTMLCanvasElement;
  readonly #gl: WebGL2RenderingContext;
  #layers: Layers;
  #coordinates: Float32Array | null = null;
  #tiles: PointTiles | undefined;
  #codes: { codes: Uint16Array; counts: CodeCounts } | null = null;
  #density: DensityImage | null = null;
  #styles: readonly GroupStyle[] = [];
  readonly #onLost = (event: Event) => event.preventDefault();
  readonly #onRestored: () => void;

  constructor(canvas: HTMLCanvasElement, gl: WebGL2RenderingContext, events: RendererEvents) {
    this.#canvas = canvas;
    this.#gl = gl;
    this.#layers = makeLayers(gl);
    this.#onRestored = () => {
      this.#layers = makeLayers(gl);
      if (this.#coordinates) this.#layers.points.setPoints(this.#coordinates, this.#tiles);
      if (this.#codes) this.#layers.points.setCodes(this.#codes.codes, this.#codes.counts);
      if (this.#density) this.#layers.density.setDensity(this.#density);
      this.setStyles(this.#styles);
      events.onRestored();
    };
    canvas.addEventListener('webglcontextlost', this.#onLost);
    canvas.addEventListener('webglcontextrestored', this.#onRestored);
  }

  setPoints(coordinates: Float32Array): void {
    if (this.#coordinates === coordinates) return;
    this.#coordinates = coordinates;
    this.#codes = null;
    this.#tiles = this.#layers.points.setPoints(coordinates);
  }

  setCodes(codes: Uint16Array, counts: CodeCounts): void {
    this.#codes = { codes, counts };
    this.#layers.points.setCodes(codes, counts);
  }

  setStyles(styles: readonly GroupStyle[]): void {
    this.#styles = styles;
    const texels = new Uint8Array(64 * 64 * 4);
    styles.forEach(({ colour, strength, shape }, i) => texels.set([...colour.map((c) => Math.round(c * 255)), Math.round(strength * 63) * 4 + pointShapes.indexOf(shape)], 4 * i));
    const gl = this.#gl;
    gl.bindTexture(gl.TEXTURE_2D, this.#layers.styles);
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA, 64, 64, 0, gl.RGBA, gl.UNSIGNED_BYTE, texels);
  }

  setDensity(image: DensityImage): void {
    this.#density = image;
    this.#layers.density.setDensity(image);
  }

  setPicture(slot: number, picture: ImageBitmap): void {
    this.#layers.pictures.setPicture(slot, picture);
  }

  draw(frame: Frame): void {
    const gl = this.#gl;
    if (gl.isContextLost()) return;
    const { camera, ratio } = frame;
    const width = Math.round(camera.width * ratio);
    const height = Math.round(camera.height * ratio);
    if (this.#canvas.width !== width || this.#canvas.height !== height) {
      this.#canvas.width = width;
      this.#canvas.height = height;
    }
    gl.viewport(0, 0, width, height);
    gl.clearColor(0, 0, 0, 0);
    gl.clear(gl.COLOR_BUFFER_BIT);
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
    this.#layers.density.draw(frame);
    gl.bindTexture(gl.TEXTURE_2D, this.#layers.styles);
    this.#layers.points.draw(frame, this.#styles.some(({ strength }) => strength < 0.99));
    this.#layers.pictures.draw(frame);
  }

  destroy(): void {
    this.#canvas.removeEventListener('webglcontextlost', this.#onLost);
    this.#canvas.removeEventListener('webglcontextrestored', this.#onRestored);
    const { density, points, pictures, styles } = this.#layers;
    for (const layer of [density, points, pictures]) layer.destroy();
    this.#gl.deleteTexture(styles);
  }
}
