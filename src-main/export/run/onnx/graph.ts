import type { AttributeValue, GraphDescription, Initializer, Node, Port } from './model-proto';

/** A value of a graph under construction, by its name. */
export interface Value {
  readonly name: string;
}

/**
 * Builds an ONNX graph node by node, as layers are applied. Only operators of opset 17 that every runtime has; weights
 * are shared by name, and constants by value.
 */
export class Graph {
  readonly #nodes: Node[] = [];
  readonly #initializers = new Map<string, Initializer>();
  readonly #inputs: Port[] = [];
  readonly #outputs: Port[] = [];
  #made = 0;

  input(port: Port): Value {
    this.#inputs.push(port);
    return { name: port.name };
  }

  /** Gives a value to the outside under the port's name. */
  output(value: Value, port: Port): void {
    this.#nodes.push({ operator: 'Identity', inputs: [value.name], outputs: [port.name], attributes: {} });
    this.#outputs.push(port);
  }

  /** An array of the file; asked for again under its name, it is the same one. */
  array(name: string, shape: readonly number[], data: Float32Array): Value {
    if (!this.#initializers.has(name)) this.#initializers.set(name, { name, shape, data });
    return { name };
  }

  /** Whole numbers, as shapes and axes are given. */
  integers(values: readonly number[]): Value {
    const name = `integers ${values.join(' ')}`;
    if (!this.#initializers.has(name)) this.#initializers.set(name, { name, shape: [values.length], data: BigInt64Array.from(values, BigInt) });
    return { name };
  }

  number(value: number): Value {
    return this.array(`number ${value}`, [], Float32Array.of(value));
  }

  describe(about: Pick<GraphDescription, 'name' | 'about' | 'facts'>): GraphDescription {
    return { ...about, nodes: this.#nodes, initializers: [...this.#initializers.values()], inputs: this.#inputs, outputs: this.#outputs };
  }

  #apply(operator: string, inputs: readonly Value[], attributes: Record<string, AttributeValue> = {}, count = 1): Value[] {
    const outputs = Array.from({ length: count }, () => ({ name: `${operator.toLowerCase()}_${this.#made++}` }));
    this.#nodes.push({ operator, inputs: inputs.map(({ name }) => name), outputs: outputs.map(({ name }) => name), attributes });
    return outputs;
  }
  #one(operator: string, inputs: readonly Value[], attributes: Record<string, AttributeValue> = {}): Value {
    return this.#apply(operator, inputs, attributes)[0];
  }

  add = (a: Value, b: Value): Value => this.#one('Add', [a, b]);
  subtract = (a: Value, b: Value): Value => this.#one('Sub', [a, b]);
  multiply = (a: Value, b: Value): Value => this.#one('Mul', [a, b]);
  divide = (a: Value, b: Value): Value => this.#one('Div', [a, b]);
  squareRoot = (x: Value): Value => this.#one('Sqrt', [x]);
  errorFunction = (x: Value): Value => this.#one('Erf', [x]);
  /** Matrices on the last two axes, the leading ones broadcast. */
  product = (a: Value, b: Value): Value => this.#one('MatMul', [a, b]);
  softmax = (x: Value): Value => this.#one('Softmax', [x], { axis: { integer: -1 } });
  /** Σ x² over the last axis, which stays with size 1. */
  sumOfSquares = (x: Value): Value => this.#one('ReduceSumSquare', [x], { axes: { integers: [-1] }, keepdims: { integer: 1 } });
  /** The place of the greatest along the last axis, which goes; the first of equals. */
  greatest = (x: Value): Value => this.#one('ArgMax', [x], { axis: { integer: -1 }, keepdims: { integer: 0 }, select_last_index: { integer: 0 } });
  /** Rows of a table: table [K, D], indices of any shape, below K. */
  rows = (table: Value, indices: Value): Value => this.#one('Gather', [table, indices], { axis: { integer: 0 } });
  concatenate = (parts: readonly Value[], axis: number): Value => (parts.length === 1 ? parts[0] : this.#one('Concat', parts, { axis: { integer: axis } }));
  transpose = (x: Value, order: readonly number[]): Value => this.#one('Transpose', [x], { perm: { integers: order } });
  /** 0 keeps a size, −1 takes what is left. */
  reshape = (x: Value, shape: readonly number[]): Value => this.#one('Reshape', [x, this.integers(shape)]);
  slice = (x: Value, axis: number, from: number, to: number): Value => this.#one('Slice', [x, this.integers([from]), this.integers([to]), this.integers([axis])]);
  /** Equal parts along an axis. */
  split = (x: Value, parts: number, axis: number): Value[] => (parts === 1 ? [x] : this.#apply('Split', [x], { axis: { integer: axis } }, parts));
  /** Rows of x [N, D] with mean 0 and variance 1. @param width D */
  layerNorm = (x: Value, width: number, epsilon: number): Value =>
    this.#one('LayerNormalization', [x, this.array(`ones ${width}`, [width], new Float32Array(width).fill(1))], { axis: { integer: -1 }, epsilon: { float: epsilon } });
  /** x [1, n, D] as often as `like` has rows: [R, n, D]. */
  repeatRows = (x: Value, like: Value): Value => {
    const rows = this.#one('Shape', [like], { start: { integer: 0 }, end: { integer: 1 } });
    return this.#one('Expand', [x, this.concatenate([rows, this.integers([1, 1])], 0)]);
  };
}
