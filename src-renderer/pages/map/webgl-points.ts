import { visibleBox } from './camera';
import type { CodeCounts } from './point-codes';
import type { Frame } from './point-renderer';
import { runsWithin, tilePoints, type PointTiles } from './point-tiles';
import { link, styleOfGroup, type Program } from './webgl-program';

const vertexShader = `#version 300 es
precision highp float;
precision highp int;
layout(location = 0) in vec2 place;
layout(location = 1) in uint code;
uniform vec2 centre;
uniform vec2 scale;  // clip-space units to one map unit
uniform float size;  // device pixels
uniform int pass;    // 0: those that step back, 1: the ordinary ones, 2: selected ones
uniform float calm;  // strength of ordinary points
${styleOfGroup}
flat out vec4 colour;
flat out float shape;
void main() {
  Style style = styleOf(int(code & 4095u));
  bool faint = style.strength < 0.99;
  bool back = (code & 4096u) != 0u || faint;
  int mine = back ? 0 : (code & 8192u) != 0u ? 2 : 1;
  gl_Position = mine == pass ? vec4((place - centre) * scale, 0.0, 1.0) : vec4(2.0, 2.0, 2.0, 1.0);
  gl_PointSize = size + (mine == 2 ? 4.0 : 1.0);
  colour = vec4(style.colour, back ? (faint ? style.strength : 0.13) : mine == 2 ? 1.0 : 0.86 * calm);
  shape = style.shape;
}`;

const fragmentShader = `#version 300 es
precision highp float;
precision highp int;
flat in vec4 colour;
flat in float shape;
uniform float size;
uniform int pass;
uniform vec3 ink;
out vec4 result;
float outside(vec2 at, float radius) { // distance from the edge of the shape, below 0 inside
  if (shape < 0.5) return length(at) - radius;
  if (shape < 1.5) return max(abs(at.x), abs(at.y)) - radius * 0.86;
  if (shape < 2.5) return max(abs(at.x) * 0.87 - at.y * 0.5, at.y) - radius * 0.62;
  return (abs(at.x) + abs(at.y)) * 0.72 - radius * 0.86;
}
void main() {
  vec2 at = (gl_PointCoord - 0.5) * (size + (pass == 2 ? 4.0 : 1.0));
  float edge = outside(at, size * 0.5);
  float cover = clamp(0.5 - edge, 0.0, 1.0) * colour.a;
  if (pass == 2) {
    float ring = clamp(2.0 - edge, 0.0, 1.0);
    vec3 mixed = mix(ink, colour.rgb, cover);
    result = vec4(mixed * ring, ring);
    return;
  }
  if (cover < 0.004) discard;
  result = vec4(colour.rgb * cover, cover);
}`;

const names = ['centre', 'scale', 'size', 'pass', 'calm', 'styles', 'ink'] as const;

/** The points themselves: one run of the buffer for each row of tiles in view. */
export class PointLayer {
  readonly #gl: WebGL2RenderingContext;
  readonly #program: Program<(typeof names)[number]>;
  readonly #vertices: WebGLVertexArrayObject;
  readonly #places: WebGLBuffer;
  readonly #codes: WebGLBuffer;
  #tiles: PointTiles | null = null;
  #counts: CodeCounts = { shown: 0, back: 0, chosen: 0 };

  constructor(gl: WebGL2RenderingContext) {
    this.#gl = gl;
    this.#program = link(gl, vertexShader, fragmentShader, names);
    this.#vertices = gl.createVertexArray();
    this.#places = gl.createBuffer();
    this.#codes = gl.createBuffer();
    gl.bindVertexArray(this.#vertices);
    gl.bindBuffer(gl.ARRAY_BUFFER, this.#places);
    gl.enableVertexAttribArray(0);
    gl.vertexAttribPointer(0, 2, gl.FLOAT, false, 0, 0);
    gl.bindBuffer(gl.ARRAY_BUFFER, this.#codes);
    gl.enableVertexAttribArray(1);
    gl.vertexAttribIPointer(1, 1, gl.UNSIGNED_SHORT, 0, 0);
    gl.bindVertexArray(null);
  }

  /** @param tiles of the same coordinates, where they were made before */
  setPoints(coordinates: Float32Array, tiles: PointTiles = tilePoints(coordinates)): PointTiles {
    const { order } = tiles;
    const places = new Float32Array(coordinates.length);
    for (let i = 0; i < order.length; i++) {
      places[2 * i] = coordinates[2 * order[i]];
      places[2 * i + 1] = coordinates[2 * order[i] + 1];
    }
    this.#gl.bindBuffer(this.#gl.ARRAY_BUFFER, this.#places);
    this.#gl.bufferData(this.#gl.ARRAY_BUFFER, places, this.#gl.STATIC_DRAW);
    this.#tiles = tiles;
    this.#counts = { shown: 0, back: 0, chosen: 0 };
    return tiles;
  }

  setCodes(codes: Uint16Array, counts: CodeCounts): void {
    const order = (this.#tiles as PointTiles).order;
    const ordered = new Uint16Array(order.length);
    for (let i = 0; i < order.length; i++) ordered[i] = codes[order[i]];
    this.#gl.bindBuffer(this.#gl.ARRAY_BUFFER, this.#codes);
    this.#gl.bufferData(this.#gl.ARRAY_BUFFER, ordered, this.#gl.DYNAMIC_DRAW);
    this.#counts = counts;
  }

  /** @param faint whether some group steps back as a whole */
  draw({ camera, size, ratio, points, ink }: Frame, faint: boolean): void {
    const { back, chosen, shown } = this.#counts;
    if (!this.#tiles || points <= 0 || shown + back === 0) return;
    const gl = this.#gl;
    const { program, uniforms } = this.#program;
    gl.useProgram(program);
    gl.bindVertexArray(this.#vertices);
    gl.uniform1i(uniforms.styles, 0);
    gl.uniform2f(uniforms.centre, camera.x, camera.y);
    gl.uniform2f(uniforms.scale, (2 * camera.scale) / camera.width, (2 * camera.scale) / camera.height);
    gl.uniform1f(uniforms.size, size * ratio);
    gl.uniform1f(uniforms.calm, points * (chosen > 0 ? 0.5 : 1));
    gl.uniform3f(uniforms.ink, ...ink);
    const box = visibleBox(camera);
    const margin = (size + 4) / camera.scale;
    const runs = runsWithin(this.#tiles, { left: box.left - margin, right: box.right + margin, bottom: box.bottom - margin, top: box.top + margin });
    for (const [pass, needed] of [[0, back > 0 || faint], [1, shown > chosen], [2, chosen > 0]] as const) {
      if (!needed) continue;
      gl.uniform1i(uniforms.pass, pass);
      for (const [first, end] of runs) gl.drawArrays(gl.POINTS, first, end - first);
    }
  }

  destroy(): void {
    this.#gl.deleteProgram(this.#program.program);
    this.#gl.deleteVertexArray(this.#vertices);
    this.#gl.deleteBuffer(this.#places);
    this.#gl.deleteBuffer(this.#codes);
  }
}
