import { atlasEdge, atlasSlots, type Frame } from './point-renderer';
import { link, styleOfGroup, texture, type Program } from './webgl-program';

const columns = Math.sqrt(atlasSlots);

const vertexShader = `#version 300 es
precision highp float;
layout(location = 0) in vec4 picture; // place, slot, group
uniform vec2 centre;
uniform vec2 scale;
uniform vec2 extent; // of a picture in clip space
${styleOfGroup}
out vec2 within;
flat out vec2 corner;
flat out vec3 frame;
void main() {
  within = vec2(float(gl_VertexID & 1), float(gl_VertexID >> 1));
  gl_Position = vec4((picture.xy - centre) * scale + (within - 0.5) * extent, 0.0, 1.0);
  corner = vec2(mod(picture.z, ${columns}.0), floor(picture.z / ${columns}.0));
  frame = styleOf(int(picture.w)).colour;
}`;
const fragmentShader = `#version 300 es
precision highp float;
in vec2 within;
flat in vec2 corner;
flat in vec3 frame;
uniform sampler2D atlas;
uniform float border; // share of the edge
out vec4 result;
void main() {
  vec2 at = (within - border) / (1.0 - 2.0 * border);
  bool inner = all(greaterThanEqual(at, vec2(0.0))) && all(lessThanEqual(at, vec2(1.0)));
  vec2 texel = (corner * ${atlasEdge}.0 + 0.5 + vec2(at.x, 1.0 - at.y) * ${atlasEdge - 1}.0) / ${columns * atlasEdge}.0;
  result = vec4(inner ? texture(atlas, texel).rgb : frame, 1.0);
}`;
const names = ['centre', 'scale', 'extent', 'styles', 'atlas', 'border'] as const;

/** Pictures of images in place of their points, out of one texture of a fixed size. */
export class PictureLayer {
  readonly #gl: WebGL2RenderingContext;
  readonly #program: Program<(typeof names)[number]>;
  readonly #vertices: WebGLVertexArrayObject;
  readonly #placed: WebGLBuffer;
  /** Made when the first picture comes. */
  #atlas: WebGLTexture | null = null;

  constructor(gl: WebGL2RenderingContext) {
    this.#gl = gl;
    this.#program = link(gl, vertexShader, fragmentShader, names);
    this.#vertices = gl.createVertexArray();
    this.#placed = gl.createBuffer();
    gl.bindVertexArray(this.#vertices);
    gl.bindBuffer(gl.ARRAY_BUFFER, this.#placed);
    gl.enableVertexAttribArray(0);
    gl.vertexAttribPointer(0, 4, gl.FLOAT, false, 0, 0);
    gl.vertexAttribDivisor(0, 1);
    gl.bindVertexArray(null);
  }

  setPicture(slot: number, picture: ImageBitmap): void {
    const gl = this.#gl;
    if (!this.#atlas) {
      this.#atlas = texture(gl, gl.LINEAR);
      gl.texStorage2D(gl.TEXTURE_2D, 1, gl.RGBA8, columns * atlasEdge, columns * atlasEdge);
    }
    gl.bindTexture(gl.TEXTURE_2D, this.#atlas);
    gl.texSubImage2D(gl.TEXTURE_2D, 0, (slot % columns) * atlasEdge, Math.floor(slot / columns) * atlasEdge, gl.RGBA, gl.UNSIGNED_BYTE, picture);
  }

  /** Styles must be bound to the first texture unit. */
  draw({ camera, pictures, pictureSize }: Frame): void {
    if (pictures.length === 0 || !this.#atlas) return;
    const gl = this.#gl;
    const { program, uniforms } = this.#program;
    gl.useProgram(program);
    gl.bindVertexArray(this.#vertices);
    gl.bindBuffer(gl.ARRAY_BUFFER, this.#placed);
    gl.bufferData(gl.ARRAY_BUFFER, pictures, gl.STREAM_DRAW);
    gl.activeTexture(gl.TEXTURE1);
    gl.bindTexture(gl.TEXTURE_2D, this.#atlas);
    gl.activeTexture(gl.TEXTURE0);
    gl.uniform1i(uniforms.styles, 0);
    gl.uniform1i(uniforms.atlas, 1);
    gl.uniform2f(uniforms.centre, camera.x, camera.y);
    gl.uniform2f(uniforms.scale, (2 * camera.scale) / camera.width, (2 * camera.scale) / camera.height);
    gl.uniform2f(uniforms.extent, (2 * pictureSize) / camera.width, (2 * pictureSize) / camera.height);
    gl.uniform1f(uniforms.border, Math.min(0.12, 2 / pictureSize));
    gl.drawArraysInstanced(gl.TRIANGLE_STRIP, 0, 4, pictures.length / 4);
  }

  destroy(): void {
    this.#gl.deleteProgram(this.#program.program);
    this.#gl.deleteVertexArray(this.#vertices);
    this.#gl.deleteBuffer(this.#placed);
    this.#gl.deleteTexture(this.#atlas);
  }
}
