import { densityExtent, type DensityImage } from './density';
import type { Frame } from './point-renderer';
import { link, texture, type Program } from './webgl-program';

const vertexShader = `#version 300 es
precision highp float;
uniform vec2 centre;
uniform vec2 scale;
out vec2 at;
void main() {
  at = vec2(float(gl_VertexID & 1), float(gl_VertexID >> 1));
  gl_Position = vec4(((at * 2.0 - 1.0) * ${densityExtent} - centre) * scale, 0.0, 1.0);
}`;
const fragmentShader = `#version 300 es
precision mediump float;
in vec2 at;
uniform sampler2D cells;
uniform float strength;
out vec4 result;
void main() { result = texture(cells, at) * strength; }`;
const names = ['centre', 'scale', 'cells', 'strength'] as const;

/** The density of all points as one picture over the whole plane. */
export class DensityLayer {
  readonly #gl: WebGL2RenderingContext;
  readonly #program: Program<(typeof names)[number]>;
  readonly #vertices: WebGLVertexArrayObject;
  readonly #cells: WebGLTexture;
  #filled = false;

  constructor(gl: WebGL2RenderingContext) {
    this.#gl = gl;
    this.#program = link(gl, vertexShader, fragmentShader, names);
    this.#vertices = gl.createVertexArray();
    this.#cells = texture(gl, gl.LINEAR);
  }

  setDensity({ side, pixels }: DensityImage): void {
    const gl = this.#gl;
    gl.bindTexture(gl.TEXTURE_2D, this.#cells);
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA, side, side, 0, gl.RGBA, gl.UNSIGNED_BYTE, new Uint8Array(pixels.buffer));
    this.#filled = true;
  }

  draw({ camera, density }: Frame): void {
    if (density <= 0 || !this.#filled) return;
    const gl = this.#gl;
    const { program, uniforms } = this.#program;
    gl.useProgram(program);
    gl.bindVertexArray(this.#vertices);
    gl.bindTexture(gl.TEXTURE_2D, this.#cells);
    gl.uniform1i(uniforms.cells, 0);
    gl.uniform2f(uniforms.centre, camera.x, camera.y);
    gl.uniform2f(uniforms.scale, (2 * camera.scale) / camera.width, (2 * camera.scale) / camera.height);
    gl.uniform1f(uniforms.strength, density);
    gl.drawArrays(gl.TRIANGLE_STRIP, 0, 4);
  }

  destroy(): void {
    this.#gl.deleteProgram(this.#program.program);
    this.#gl.deleteVertexArray(this.#vertices);
    this.#gl.deleteTexture(this.#cells);
  }
}
