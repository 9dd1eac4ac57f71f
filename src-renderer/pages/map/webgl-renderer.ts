import type { Camera } from './camera';
import type { GroupStyle, PointRenderer } from './point-renderer';

/** A fixed shuffle of 0 … n − 1: drawn in stored order, the last class imported would cover the others. */
export function drawingOrder(count: number): Uint32Array {
  const order = Uint32Array.from({ length: count }, (_, i) => i);
  let state = 0x9e3779b9;
  for (let i = count - 1; i > 0; i--) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const j = Math.floor((state / 4294967296) * (i + 1));
    const kept = order[i];
    order[i] = order[j];
    order[j] = kept;
  }
  return order;
}

const vertexShader = `#version 300 es
precision highp float;
layout(location = 0) in vec2 place;
layout(location = 1) in uint group;
uniform vec2 centre;
uniform vec2 scale;       // clip-space units to one map unit
uniform float size;       // device pixels
uniform float faint;      // 1: only groups that step back, 0: only the others
uniform sampler2D styles; // 64 × 64: colour and strength of each group
out vec4 colour;
void main() {
  vec4 style = texelFetch(styles, ivec2(int(group) & 63, int(group) >> 6), 0);
  bool back = style.a < 0.99;
  gl_Position = (back == (faint > 0.5)) ? vec4((place - centre) * scale, 0.0, 1.0) : vec4(2.0, 2.0, 2.0, 1.0);
  gl_PointSize = size + 1.0;
  colour = vec4(style.rgb, back ? style.a : 0.86);
}`;

const fragmentShader = `#version 300 es
precision highp float;
in vec4 colour;
uniform float size;
out vec4 result;
void main() {
  float distance = length(gl_PointCoord - 0.5) * (size + 1.0);
  float cover = clamp(size * 0.5 - distance + 0.5, 0.0, 1.0) * colour.a;
  if (cover < 0.004) discard;
  result = vec4(colour.rgb * cover, cover);
}`;

const uniformNames = ['centre', 'scale', 'size', 'faint', 'styles'] as const;

interface Resources {
  program: WebGLProgram;
  uniforms: Record<(typeof uniformNames)[number], WebGLUniformLocation | null>;
  vertices: WebGLVertexArrayObject;
  places: WebGLBuffer;
  groups: WebGLBuffer;
  styles: WebGLTexture;
}

function compile(gl: WebGL2RenderingContext): Resources {
  const program = gl.createProgram();
  for (const [type, source] of [[gl.VERTEX_SHADER, vertexShader], [gl.FRAGMENT_SHADER, fragmentShader]] as const) {
    const shader = gl.createShader(type);
    if (!shader) throw new Error('WebGL2 gave no shader.');
    gl.shaderSource(shader, source);
    gl.compileShader(shader);
    gl.attachShader(program, shader);
    gl.deleteShader(shader);
  }
  gl.linkProgram(program);
  if (!gl.getProgramParameter(program, gl.LINK_STATUS) && !gl.isContextLost()) throw new Error(`The map's shader does not link: ${gl.getProgramInfoLog(program)}`);
  const vertices = gl.createVertexArray();
  const places = gl.createBuffer();
  const groups = gl.createBuffer();
  gl.bindVertexArray(vertices);
  gl.bindBuffer(gl.ARRAY_BUFFER, places);
  gl.enableVertexAttribArray(0);
  gl.vertexAttribPointer(0, 2, gl.FLOAT, false, 0, 0);
  gl.bindBuffer(gl.ARRAY_BUFFER, groups);
  gl.enableVertexAttribArray(1);
  gl.vertexAttribIPointer(1, 1, gl.UNSIGNED_SHORT, 0, 0);
  const styles = gl.createTexture();
  gl.bindTexture(gl.TEXTURE_2D, styles);
  for (const name of [gl.TEXTURE_MIN_FILTER, gl.TEXTURE_MAG_FILTER]) gl.texParameteri(gl.TEXTURE_2D, name, gl.NEAREST);
  const uniforms = Object.fromEntries(uniformNames.map((name) => [name, gl.getUniformLocation(program, name)])) as Resources['uniforms'];
  return { program, uniforms, vertices, places, groups, styles };
}

