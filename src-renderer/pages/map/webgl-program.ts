/** A linked program with its uniforms by name. */
export interface Program<U extends string> {
  program: WebGLProgram;
  uniforms: Record<U, WebGLUniformLocation | null>;
}

/** @throws Error with the compiler's or linker's own words, unless the context is lost */
export function link<U extends string>(gl: WebGL2RenderingContext, vertexSource: string, fragmentSource: string, uniformNames: readonly U[]): Program<U> {
  const program = gl.createProgram();
  for (const [type, source] of [[gl.VERTEX_SHADER, vertexSource], [gl.FRAGMENT_SHADER, fragmentSource]] as const) {
    const shader = gl.createShader(type);
    if (!shader) throw new Error('WebGL2 gave no shader.');
    gl.shaderSource(shader, source);
    gl.compileShader(shader);
    if (!gl.getShaderParameter(shader, gl.COMPILE_STATUS) && !gl.isContextLost()) throw new Error(`A shader of the map does not compile: ${gl.getShaderInfoLog(shader)}`);
    gl.attachShader(program, shader);
    gl.deleteShader(shader);
  }
  gl.linkProgram(program);
  if (!gl.getProgramParameter(program, gl.LINK_STATUS) && !gl.isContextLost()) throw new Error(`The map's shader does not link: ${gl.getProgramInfoLog(program)}`);
  const uniforms = Object.fromEntries(uniformNames.map((name) => [name, gl.getUniformLocation(program, name)])) as Record<U, WebGLUniformLocation | null>;
  return { program, uniforms };
}

/** Reads the style of a group: colour, strength and shape; for shaders with `uniform sampler2D styles`. */
export const styleOfGroup = `
uniform sampler2D styles; // 64 × 64: colour; strength in the upper six bits of alpha, shape in the lower two
struct Style { vec3 colour; float strength; float shape; };
Style styleOf(int group) {
  vec4 texel = texelFetch(styles, ivec2(group & 63, group >> 6), 0);
  float packed_ = floor(texel.a * 255.0 + 0.5);
  float shape = mod(packed_, 4.0);
  return Style(texel.rgb, (packed_ - shape) / 252.0, shape);
}`;

/** Creates a texture with the given filter, clamped at its edges. */
export function texture(gl: WebGL2RenderingContext, filter: number): WebGLTexture {
  const made = gl.createTexture();
  gl.bindTexture(gl.TEXTURE_2D, made);
  for (const name of [gl.TEXTURE_MIN_FILTER, gl.TEXTURE_MAG_FILTER]) gl.texParameteri(gl.TEXTURE_2D, name, filter);
  for (const name of [gl.TEXTURE_WRAP_S, gl.TEXTURE_WRAP_T]) gl.texParameteri(gl.TEXTURE_2D, name, gl.CLAMP_TO_EDGE);
  return made;
}
