import { GlyphscopeError } from '../../../contract/errors';
import type { NamedArray } from '../../../model/parameters';
import type { Graph, Value } from './graph';

/** The stored weights of a student, as a graph takes them. */
export class GraphWeights {
  readonly #arrays: ReadonlyMap<string, NamedArray>;

  constructor(
    readonly graph: Graph,
    arrays: readonly NamedArray[],
  ) {
    this.#arrays = new Map(arrays.map((array) => [array.name, array]));
  }

  /** The numbers of a weight. @throws GlyphscopeError CHECKPOINT_DAMAGED when it is missing or has another shape */
  numbers(name: string, shape: readonly number[]): Float32Array {
    const found = this.#arrays.get(name);
    if (!found) throw new GlyphscopeError('CHECKPOINT_DAMAGED', `The weight ${name} is missing.`, { subject: name });
    if (found.shape.join() !== shape.join()) throw new GlyphscopeError('CHECKPOINT_DAMAGED', `The weight ${name} has the shape [${found.shape.join(', ')}], expected [${shape.join(', ')}].`, { subject: name });
    return found.data;
  }

  /** A weight as a value of the graph. @throws GlyphscopeError as `numbers` */
  get(name: string, shape: readonly number[]): Value {
    return this.graph.array(name, shape, this.numbers(name, shape));
  }

  /** One position of a weight that has its own for each: of `shape` [L, …], without the first. */
  atPosition(name: string, shape: readonly number[], position: number): Value {
    const all = this.numbers(name, shape);
    const size = all.length / shape[0];
    return this.graph.array(`${name}[${position}]`, shape.slice(1), all.subarray(position * size, (position + 1) * size));
  }
}

/** Mirrors model/kernels.ts. */
export const layerNormEpsilon = 1e-5;

/** x · w + b with the weights `name.weight` [I, O] and `name.bias` [O]. */
export function linear(weights: GraphWeights, name: string, x: Value, input: number, output: number): Value {
  const { graph: g } = weights;
  return g.add(g.product(x, weights.get(`${name}.weight`, [input, output])), weights.get(`${name}.bias`, [output]));
}

/** x·Φ(x). Mirrors model/kernels.ts. */
export function gelu(g: Graph, x: Value): Value {
  const distribution = g.multiply(g.add(g.errorFunction(g.multiply(x, g.number(Math.SQRT1_2))), g.number(1)), g.number(0.5));
  return g.multiply(x, distribution);
}

/** Two hidden layers with GELU and layer norm, and a linear one. Mirrors model/perceptron.ts. */
export function perceptron(weights: GraphWeights, name: string, x: Value, { input, hidden, output }: { input: number; hidden: number; output: number }): Value {
  const { graph: g } = weights;
  let state = g.layerNorm(gelu(g, linear(weights, `${name}.layer0`, x, input, hidden)), hidden, layerNormEpsilon);
  state = g.layerNorm(gelu(g, linear(weights, `${name}.layer1`, state, hidden, hidden)), hidden, layerNormEpsilon);
  return linear(weights, `${name}.layer2`, state, hidden, output);
}