/** Every point in one draw call; colours of groups stand in a texture, so that picking a group uploads 16 kB. */
export class WebGlPointRenderer implements PointRenderer {
  readonly kind = 'webgl2';
  readonly #canvas: HTMLCanvasElement;
  readonly #gl: WebGL2RenderingContext;
  #resources: Resources;
  #points: { coordinates: Float32Array; groupOf: Uint16Array } | null = null;
  /** The coordinates that the graphics memory holds. */
  #uploaded: Float32Array | null = null;
  #styles: readonly GroupStyle[] = [];
  #count = 0;
  #order: Uint32Array = new Uint32Array(0);
  readonly #onLost = (event: Event) => event.preventDefault();
  readonly #onRestored: () => void;

  constructor(canvas: HTMLCanvasElement, gl: WebGL2RenderingContext, onRestored: () => void) {
    this.#canvas = canvas;
    this.#gl = gl;
    this.#resources = compile(gl);
    this.#onRestored = () => {
      this.#resources = compile(gl);
      this.#uploaded = null;
      if (this.#points) this.setPoints(this.#points.coordinates, this.#points.groupOf);
      this.setStyles(this.#styles);
      onRestored();
    };
    canvas.addEventListener('webglcontextlost', this.#onLost);
    canvas.addEventListener('webglcontextrestored', this.#onRestored);
  }

  setPoints(coordinates: Float32Array, groupOf: Uint16Array): void {
    const gl = this.#gl;
    const count = groupOf.length;
    if (this.#order.length !== count) this.#order = drawingOrder(count);
    const groups = new Uint16Array(count);
    for (let i = 0; i < count; i++) groups[i] = groupOf[this.#order[i]];
    if (this.#uploaded !== coordinates) {
      const places = new Float32Array(2 * count);
      for (let i = 0; i < count; i++) {
        places[2 * i] = coordinates[2 * this.#order[i]];
        places[2 * i + 1] = coordinates[2 * this.#order[i] + 1];
      }
      gl.bindBuffer(gl.ARRAY_BUFFER, this.#resources.places);
      gl.bufferData(gl.ARRAY_BUFFER, places, gl.STATIC_DRAW);
      this.#uploaded = coordinates;
    }
    gl.bindBuffer(gl.ARRAY_BUFFER, this.#resources.groups);
    gl.bufferData(gl.ARRAY_BUFFER, groups, gl.STATIC_DRAW);
    this.#points = { coordinates, groupOf };
    this.#count = count;
  }

  setStyles(styles: readonly GroupStyle[]): void {
    this.#styles = styles;
    const texels = new Uint8Array(64 * 64 * 4);
    styles.forEach(({ colour, strength }, i) => texels.set([colour[0] * 255, colour[1] * 255, colour[2] * 255, strength * 255].map(Math.round), 4 * i));
    const gl = this.#gl;
    gl.bindTexture(gl.TEXTURE_2D, this.#resources.styles);
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA, 64, 64, 0, gl.RGBA, gl.UNSIGNED_BYTE, texels);
  }

  draw(camera: Camera, size: number, ratio: number): void {
    const gl = this.#gl;
    if (gl.isContextLost()) return;
    const width = Math.round(camera.width * ratio);
    const height = Math.round(camera.height * ratio);
    if (this.#canvas.width !== width || this.#canvas.height !== height) {
      this.#canvas.width = width;
      this.#canvas.height = height;
    }
    gl.viewport(0, 0, width, height);
    gl.clearColor(0, 0, 0, 0);
    gl.clear(gl.COLOR_BUFFER_BIT);
    if (this.#count === 0) return;
    const { program, vertices, uniforms } = this.#resources;
    gl.useProgram(program);
    gl.bindVertexArray(vertices);
    gl.bindTexture(gl.TEXTURE_2D, this.#resources.styles);
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
    gl.uniform1i(uniforms.styles, 0);
    gl.uniform2f(uniforms.centre, camera.x, camera.y);
    gl.uniform2f(uniforms.scale, (2 * camera.scale) / camera.width, (2 * camera.scale) / camera.height);
    gl.uniform1f(uniforms.size, size * ratio);
    for (const faint of this.#styles.some((s) => s.strength < 0.99) ? [1, 0] : [0]) {
      gl.uniform1f(uniforms.faint, faint);
      gl.drawArrays(gl.POINTS, 0, this.#count);
    }
  }

  destroy(): void {
    this.#canvas.removeEventListener('webglcontextlost', this.#onLost);
    this.#canvas.removeEventListener('webglcontextrestored', this.#onRestored);
    const { program, vertices, places, groups, styles } = this.#resources;
    this.#gl.deleteProgram(program);
    this.#gl.deleteVertexArray(vertices);
    this.#gl.deleteBuffer(places);
    this.#gl.deleteBuffer(groups);
    this.#gl.deleteTexture(styles);
  }
}
